"""Logs of Inspect and of lm-eval, made by these packages themselves from one small evaluation: test/golden/logs.

Usage: python scripts/golden/logs.py   (needs inspect-ai 0.3 and lm-eval 0.4; no model: answers are fixed)
       python scripts/golden/logs.py --read FOLDER   what both packages make of the logs that `m2rl export` wrote there
"""

import importlib.metadata
import json
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "test" / "golden" / "logs"
# Questions with the answers of two samples each; the last one is cut off.
ITEMS = [("6*7=", "42", ["42", "41"]), ("1+1=", "2", ["2", "2"]), ("2*5=", "10", ["no idea", "10"])]


def by_inspect():
    from inspect_ai import Epochs, Task, eval
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.log import read_eval_log
    from inspect_ai.model import ModelOutput, ModelUsage, get_model
    from inspect_ai.scorer import match

    answers = {question: iter(texts) for question, _, texts in ITEMS}

    def answer(input, tools, choice, config):
        text = next(answers[input[-1].text])
        stop = "max_tokens" if text == "no idea" else "stop"
        output = ModelOutput.from_content("mockllm/model", text, stop_reason=stop)
        # Otherwise it fetches a tokenizer to count them.
        output.usage = ModelUsage(input_tokens=4, output_tokens=len(text), total_tokens=4 + len(text))
        return output

    model = get_model("mockllm/model", custom_outputs=answer)
    samples = [Sample(id=f"item-{i}", input=question, target=target) for i, (question, target, _) in enumerate(ITEMS)]
    task = Task(dataset=MemoryDataset(samples, name="sums"), scorer=match(numeric=True), epochs=Epochs(2, "mean"), name="sums")
    with tempfile.TemporaryDirectory() as folder:
        (log,) = eval(task, model=model, log_dir=folder, log_format="json", display="none", max_samples=1, max_connections=1, temperature=1.0)
        log = read_eval_log(log.location)
    assert log.status == "success", log.error
    text = json.loads(log.model_dump_json(exclude_none=True, fallback=lambda _: None))
    for sample in text["samples"]:
        # The transcript of the calls: long, and nothing here reads it.
        sample["events"] = []
    text["eval"].pop("revision", None)
    return text


def by_lm_eval():
    import lm_eval
    from lm_eval.api.model import LM
    from lm_eval.loggers import EvaluationTracker

    class Fixed(LM):
        def generate_until(self, requests):
            texts = {question: answers[0] for question, _, answers in ITEMS}
            return [texts[request.args[0]] for request in requests]

        def loglikelihood(self, requests):
            raise NotImplementedError

        def loglikelihood_rolling(self, requests):
            raise NotImplementedError

    with tempfile.TemporaryDirectory() as folder:
        rows = pathlib.Path(folder) / "rows.jsonl"
        rows.write_text("".join(json.dumps({"question": q, "answer": a}) + "\n" for q, a, _ in ITEMS))
        config = {
            "task": "sums",
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": {"test": str(rows)}},
            "test_split": "test",
            "output_type": "generate_until",
            "doc_to_text": "{{question}}",
            "doc_to_target": "{{answer}}",
            "generation_kwargs": {"until": ["\n"], "do_sample": False, "temperature": 0.0},
            "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
        }
        found = lm_eval.simple_evaluate(model=Fixed(), tasks=[config], log_samples=True, bootstrap_iters=0)
        samples = found.pop("samples")
        tracker = EvaluationTracker(output_path=folder)
        tracker.save_results_aggregated(results=found, samples=samples)
        tracker.save_results_samples(task_name="sums", samples=samples["sums"])
        (written,) = pathlib.Path(folder).rglob("samples_sums_*.jsonl")
        return written.read_text()


def read(folder):
    from inspect_ai.log import read_eval_log

    for path in sorted(pathlib.Path(folder).glob("*.json")):
        if path.name.startswith("results_"):
            task, scores = next(iter(json.loads(path.read_text())["results"].items()))
            samples = path.with_name("samples_" + path.stem.removeprefix("results_") + ".jsonl").read_text().splitlines()
            mean = sum(json.loads(line)["exact_match"] for line in samples) / len(samples)
            print(json.dumps({"lm-eval": task, "samples": len(samples), "mean": mean, "said": scores["exact_match,none"]}))
            continue
        log = read_eval_log(str(path))
        scores = [sample.scores["m2rl"].value for sample in log.samples]
        right = sum(value == "C" for value in scores)
        said = log.results.scores[0].metrics["accuracy"].value
        print(json.dumps({"inspect": log.eval.task, "samples": len(scores), "mean": right / len(scores), "said": said}))


def main():
    if sys.argv[1:2] == ["--read"]:
        return read(sys.argv[2])
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    versions = {name: importlib.metadata.version(name) for name in ("inspect-ai", "lm-eval")}
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "inspect.json").write_text(json.dumps(by_inspect(), indent=1) + "\n")
    (OUT / "samples_sums.jsonl").write_text(by_lm_eval())
    (OUT / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Clients that others wrote, against `m2rl serve`: openai, lm-eval (local-completions, by log-probabilities) and inspect-ai.

Usage: python scripts/clients.py [MODEL]   (default data/nano/base; needs openai, lm-eval[api], inspect-ai; dist/ must be built)

Prints a line per client; the exit code is 1 where one of them fails. Nothing is written beside a temporary folder.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[1]
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OPENAI_API_KEY", "none")


def by_openai(url, model):
    from openai import OpenAI

    client = OpenAI(base_url=url + "/v1", api_key="none", max_retries=0)
    assert [card.id for card in client.models.list()] == [model]
    ask = {"model": model, "prompt": "3+4=", "max_tokens": 6, "temperature": 1, "seed": 5}
    first, again = (client.completions.create(**ask, n=2, logprobs=1) for _ in range(2))
    assert [c.text for c in first.choices] == [c.text for c in again.choices]
    tokens = first.choices[0].logprobs.tokens
    assert len(tokens) == len(first.choices[0].logprobs.token_logprobs) and "".join(tokens) == first.choices[0].text
    streamed = "".join(part.choices[0].text for part in client.completions.create(**ask, stream=True))
    assert streamed == client.completions.create(**ask).choices[0].text
    chat = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "6*7="}], max_tokens=64, temperature=0)
    parts = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "6*7="}], max_tokens=64, temperature=0, stream=True
    )
    text = "".join(part.choices[0].delta.content or "" for part in parts)
    assert text == chat.choices[0].message.content, (text, chat)
    assert chat.usage.total_tokens == chat.usage.prompt_tokens + chat.usage.completion_tokens
    return f"models, completions (n, seed, logprobs, stream), chat (stream): {text[-24:]!r}"


def by_lm_eval(url, model, folder):
    import lm_eval

    with tempfile.TemporaryDirectory() as place:
        rows = pathlib.Path(place) / "rows.jsonl"
        sums = [(a, b) for a in range(2, 7) for b in range(2, 6)]
        rows.write_text("".join(json.dumps({"sum": f"{a}*{b}=", "choices": [str(a * b), str(a * b + 1)], "gold": 0}) + "\n" for a, b in sums))
        task = {
            "task": "products",
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": {"test": str(rows)}},
            "test_split": "test",
            "output_type": "multiple_choice",
            "doc_to_text": "{{sum}}",
            "doc_to_choice": "{{choices}}",
            "doc_to_target": "gold",
            "target_delimiter": "",
            "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
        }
        found = lm_eval.simple_evaluate(
            model="local-completions",
            model_args={
                "model": model,
                "base_url": url + "/v1/completions",
                "tokenizer": str(folder),
                "tokenizer_backend": "huggingface",
                "num_concurrent": 1,
                "max_length": 256,
            },
            tasks=[task],
            bootstrap_iters=0,
        )
    score = found["results"]["products"]["acc,none"]
    assert found["n-samples"]["products"]["effective"] == len(sums)
    return f"local-completions, {2 * len(sums)} answers scored: accuracy {100 * score:.1f} of {len(sums)} products"


def by_inspect(url, model):
    from inspect_ai import Task, eval
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import get_model
    from inspect_ai.scorer import includes

    sums = [(a, b) for a in range(2, 5) for b in range(2, 4)]
    samples = [Sample(input=f"{a}*{b}=", target=str(a * b)) for a, b in sums]
    served = get_model(f"openai-api/m2rl/{model}", base_url=url + "/v1", api_key="none")
    with tempfile.TemporaryDirectory() as place:
        (log,) = eval(
            Task(dataset=MemoryDataset(samples), scorer=includes()), model=served, log_dir=place, display="none", temperature=0.0, max_tokens=96
        )
        # Samples are read from the file when they are asked for.
        assert log.status == "success", log.error
        count, score = len(log.samples), log.results.scores[0].metrics["accuracy"].value
    return f"openai-api, {count} chats: accuracy {100 * score:.1f}"


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "data" / "nano" / "base")
    command = ["node", str(ROOT / "dist" / "cli.js"), "serve", str(folder), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    failed = 0
    try:
        # "base at http://127.0.0.1:8392/v1"
        model, _, url = server.stdout.readline().split()
        url = url.removesuffix("/v1")
        clients = {
            "openai": lambda: by_openai(url, model),
            "lm-eval": lambda: by_lm_eval(url, model, folder),
            "inspect-ai": lambda: by_inspect(url, model),
        }
        for name, ask in clients.items():
            try:
                print(f"{name}: {ask()}", flush=True)
            except Exception:
                failed += 1
                traceback.print_exc()
                print(f"{name}: failed", flush=True)
    finally:
        server.terminate()
        server.wait()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

"""GRPO by TRL on tasks of m2rl, graded by `m2rl rewards`: torchrun --nproc_per_node N train_trl.py --model … --tasks … --out …

Reads the rows of `m2rl tasks --rows trainer`, one domain or several, agents included (`episodes.py`). With --teacher DOMAIN=FOLDER it
distils instead: each token's advantage comes from the teacher of its row's domain (`teachers.py`), rewards are logged alone. Leaves a
Hugging Face folder with log.jsonl, a line per step, and versions.json. A reward that the service cannot give ends the run, as does a loss that is no number; neither is ever 0. With --save-every the
same command resumes a run that was killed at its last complete checkpoint, in OUT.trl.
"""

import argparse
import hashlib
import importlib.metadata
import json
import math
import os
import shutil
import threading
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
# `rollout_func` may change with TRL, which is why its release is pinned.
os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")

import torch

if not torch.cuda.is_available():
    # Otherwise several processes on CPUs do not find each other.
    os.environ.setdefault("ACCELERATE_USE_CPU", "true")

from accelerate.utils import gather_object
from datasets import load_dataset
from transformers import AutoTokenizer, PrinterCallback, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from episodes import Episodes, render
from reward_service import RewardService
from teachers import Teachers, named

OUTCOMES = ["correct", "wrong", "noAnswer", "truncated"]
# In a checkpoint: everything before it is on the disk, and what the log held then.
COMPLETE = "m2rl.json"


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, help="Hugging Face folder to start from")
    parser.add_argument("--tasks", required=True, help="rows of m2rl tasks --rows trainer")
    parser.add_argument("--out", required=True, help="folder of the trained model; must not exist")
    parser.add_argument("--rewards", default="http://127.0.0.1:8391", help="address of m2rl rewards")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--prompts", type=int, default=8, help="prompts a step, over all processes")
    parser.add_argument("--group", type=int, default=8, help="completions a prompt")
    parser.add_argument("--micro-batch", type=int, default=0, help="completions of one pass in one process; default all of them")
    parser.add_argument("--learning-rate", type=float, default=1.5e-4)
    parser.add_argument("--max-tokens", type=int, default=128, help="most tokens of a completion, of agents of a turn")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--betas", type=float, nargs=2, default=[0.9, 0.98])
    parser.add_argument("--weight-decay", type=float, default=0.1)
    parser.add_argument("--clip", type=float, default=1.0, help="largest norm of the gradient")
    # The paper's: no KL term, one update a batch, clipped higher above than below.
    parser.add_argument("--clip-eps", type=float, default=0.2)
    parser.add_argument("--clip-eps-high", type=float, default=0.28)
    parser.add_argument("--kl", type=float, default=0.0, help="weight of the KL term towards --model")
    parser.add_argument("--entropy", type=float, default=0.0, help="weight of the entropy bonus")
    parser.add_argument("--advantage", choices=["std", "centred"], default="std")
    parser.add_argument("--reduction", choices=["sample", "token"], default="sample")
    parser.add_argument("--overlong", choices=["score", "mask"], default="score")
    parser.add_argument("--teacher", action="append", default=[], help="DOMAIN=FOLDER; may be repeated")
    parser.add_argument("--vllm", action="store_true", help="sample by vLLM in these processes")
    parser.add_argument("--importance-sampling", choices=["none", "truncated", "masked"], default="masked", help="with --vllm")
    parser.add_argument("--gradient-checkpointing", action="store_true")
    parser.add_argument("--in-order", action="store_true", help="take the tasks in the order of the file")
    parser.add_argument("--seed", type=int, default=1)
    # Not --log, which torchrun takes for the beginning of its own options.
    parser.add_argument("--step-log", dest="log", help="file of the log; default log.jsonl in --out")
    parser.add_argument("--save-every", type=int, default=0, help="steps between two checkpoints that a killed run resumes at; 0: none")
    parser.add_argument("--keep", type=int, nargs="*", default=[], help="steps after which the model is written to --out.stepN too")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input does")
    return parser.parse_args()


def end_with_parent():
    """End this process when whoever holds its standard input is gone, so that nothing writes into a folder that is made anew."""

    def wait():
        # The descriptor itself: the lock of a buffered reader that waits in a thread is fatal when the interpreter shuts down.
        while os.read(0, 65536):
            pass
        os._exit(3)

    threading.Thread(target=wait, daemon=True).start()


class Trainer(GRPOTrainer):
    """GRPO that knows the rows of its batch, and takes each token's advantage from a teacher where it has some."""

    rows = []
    teachers = None
    distances = []

    def _generate_and_score_completions(self, inputs):
        self.rows = inputs
        output = super()._generate_and_score_completions(inputs)
        if self.teachers:
            output["advantages"], distances = self.teachers.advantages(self, inputs, output)
            self.distances = gather_object(distances)
        return output


class Steps(TrainerCallback):
    """The rewards of a step, its line of the log under the names of m2rl's own, and the checkpoints that are complete."""

    def __init__(self, given, service, tokenizer, run, lines):
        self.given, self.service, self.tokenizer, self.run, self.lines = given, service, tokenizer, run, lines
        self.rows, self.clock = [], {}
        self.trainer = None
        self.begun, self.first = time.monotonic(), len(lines)

    def reward(self, prompts, completion_ids, label, tools, turns=None, cut=None, sampled=None, **_):
        begun = time.monotonic()
        if turns is None:
            turns = [[self.tokenizer.decode(ids, skip_special_tokens=False)] for ids in completion_ids]
            cut, sampled = [False] * len(label), [len(ids) for ids in completion_ids]
        verdicts = self.service.post(
            "/verdicts",
            [{"label": own, "turns": texts, **({"finish": "length"} if short else {})} for own, texts, short in zip(label, turns, cut)],
        )
        rows = [
            {
                "domain": json.loads(own)["domain"],
                "reward": verdict["reward"],
                "outcome": verdict["outcome"],
                # What was read but not written: the prompt, and what tools said.
                "prefill": len(render(self.tokenizer, prompt, listed)) + len(ids) - count,
                "sampled": count,
            }
            for own, verdict, prompt, listed, ids, count in zip(label, verdicts, prompts, tools, completion_ids, sampled)
        ]
        self.rows = gather_object(rows)
        self.clock = {"rollout": begun - self.clock["begin"], "reward": time.monotonic() - begun, "begin": self.clock["begin"]}
        return [verdict["reward"] for verdict in verdicts]

    def on_step_begin(self, args, state, control, **_):
        self.clock["begin"] = time.monotonic()

    def on_step_end(self, args, state, control, **_):
        self.clock["end"] = time.monotonic()
        if state.global_step in self.given.keep:
            self.keep(state.global_step)

    def keep(self, step):
        place = f"{self.given.out}.step{step}"
        self.trainer.save_model(place + ".draft")
        if self.trainer.accelerator.is_main_process:
            shutil.rmtree(place, ignore_errors=True)
            os.rename(place + ".draft", place)

    def on_log(self, args, state, control, logs=None, **_):
        if not state.is_world_process_zero or logs is None or "loss" not in logs:
            return
        line = self.line(state.global_step - 1, logs)
        for name in ("loss", "gradNorm", "reward"):
            if not math.isfinite(line[name]):
                raise SystemExit(f"train_trl: {name} must be finite, got {line[name]} at step {line['step']}")
        self.lines.append(json.dumps(line))
        with open(self.given.log, "a", encoding="utf-8") as file:
            file.write(self.lines[-1] + "\n")
        done = state.global_step
        left = (time.monotonic() - self.begun) / (done - self.first) * (state.max_steps - done)
        if self.given.with_parent:
            print("m2rl " + self.lines[-1], flush=True)
        else:
            print(f"step {done}/{state.max_steps}: reward {line['reward']:.3f}, about {left:.0f} s left", flush=True)

    def line(self, step, logs):
        rows, group = self.rows, self.given.group
        rewards = [row["reward"] for row in rows]
        groups = [rewards[at : at + group] for at in range(0, len(rows), group)]
        domains = sorted({row["domain"] for row in rows})
        of = {domain: [row["reward"] for row in rows if row["domain"] == domain] for domain in domains}
        prefill, sampled = (sum(row[kind] for row in rows) for kind in ("prefill", "sampled"))
        tokens = {"prefill": prefill, "sampled": sampled, "trained": prefill + sampled}
        scorings = (self.given.kl != 0) + (len(self.given.teacher) > 0)
        if scorings > 0:
            tokens["scored"] = scorings * (prefill + sampled)
        total = self.clock["end"] - self.clock["begin"]
        update = total - self.clock["rollout"] - self.clock["reward"]
        return {
            "step": step,
            "loss": logs["loss"],
            "gradNorm": logs.get("grad_norm", 0.0),
            "reward": sum(rewards) / len(rows),
            "rewards": {domain: sum(own) / len(own) for domain, own in of.items()},
            "outcomes": {name: sum(row["outcome"] == name for row in rows) / len(rows) for name in OUTCOMES},
            "groups": len(groups),
            "zeroVarianceGroups": sum(len(set(own)) == 1 for own in groups),
            "entropy": logs["entropy"],
            "completionTokens": sampled / len(rows),
            "clipFraction": logs["clip_ratio/region_mean"],
            "learningRate": logs["learning_rate"],
            **self.distances(),
            "tokens": tokens,
            "seconds": {
                "rollout": round(self.clock["rollout"], 4),
                "reward": round(self.clock["reward"], 4),
                "update": round(update, 4),
                "total": round(total, 4),
            },
        }

    def distances(self):
        """How far the student is from its teachers, nats a sampled token: all rows, and those of each domain."""
        rows = self.trainer.distances if self.given.teacher else []
        if not rows:
            return {}

        def mean(own):
            return sum(row["kl"] for row in own) / max(1, sum(row["tokens"] for row in own))

        domains = sorted({row["domain"] for row in rows})
        return {"kl": mean(rows), "kls": {domain: mean([row for row in rows if row["domain"] == domain]) for domain in domains}}

    def on_save(self, args, state, control, **_):
        self.trainer.accelerator.wait_for_everyone()
        if state.is_world_process_zero:
            place = os.path.join(args.output_dir, f"checkpoint-{state.global_step}", COMPLETE)
            with open(place + ".draft", "w", encoding="utf-8") as file:
                json.dump({"run": self.run, "log": self.lines}, file)
            os.rename(place + ".draft", place)


def fingerprint(given):
    """A hash of everything that the result depends on: a checkpoint of another run is not resumed."""
    others = ("rewards", "log", "out", "save_every", "keep", "with_parent", "tasks")
    parts = {name: value for name, value in vars(given).items() if name not in others}
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode())
    with open(given.tasks, "rb") as file:
        digest.update(file.read())
    return digest.hexdigest()


def last_checkpoint(folder, run):
    """The last complete checkpoint of this run with the lines of its log, or none."""
    found = []
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        place = os.path.join(folder, name)
        if name.startswith("checkpoint-") and os.path.exists(os.path.join(place, COMPLETE)):
            with open(os.path.join(place, COMPLETE), encoding="utf-8") as file:
                state = json.load(file)
            if state["run"] == run:
                found.append((int(name.removeprefix("checkpoint-")), place, state["log"]))
    return max(found)[1:] if found else (None, [])


def settings(given, processes):
    total = given.prompts * given.group
    share = total // processes
    pass_size = given.micro_batch or share
    if total % processes != 0 or share % pass_size != 0:
        raise SystemExit(f"train_trl: prompts times group must divide among {processes} processes and passes of {pass_size}, got {total}")
    correction = {"none": None, "masked": "token_mask", "truncated": "token_truncate"}[given.importance_sampling]
    return GRPOConfig(
        output_dir=given.out + ".trl",
        max_steps=given.steps,
        per_device_train_batch_size=pass_size,
        gradient_accumulation_steps=share // pass_size,
        num_generations=given.group,
        max_completion_length=given.max_tokens,
        temperature=given.temperature,
        learning_rate=given.learning_rate,
        lr_scheduler_type="constant",
        adam_beta1=given.betas[0],
        adam_beta2=given.betas[1],
        weight_decay=given.weight_decay,
        max_grad_norm=given.clip,
        epsilon=given.clip_eps,
        epsilon_high=given.clip_eps_high,
        beta=given.kl,
        use_bias_correction_kl=False,
        entropy_coef=given.entropy,
        scale_rewards={"std": "group", "centred": "none"}[given.advantage],
        loss_type={"sample": "grpo", "token": "dapo"}[given.reduction],
        mask_truncated_completions=given.overlong == "mask",
        use_vllm=given.vllm,
        vllm_importance_sampling_correction=correction is not None,
        **({} if correction is None else {"vllm_importance_sampling_mode": correction}),
        vllm_importance_sampling_clip_max=2.0,
        vllm_importance_sampling_clip_min=0.5 if correction == "token_mask" else None,
        shuffle_dataset=not given.in_order,
        use_cpu=not torch.cuda.is_available(),
        bf16=torch.cuda.is_available(),
        gradient_checkpointing=given.gradient_checkpointing,
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="steps" if given.save_every > 0 else "no",
        save_steps=max(1, given.save_every),
        # The one before the last stays until the last is complete.
        save_total_limit=2,
        report_to=[],
        disable_tqdm=True,
        seed=given.seed,
        model_init_kwargs={"dtype": "float32"},
    )


def main():
    given = options()
    if given.with_parent:
        end_with_parent()
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    config = settings(given, processes)
    if os.path.exists(given.out):
        raise SystemExit(f"train_trl: {given.out} must not exist")
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", max(1, (os.cpu_count() or 1) // processes))))
    own_log = given.log is None
    given.log = given.log or os.path.join(config.output_dir, "log.jsonl")
    run = fingerprint(given)
    checkpoint, lines = last_checkpoint(config.output_dir, run)
    tokenizer = AutoTokenizer.from_pretrained(given.model)
    rows = load_dataset("json", data_files=given.tasks, split="train").select_columns(["prompt", "label", "tools", "data_source"])
    service = RewardService(given.rewards)
    steps = Steps(given, service, tokenizer, run, lines)
    trainer = Trainer(
        model=given.model,
        reward_funcs=steps.reward,
        args=config,
        train_dataset=rows,
        processing_class=tokenizer,
        callbacks=[steps],
        rollout_func=Episodes(service, tokenizer, given.max_tokens) if "agent" in rows["data_source"] else None,
    )
    steps.trainer = trainer
    if given.teacher:
        trainer.teachers = Teachers(named(given.teacher), trainer.model, trainer.accelerator.device)
    # Our line a step says enough.
    trainer.remove_callback(PrinterCallback)
    main_process = trainer.accelerator.is_main_process
    if main_process:
        os.makedirs(os.path.dirname(os.path.abspath(given.log)), exist_ok=True)
        with open(given.log, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
        if checkpoint:
            print(f"resumed after step {len(lines)}", flush=True)
    if 0 in given.keep and not checkpoint:
        steps.keep(0)
    trainer.train(resume_from_checkpoint=checkpoint)
    final = os.path.join(config.output_dir, "final")
    trainer.save_model(final)
    if main_process:
        names = ["trl", "transformers", "torch", "accelerate"]
        versions = {name: importlib.metadata.version(name) for name in names}
        with open(os.path.join(final, "versions.json"), "w", encoding="utf-8") as file:
            json.dump({**versions, "processes": processes, "options": vars(given)}, file, indent=1)
        if own_log:
            shutil.copy(given.log, os.path.join(final, "log.jsonl"))
        os.rename(final, given.out)
        shutil.rmtree(config.output_dir)


if __name__ == "__main__":
    main()

"""GRPO by TRL on tasks of m2rl, graded by `m2rl rewards`: torchrun --nproc_per_node N train_trl.py --model … --tasks … --out …

Reads the rows of `m2rl tasks --rows trainer`, one domain or several. Leaves a Hugging Face folder, log.jsonl with a line per step and
versions.json. A reward that the service cannot give ends the run; it is never 0.
"""

import argparse
import importlib.metadata
import json
import os
import time
import urllib.error
import urllib.request

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from datasets import load_dataset
from transformers import AutoTokenizer, PrinterCallback, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

TRIES = 6


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, help="Hugging Face folder to start from")
    parser.add_argument("--tasks", required=True, help="rows of m2rl tasks --rows trainer")
    parser.add_argument("--out", required=True, help="folder of the trained model; must not exist")
    parser.add_argument("--rewards", default="http://127.0.0.1:8391", help="address of m2rl rewards")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--prompts", type=int, default=8, help="prompts a step, over all processes")
    parser.add_argument("--group", type=int, default=8, help="completions a prompt")
    parser.add_argument("--learning-rate", type=float, default=1.5e-4)
    parser.add_argument("--max-tokens", type=int, default=128, help="most tokens of a completion")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def rewards_by(url, tokenizer):
    """A reward function of TRL that asks the service; the end token tells it whether the model stopped."""

    def m2rl(prompts, completions, completion_ids, label, **_):
        texts = [tokenizer.decode(ids, skip_special_tokens=False) for ids in completion_ids]
        body = json.dumps({"prompts": prompts, "completions": texts, "label": label}).encode()
        request = urllib.request.Request(url + "/rewards", body, {"content-type": "application/json"})
        for attempt in range(TRIES):
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:
                    return json.load(answer)["rewards"]
            except (OSError, urllib.error.HTTPError) as error:
                # 422: the label is no task, which another try does not change.
                if getattr(error, "code", 0) == 422 or attempt == TRIES - 1:
                    raise
                time.sleep(2**attempt)

    return m2rl


class StepLog(TrainerCallback):
    """One line a step, under the names of m2rl's own training logs."""

    NAMES = {
        "reward": "reward",
        "loss": "loss",
        "entropy": "entropy",
        "grad_norm": "gradNorm",
        "clip_ratio/region_mean": "clipFraction",
        "completions/mean_length": "length",
        "completions/clipped_ratio": "truncated",
    }

    def __init__(self, path):
        self.path = path
        self.begun = time.monotonic()

    def on_log(self, args, state, control, logs=None, **_):
        if state.is_world_process_zero and logs is not None and "reward" in logs:
            line = {"step": state.global_step - 1, **{ours: logs[name] for name, ours in self.NAMES.items() if name in logs}}
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            left = (time.monotonic() - self.begun) / state.global_step * (state.max_steps - state.global_step)
            print(f"step {state.global_step}/{state.max_steps}: reward {logs['reward']:.3f}, about {left:.0f} s left", flush=True)


def main():
    given = options()
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if given.prompts * given.group % processes != 0:
        raise SystemExit(f"train_trl: prompts times group must divide among {processes} processes, got {given.prompts * given.group}")
    if os.path.exists(given.out) and processes == 1:
        raise SystemExit(f"train_trl: {given.out} must not exist")
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // processes))
    tokenizer = AutoTokenizer.from_pretrained(given.model)
    rows = load_dataset("json", data_files=given.tasks, split="train").select_columns(["prompt", "label"])
    config = GRPOConfig(
        output_dir=given.out + ".trl",
        max_steps=given.steps,
        per_device_train_batch_size=given.prompts * given.group // processes,
        num_generations=given.group,
        max_completion_length=given.max_tokens,
        temperature=1.0,
        learning_rate=given.learning_rate,
        lr_scheduler_type="constant",
        # The paper's: no KL term, one update a batch, clipped higher above than below.
        beta=0.0,
        epsilon=0.2,
        epsilon_high=0.28,
        adam_beta2=0.98,
        weight_decay=0.1,
        use_cpu=not torch.cuda.is_available(),
        bf16=torch.cuda.is_available(),
        gradient_checkpointing=False,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        seed=given.seed,
        model_init_kwargs={"dtype": "float32"},
    )
    os.makedirs(given.out, exist_ok=True)
    trainer = GRPOTrainer(
        model=given.model,
        reward_funcs=rewards_by(given.rewards.rstrip("/"), tokenizer),
        args=config,
        train_dataset=rows,
        processing_class=tokenizer,
        callbacks=[StepLog(os.path.join(given.out, "log.jsonl"))],
    )
    # Our line a step says enough.
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    trainer.save_model(given.out)
    if trainer.accelerator.is_main_process:
        names = ["trl", "transformers", "torch", "accelerate"]
        versions = {name: importlib.metadata.version(name) for name in names}
        with open(os.path.join(given.out, "versions.json"), "w", encoding="utf-8") as file:
            json.dump({**versions, "processes": processes, "options": vars(given)}, file, indent=1)


if __name__ == "__main__":
    main()

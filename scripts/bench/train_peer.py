"""The other side of `npm run bench:train`: the same work by PyTorch, transformers and TRL.

Reads one JSON request a line on standard input and answers each with one JSON line. The work (token batch, prompts, tasks) is
in the file that the bench wrote, so that both sides see the same.

Usage: python scripts/bench/train_peer.py WORK.json THREADS   (needs torch, transformers, trl; started by scripts/bench/train.mjs)
"""

import contextlib
import json
import os
import sys
import tempfile
import time
from fractions import Fraction

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")

import torch  # noqa: E402
import transformers  # noqa: E402
from transformers import GenerationConfig, PreTrainedTokenizerFast, Qwen3ForCausalLM, TrainerCallback  # noqa: E402

WORK = json.load(open(sys.argv[1]))
THREADS = int(sys.argv[2])
torch.set_num_threads(THREADS)
torch.manual_seed(WORK["seed"])
# Standard output belongs to the answers; whatever a library prints goes to standard error.
ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def load():
    model = Qwen3ForCausalLM.from_pretrained(WORK["model"], attn_implementation="sdpa")
    return model.float()


def answer(**fields):
    ANSWERS.write(json.dumps(fields) + "\n")
    ANSWERS.flush()


def requests():
    for line in sys.stdin:
        yield json.loads(line)


class TrainStep:
    """Forward, backward, clipping and AdamW on one batch of whole rows: torch's fastest AdamW, scaled dot-product attention."""

    def __init__(self):
        self.ids = torch.tensor(WORK["batch"])
        self.model = load().train()
        matrices = [p for p in self.model.parameters() if p.dim() > 1]
        vectors = [p for p in self.model.parameters() if p.dim() == 1]
        groups = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
        settings = WORK["adamw"]
        self.clip = settings["clip"]
        self.optimizer = torch.optim.AdamW(
            groups,
            lr=settings["learningRate"],
            betas=settings["betas"],
            weight_decay=settings["weightDecay"],
            fused=True,
        )

    def run(self, repeat):
        for _ in range(repeat):
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.model(input_ids=self.ids, labels=self.ids, use_cache=False).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
            self.optimizer.step()
        return {"tokens": repeat * self.ids.numel(), "loss": loss.item()}


class Decode:
    """`generate` with sampling: every row to `newTokens`, or until its stop token when there is one."""

    def __init__(self, work):
        self.model = load().eval()
        width = max(len(prompt) for prompt in work["prompts"])
        rows = [[0] * (width - len(p)) + p for p in work["prompts"]]
        mask = [[0] * (width - len(p)) + [1] * len(p) for p in work["prompts"]]
        self.inputs = {"input_ids": torch.tensor(rows), "attention_mask": torch.tensor(mask)}
        self.width = width
        self.stop = work.get("stop")
        self.config = GenerationConfig(
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            max_new_tokens=work["newTokens"],
            eos_token_id=self.stop,
            pad_token_id=0,
            disable_compile=True,
        )

    def run(self, repeat):
        tokens = 0
        for _ in range(repeat):
            with torch.inference_mode():
                out = self.model.generate(**self.inputs, generation_config=self.config)
            tokens += sum(self.length(row) for row in out[:, self.width :].tolist())
        return {"tokens": tokens}

    def length(self, row):
        return row.index(self.stop) + 1 if self.stop in row else len(row)


def last_boxed(text):
    """Contents of the last \\boxed{} whose braces balance."""
    end = len(text)
    while (at := text.rfind("\\boxed{", 0, end)) >= 0:
        depth, begin = 1, at + len("\\boxed{")
        for i in range(begin, len(text)):
            depth += {"{": 1, "}": -1}.get(text[i], 0)
            if depth == 0:
                return text[begin:i]
        end = at
    return None


def value(text):
    """A number of a math answer: an integer, a decimal or a fraction."""
    text = "".join(text.replace("{,}", "").replace("$", "").split())
    with contextlib.suppress(ValueError, ZeroDivisionError):
        return Fraction(text)
    return None


def reward(completion, expected):
    """The verifier of the math domain: a completion with its stop token, an answer in a box after the reasoning, equal to the reference."""
    _, closed, rest = completion.rpartition("</think>")
    boxed = last_boxed(rest) if completion.endswith(WORK["grpo"]["stopText"]) and closed else None
    return float(boxed is not None and value(boxed) == expected)


class GrpoStep:
    """TRL's GRPOTrainer, held between two steps until the next request; without gradient checkpointing, in float32."""

    def __init__(self):
        from datasets import Dataset
        from trl import GRPOConfig, GRPOTrainer

        work = WORK["grpo"]
        self.budget = 0
        self.rewards = []
        self.lengths = []
        group = work["groupSize"]
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_file=os.path.join(WORK["model"], "tokenizer.json"),
            eos_token=work["stopText"],
            pad_token=work["padText"],
        )
        rows = [{"prompt": t["prompt"], "expected": t["expected"]} for t in work["tasks"]]
        settings = WORK["adamw"]

        def rate(completion_ids, expected, **_):
            # TRL's own text lacks the special tokens, which end the reasoning and the turn.
            texts = tokenizer.batch_decode(completion_ids)
            values = [reward(*row) for row in zip(texts, expected)]
            self.rewards += values
            self.lengths += [len(ids) for ids in completion_ids]
            return values

        self.trainer = GRPOTrainer(
            model=load(),
            reward_funcs=rate,
            processing_class=tokenizer,
            train_dataset=Dataset.from_list(rows),
            callbacks=[self.callback()],
            args=GRPOConfig(
                output_dir=tempfile.mkdtemp(prefix="m2rl-bench-"),
                num_generations=group,
                per_device_train_batch_size=work["rowsPerPass"],
                gradient_accumulation_steps=work["promptsPerStep"] * group // work["rowsPerPass"],
                max_completion_length=work["newTokens"],
                temperature=1.0,
                top_k=0,
                shuffle_dataset=False,
                beta=0.0,
                epsilon=0.2,
                epsilon_high=0.28,
                loss_type="grpo",
                learning_rate=settings["learningRate"],
                lr_scheduler_type="constant",
                adam_beta1=settings["betas"][0],
                adam_beta2=settings["betas"][1],
                weight_decay=settings["weightDecay"],
                max_grad_norm=settings["clip"],
                max_steps=len(rows) // work["promptsPerStep"],
                gradient_checkpointing=False,
                bf16=False,
                use_cpu=True,
                save_strategy="no",
                logging_steps=10**6,
                report_to="none",
                disable_tqdm=True,
                seed=WORK["seed"],
            ),
        )

    def callback(self):
        outer = self

        class Wait(TrainerCallback):
            def on_step_begin(self, *_, **__):
                if outer.budget == 0:
                    outer.wait()
                outer.budget -= 1

        return Wait()

    def wait(self):
        """Answer the request whose steps are done, and serve others until the next one for GRPO."""
        if self.lengths:
            answer(
                seconds=time.perf_counter() - self.started,
                cpu=time.process_time() - self.cpu,
                tokens=sum(self.lengths),
                meanTokens=sum(self.lengths) / len(self.lengths),
                reward=sum(self.rewards) / len(self.rewards),
            )
        serve_until_grpo(self)
        self.rewards, self.lengths = [], []
        self.started, self.cpu = time.perf_counter(), time.process_time()


def timed(job, repeat):
    started, cpu = time.perf_counter(), time.process_time()
    fields = job.run(repeat)
    answer(seconds=time.perf_counter() - started, cpu=time.process_time() - cpu, **fields)


JOBS = {}


def job_of(name):
    if name not in JOBS:
        JOBS[name] = TrainStep() if name == "train" else Decode(WORK[name])
    return JOBS[name]


def serve_until_grpo(grpo=None):
    """Answer requests; return when the budget of a running trainer was raised."""
    for request in requests():
        kind = request["kind"]
        if kind == "quit":
            ANSWERS.flush()
            os._exit(0)  # in the middle of TRL's loop, which has no other way out
        elif kind == "versions":
            import trl

            versions = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__, "trl": trl.__version__}
            answer(versions=versions, threads=torch.get_num_threads())
        elif kind == "rate":
            answer(rewards=[reward(*row) for row in request["rows"]])
        elif kind == "grpo":
            if grpo is None:
                grpo = GrpoStep()
                grpo.budget = request["repeat"]
                grpo.started, grpo.cpu = time.perf_counter(), time.process_time()
                grpo.trainer.train()
                raise SystemExit("train_peer: the bench must not ask for more steps than its tasks allow")
            grpo.budget = request["repeat"]
            return
        else:
            timed(job_of(kind), request["repeat"])


serve_until_grpo()

"""Reference values for src/train: ten steps of torch.optim.AdamW with global-norm clipping, in float32 and with weights kept in
bfloat16; value and gradient of the GRPO loss, in float64; ten training steps of the pico model of scripts/golden/model.py, by SFT and
by GRPO.

Usage: python scripts/golden/train.py   (needs torch, transformers; writes test/golden/train)
"""

import json
import pathlib

import torch

SEED = 17
GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden"
OUT = GOLDEN / "train"
SHAPES = {"model.norm.weight": (5,), "a.weight": (4, 3), "b.weight": (2, 6)}
ADAMW = dict(lr=3e-3, betas=(0.9, 0.98), weight_decay=0.1, eps=1e-8)
CLIP = 1.0
STEPS = 10


def adamw(store):
    """Gradients are drawn with scales from 0.05 to 5, so that some steps are clipped and some are not."""
    rng = torch.Generator().manual_seed(SEED)
    draw = lambda shape, scale: torch.randn(shape, generator=rng) * scale
    params = {name: torch.nn.Parameter(draw(shape, 0.5)) for name, shape in SHAPES.items()}
    if store == "bfloat16":
        for p in params.values():
            p.data = p.data.bfloat16().float()
    start = {name: p.detach().clone() for name, p in params.items()}
    groups = [
        {"params": [p for p in params.values() if p.dim() > 1]},
        {"params": [p for p in params.values() if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, **ADAMW, foreach=False)
    steps = []
    for step in range(STEPS):
        scale = 5.0 / (1 + step) ** 2
        gradients = {name: draw(shape, scale) for name, shape in SHAPES.items()}
        for name, p in params.items():
            p.grad = gradients[name].clone()
        norm = torch.nn.utils.clip_grad_norm_(params.values(), CLIP)
        optimizer.step()
        if store == "bfloat16":
            for p in params.values():
                p.data.copy_(p.data.bfloat16().float())
        steps.append({
            "gradients": {name: g.flatten().tolist() for name, g in gradients.items()},
            "norm": norm.item(),
            "weights": {name: p.detach().flatten().tolist() for name, p in params.items()},
        })
    return {"store": store, "start": {name: p.flatten().tolist() for name, p in start.items()}, "steps": steps}


def policy_loss(logp, b, low, high, kl, sampling):
    old = b["old"] if b["old"] is not None else logp.detach()
    ratio = torch.exp(logp - old)
    loss = torch.maximum(-ratio * b["advantages"], -ratio.clamp(1 - low, 1 + high) * b["advantages"])
    gap = torch.exp(old - b["rollout"])
    if sampling == "truncated":
        loss = loss * gap.clamp(0, 2)
    if sampling == "masked":
        loss = loss * torch.where((gap >= 0.5) & (gap <= 2), gap, torch.zeros_like(gap))
    if kl:
        d = b["reference"] - logp
        loss = loss + kl * (torch.exp(d) - 1 - d).clamp(-10, 10)
    return (loss * b["share"]).sum()


def grpo():
    rng = torch.Generator().manual_seed(SEED)
    n = 24
    draw = lambda scale: torch.randn(n, generator=rng, dtype=torch.float64) * scale
    logp = -draw(1.5).abs() - 0.05
    base = {
        "advantages": draw(1),
        "share": draw(0.1).abs(),
        "rollout": logp + draw(0.6),
        "reference": logp + draw(0.5),
        "old": logp + draw(0.3),
    }
    cases = []
    for sampling in ["none", "truncated", "masked"]:
        for kl in [0.0, 0.3]:
            for with_old in [True, False]:
                b = dict(base) if with_old else {**base, "old": None}
                x = logp.clone().requires_grad_()
                loss = policy_loss(x, b, 0.2, 0.28, kl, sampling)
                loss.backward()
                cases.append({
                    "importanceSampling": sampling, "klCoef": kl, "withOld": with_old,
                    "loss": loss.item(), "gradient": x.grad.tolist(),
                })
    tensors = {name: value.tolist() for name, value in base.items()}
    return {"clipLow": 0.2, "clipHigh": 0.28, "logp": logp.tolist(), **tensors, "cases": cases}


def training(loss_of, lr):
    """Losses and gradient norms of ten steps; loss_of(model, rows) sums over rows of different length, one at a time."""
    from transformers import Qwen3ForCausalLM

    rng = torch.Generator().manual_seed(SEED)
    rows = [torch.randint(0, 64, (length,), generator=rng) for length in [12, 5, 9, 12, 7]]
    marks = [torch.arange(len(row)) >= 2 + i % 3 for i, row in enumerate(rows)]
    model = Qwen3ForCausalLM.from_pretrained(GOLDEN / "model" / "tied", attn_implementation="eager").float()

    def logprobs(i):
        logits = model(rows[i][None]).logits[0, :-1]
        return torch.log_softmax(logits, -1).gather(-1, rows[i][1:, None])[:, 0][marks[i][1:]]

    with torch.no_grad():
        start = [logprobs(i) for i in range(len(rows))]
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, **{**ADAMW, "lr": lr}, foreach=False)
    steps = []
    for _ in range(STEPS):
        loss = loss_of([logprobs(i) for i in range(len(rows))], start)
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        steps.append({"loss": loss.item(), "norm": norm.item()})
    return {"learningRate": lr, "rows": [row.tolist() for row in rows], "marks": [mark.tolist() for mark in marks], "steps": steps}


def sft_loss(now, start):
    return -torch.cat(now).mean()


REWARD_ADVANTAGES = [1.2, -0.8, 0.5, -1.1, 0.2]


def grpo_loss(now, start):
    """Old log-probs are those of the start, so ratios leave the clipping range as the steps go on."""
    total = 0
    for logp, old, advantage in zip(now, start, REWARD_ADVANTAGES):
        ratio = torch.exp(logp - old)
        loss = torch.maximum(-ratio * advantage, -ratio.clamp(0.8, 1.28) * advantage)
        total = total + loss.mean() / len(now)
    return total


def rounded(value):
    """Float32 values survive 9 significant digits."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(v) for v in value]
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return value


def write(name, content):
    head = {"torch": torch.__version__.split("+")[0], "seed": SEED}
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_text(json.dumps({**head, **rounded(content)}, separators=(",", ":")) + "\n")


write("adamw.json", {"shapes": SHAPES, **ADAMW, "clip": CLIP, "runs": [adamw("float32"), adamw("bfloat16")]})
write("grpo.json", grpo())
write("steps.json", {
    "advantages": REWARD_ADVANTAGES,
    "sft": training(sft_loss, 3e-3),
    "grpo": training(grpo_loss, 1e-4),
})

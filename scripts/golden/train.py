"""Reference values for src/train: ten steps of torch.optim.AdamW with global-norm clipping, in float32 and with weights kept in
bfloat16; value and gradient of the GRPO loss and of the losses of distillation, in float64; ten training steps of the pico model
of scripts/golden/model.py by SFT, by GRPO, by on-policy distillation and by each exact KL divergence, with the other pico model
as teacher.

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
    return {"clipEps": 0.2, "clipEpsHigh": 0.28, "logp": logp.tolist(), **tensors, "cases": cases}


def distill():
    """Losses of distillation on logits: the sampled one is GRPO's with the teacher's advantage of each token."""
    rng = torch.Generator().manual_seed(SEED)
    n, vocab = 6, 9
    draw = lambda *shape: torch.randn(*shape, generator=rng, dtype=torch.float64)
    student, teacher = draw(n, vocab) * 1.5, draw(n, vocab) * 1.5
    tokens = torch.randint(0, vocab, (n,), generator=rng)
    share = draw(n).abs() * 0.2
    old = torch.log_softmax(student + 0.3 * draw(n, vocab), -1)
    at = lambda table: table.gather(-1, tokens[:, None])[:, 0]
    other = torch.log_softmax(teacher, -1)

    def on_policy(own):
        advantages = at(other) - at(old)
        b = {"advantages": advantages, "share": share, "old": at(old), "rollout": at(old)}
        return policy_loss(at(own), b, 0.2, 0.2, 0.0, "none")

    losses = {
        "onPolicy": on_policy,
        "reverse": lambda own: ((own.exp() * (own - other)).sum(-1) * share).sum(),
        "forward": lambda own: ((other.exp() * (other - own)).sum(-1) * share).sum(),
        "entropy": lambda own: -((own.exp() * own).sum(-1) * share).sum(),
    }
    cases = []
    for name, loss_of in losses.items():
        x = student.clone().requires_grad_()
        loss = loss_of(torch.log_softmax(x, -1))
        loss.backward()
        cases.append({"name": name, "loss": loss.item(), "gradient": x.grad.tolist()})
    return {
        "student": student.tolist(), "teacher": teacher.tolist(), "tokens": tokens.tolist(),
        "share": share.tolist(), "old": at(old).tolist(), "cases": cases,
    }


def training(loss_of, lr):
    """Losses and gradient norms of ten steps; loss_of sums over rows of different length, each with its log-probs now, those at
    the start, and (marked, vocabulary) tables of log-probs now and of the teacher."""
    from transformers import Qwen3ForCausalLM

    rng = torch.Generator().manual_seed(SEED)
    rows = [torch.randint(0, 64, (length,), generator=rng) for length in [12, 5, 9, 12, 7]]
    marks = [torch.arange(len(row)) >= 2 + i % 3 for i, row in enumerate(rows)]
    model, teacher = [
        Qwen3ForCausalLM.from_pretrained(GOLDEN / "model" / name, attn_implementation="eager").float()
        for name in ["tied", "untied"]
    ]

    def table(of, i):
        return torch.log_softmax(of(rows[i][None]).logits[0, :-1], -1)[marks[i][1:]]

    def chosen(tables):
        return [own.gather(-1, row[1:, None][mark[1:]])[:, 0] for own, row, mark in zip(tables, rows, marks)]

    every = range(len(rows))
    with torch.no_grad():
        start = chosen([table(model, i) for i in every])
        taught = [table(teacher, i) for i in every]
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, **{**ADAMW, "lr": lr}, foreach=False)
    steps = []
    for _ in range(STEPS):
        tables = [table(model, i) for i in every]
        loss = loss_of(chosen(tables), start, tables, taught, chosen(taught))
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        steps.append({"loss": loss.item(), "norm": norm.item()})
    return {"learningRate": lr, "rows": [row.tolist() for row in rows], "mask": [mark.tolist() for mark in marks], "steps": steps}


def sft_loss(now, *_):
    return -torch.cat(now).mean()


REWARD_ADVANTAGES = [1.2, -0.8, 0.5, -1.1, 0.2]


def grpo_loss(now, start, *_):
    """Old log-probs are those of the start, so ratios leave the clipping range as the steps go on."""
    total = 0
    for logp, old, advantage in zip(now, start, REWARD_ADVANTAGES):
        ratio = torch.exp(logp - old)
        loss = torch.maximum(-ratio * advantage, -ratio.clamp(0.8, 1.28) * advantage)
        total = total + loss.mean() / len(now)
    return total


def opd_loss(now, start, tables, taught, teacher):
    """Advantages and old log-probs are those of the start: ten updates on one batch of rollouts."""
    total = 0
    for logp, old, other in zip(now, start, teacher):
        ratio, advantage = torch.exp(logp - old), other - old
        loss = torch.maximum(-ratio * advantage, -ratio.clamp(0.8, 1.2) * advantage)
        total = total + loss.mean() / len(now)
    return total


def kl_loss(direction):
    def loss(now, start, tables, taught, teacher):
        pairs = [(own, other) if direction == "reverse" else (other, own) for own, other in zip(tables, taught)]
        return sum((p.exp() * (p - q)).sum(-1).mean() for p, q in pairs) / len(pairs)

    return loss


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
    "opd": training(opd_loss, 1e-4),
    "reverse": training(kl_loss("reverse"), 1e-3),
    "forward": training(kl_loss("forward"), 1e-3),
})
write("distill.json", distill())

"""Reference values for src/merge: average, task arithmetic, TIES and SCE of small models, in NumPy float64 on float32 task vectors,
with PyTorch's kthvalue for the global trim.

Usage: python scripts/golden/merge.py   (needs numpy, torch; writes test/golden/merge)
"""

import json
import pathlib

import numpy as np
import torch

SEED = 11


SHAPES = {"model.embed_tokens.weight": (7, 6), "model.layers.0.mlp.up_proj.weight": (9, 5), "model.norm.weight": (11,)}
EXPERTS = 4


def normal_models(rng):
    """A base and experts with sparse normal changes; one expert leaves one tensor as it is."""
    base = {name: rng.normal(0, 0.05, shape).astype(np.float32) for name, shape in SHAPES.items()}
    experts = []
    for m in range(EXPERTS):
        change = {name: rng.normal(0, 0.004, shape) * (rng.random(shape) < 0.6) for name, shape in SHAPES.items()}
        experts.append({name: (base[name] + change[name]).astype(np.float32) for name in base})
        if m == 2:
            experts[m]["model.norm.weight"] = base["model.norm.weight"]
    return base, experts


def grid_models(rng):
    """A base and experts on a grid of 1/512: equal magnitudes and sums of exactly zero abound."""
    base = {name: (rng.integers(-50, 51, shape) / 512).astype(np.float32) for name, shape in SHAPES.items()}
    experts = [
        {name: (base[name] + rng.integers(-3, 4, shape) / 512).astype(np.float32) for name, shape in SHAPES.items()}
        for _ in range(EXPERTS)
    ]
    return base, experts


def deltas(base, experts, name):
    return np.stack([expert[name] - base[name] for expert in experts])  # (M, …) float32


def add(base, change, lam):
    return {name: (base[name].astype(np.float64) + lam * change[name].astype(np.float32)).astype(np.float32) for name in base}


def average(base, experts):
    return {name: np.mean([expert[name].astype(np.float64) for expert in experts], axis=0).astype(np.float32) for name in base}


def task_arithmetic(base, experts, lam):
    return add(base, {name: deltas(base, experts, name).astype(np.float64).sum(0) for name in base}, lam)


def disjoint_mean(tau, sign, weight):
    keep = weight * ((np.sign(tau) == sign) & (tau != 0))
    count = keep.sum(0)
    return (tau * keep).sum(0) / np.where(count == 0, 1.0, count)


def ties(base, experts, density, lam):
    names = sorted(base)
    flat = np.stack([np.concatenate([(e[n] - base[n]).ravel() for n in names]) for e in experts])  # (M, n) float32
    k = int(flat.shape[1] * round(1 - density, 12))
    trimmed = []
    for row in flat:
        threshold = torch.from_numpy(np.abs(row)).kthvalue(k).values.item() if k > 0 else 0.0
        trimmed.append(np.where(np.abs(row) >= threshold, row, 0))
    trimmed = np.stack(trimmed).astype(np.float64)
    sign = np.sign(trimmed.sum(0))
    sign = np.where(sign == 0, np.sign(sign.sum()), sign)
    merged = disjoint_mean(trimmed, sign, np.ones((len(experts), 1)))
    change, start = {}, 0
    for name in names:
        change[name] = merged[start : start + base[name].size].reshape(base[name].shape)
        start += base[name].size
    return add(base, change, lam)


def sce(base, experts):
    change = {}
    for name in base:
        tau = deltas(base, experts, name).astype(np.float64)
        energy = (tau**2).reshape(len(experts), -1).mean(1)
        weight = energy / energy.sum() if energy.sum() > 0 else np.full(len(experts), 1 / len(experts))
        sign = np.where(tau.sum(0) >= 0, 1.0, -1.0)
        change[name] = disjoint_mean(tau, sign, weight.reshape(-1, *[1] * (tau.ndim - 1)))
    return add(base, change, 1.0)


def to_json(params):
    return {name: {"shape": list(value.shape), "data": [float(x) for x in value.ravel()]} for name, value in params.items()}


def main():
    cases = []
    for about, models in (("normal changes", normal_models), ("changes on a grid", grid_models)):
        base, experts = models(np.random.default_rng(SEED))
        merged = [
            ("average", {}, average(base, experts)),
            ("taskArithmetic", {"lambda": 1}, task_arithmetic(base, experts, 1)),
            ("taskArithmetic", {"lambda": 0.4}, task_arithmetic(base, experts, 0.4)),
            ("sce", {}, sce(base, experts)),
        ]
        for density in (0.01, 0.2, 0.5, 0.9, 1):
            for lam in (1, 1.5):
                merged.append(("ties", {"density": density, "lambda": lam}, ties(base, experts, density, lam)))
        cases.append({
            "about": about,
            "base": to_json(base),
            "experts": [to_json(expert) for expert in experts],
            "merged": [{"method": method, "options": options, "params": to_json(params)} for method, options, params in merged],
        })
    golden = {
        "about": "scripts/golden/merge.py",
        "versions": {"numpy": np.__version__, "torch": torch.__version__},
        "seed": SEED,
        "cases": cases,
    }
    path = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "merge" / "methods.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(golden) + "\n")


main()

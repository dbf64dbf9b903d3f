"""Reference values for src/analysis: masks, overlaps, cosines, signs and spectra of small models, in NumPy float64.

Usage: python scripts/golden/analysis.py   (needs numpy, torch; writes test/golden/analysis/shift.json)
"""

import base64
import itertools
import json
import pathlib

import numpy as np
import torch

SEED = 23
ETA = 1e-3
NAMES = ["math", "coding", "agent"]
SHAPES = {
    "model.layers.0.self_attn.q_proj.weight": (40, 24),
    "model.layers.0.mlp.down_proj.weight": (24, 56),
    "model.layers.0.input_layernorm.weight": (33,),
}
RANK = 5


def models(rng):
    """A base and three experts; a third of the entries move, some by less than the tolerance, two experts share a direction."""
    base, experts = {}, [{} for _ in NAMES]
    for name, shape in SHAPES.items():
        base[name] = rng.normal(0, 0.05, shape)
        base[name].flat[:3] = [0.0, -0.0, 1e-30]
        shared = rng.normal(0, 0.003, shape)
        for m, expert in enumerate(experts):
            change = shared * (0.8 if m < 2 else -0.2) + rng.normal(0, 0.003, shape)
            size = rng.choice([0.0, 1e-5, 1.0], shape, p=[0.4, 0.2, 0.4])
            expert[name] = base[name] + change * size
    return [base, *experts]


def store(model, dtype):
    return {name: torch.from_numpy(values.copy()).to(dtype).contiguous() for name, values in model.items()}


def as_bytes(tensor):
    return base64.b64encode(tensor.view(torch.uint8).numpy().tobytes()).decode()


def masks(base, experts):
    return [np.abs(e - base) > ETA * np.maximum(np.abs(e), np.abs(base)) for e in experts]


def cosine(x, y):
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def describe(base, experts):
    base = base.ravel()
    experts = [expert.ravel() for expert in experts]
    delta = [expert - base for expert in experts]
    mask = masks(base, experts)
    count = np.sum(mask, axis=0)
    up = np.sum([np.maximum(d, 0) for d in delta], axis=0)
    down = np.sum([np.maximum(-d, 0) for d in delta], axis=0)
    signs = np.array([np.sign(d) * m for d, m in zip(delta, mask)])
    pairs = []
    for a, b in itertools.combinations(range(len(experts)), 2):
        both = mask[a] & mask[b]
        p, q = mask[a].mean(), mask[b].mean()
        pairs.append(
            {
                "both": int(both.sum()),
                "jaccard": float(both.sum() / (mask[a] | mask[b]).sum()),
                "random": float(p * q / (p + q - p * q)),
                "lift": float(both.mean() / (p * q)),
                "sameSign": float((signs[a] == signs[b])[both].mean()),
                "cosine": cosine(delta[a], delta[b]),
                "overlapCosine": cosine(delta[a][both], delta[b][both]),
            }
        )
    return {
        "experts": [
            {
                "changed": int(m.sum()),
                "rate": float(m.mean()),
                "norm": float(np.linalg.norm(d)),
                "relativeNorm": float(np.linalg.norm(d) / np.linalg.norm(base)),
                "largest": float(np.abs(d).max()),
            }
            for d, m in zip(delta, mask)
        ],
        "pairs": pairs,
        "joint": {
            "ways": [float((count == k).mean()) for k in range(len(experts) + 1)],
            "opposed": float(((signs.max(0) == 1) & (signs.min(0) == -1)).sum() / (count >= 2).sum()),
            "minorityMass": float(np.minimum(up, down).sum() / (up + down).sum()),
        },
    }


def angle(a, b):
    """Largest principal angle in degrees, and the mean squared cosine."""
    cosines = np.clip(np.linalg.svd(a.T @ b, compute_uv=False), 0, 1)
    return float(np.degrees(np.arccos(cosines.min()))), float((cosines**2).mean())


def spectrum(base, expert):
    u0, s0, v0 = np.linalg.svd(base, full_matrices=False)
    u1, s1, v1 = np.linalg.svd(expert, full_matrices=False)
    delta = expert - base
    s = np.linalg.svd(delta, compute_uv=False)
    left, shared_left = angle(u0[:, :RANK], u1[:, :RANK])
    right, shared_right = angle(v0[:RANK].T, v1[:RANK].T)
    inside = u0[:, :RANK].T @ delta @ v0[:RANK].T
    rows, columns = base.shape
    return {
        "drift": float(np.linalg.norm(s1[:RANK] - s0[:RANK]) / np.linalg.norm(s0[:RANK])),
        "angleLeft": left,
        "angleRight": right,
        "shared": (shared_left + shared_right) / 2,
        "energy": float((inside**2).sum() / (delta**2).sum()),
        "energyByChance": RANK * RANK / (rows * columns),
        "effectiveRank": float((s**2).sum() ** 2 / (s**4).sum()),
        "effectiveRankByChance": rows * columns / (rows + columns),
        "stableRank": float((s**2).sum() / s[0] ** 2),
    }


def main():
    rng = np.random.default_rng(SEED)
    drawn = models(rng)
    cases = []
    for dtype, label in [(torch.float32, "F32"), (torch.bfloat16, "BF16"), (torch.float16, "F16")]:
        stored = [store(model, dtype) for model in drawn]
        exact = [{name: tensor.double().numpy() for name, tensor in model.items()} for model in stored]
        tensors = {}
        for name in SHAPES:
            base, *experts = [model[name] for model in exact]
            tensors[name] = describe(base, experts)
            if base.ndim == 2:
                tensors[name]["spectra"] = [spectrum(base, expert) for expert in experts]
        joined = [np.concatenate([model[name].ravel() for name in SHAPES]) for model in exact]
        cases.append(
            {
                "dtype": label,
                "models": [{name: as_bytes(tensor) for name, tensor in model.items()} for model in stored],
                "tensors": tensors,
                "whole": describe(joined[0], joined[1:]),
            }
        )
    out = {
        "made": f"scripts/golden/analysis.py, numpy {np.__version__}, torch {torch.__version__}, seed {SEED}",
        "eta": ETA,
        "rank": RANK,
        "experts": NAMES,
        "shapes": SHAPES,
        "cases": cases,
    }
    folder = pathlib.Path(__file__).parents[2] / "test" / "golden" / "analysis"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shift.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()

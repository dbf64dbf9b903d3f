"""What `m2rl diff` counts in a pair of checkpoints, in PyTorch: changed weights by the paper's rule, and norms. Part of scripts/bench/diff.mjs.

Usage: python diffPeer.py BASE EXPERT   (model folders with equal shards; needs torch, safetensors)
"""

import json
import math
import pathlib
import sys

import torch
from safetensors import safe_open

ETA = 1e-3
ROWS = 2**24  # weights at a time


def pairs(base, expert):
    """Slices of every tensor, base and expert side by side, as float32."""
    for path in sorted(pathlib.Path(base).glob("*.safetensors")):
        with safe_open(path, "pt") as before, safe_open(pathlib.Path(expert) / path.name, "pt") as after:
            for name in before.keys():
                first, second = before.get_slice(name), after.get_slice(name)
                shape = first.get_shape()
                step = max(1, ROWS // math.prod(shape[1:]))
                for row in range(0, shape[0], step):
                    yield first[row : row + step].float(), second[row : row + step].float()


def main(base, expert):
    changed, nonfinite, squares, base_squares, mass, largest = 0, 0, 0.0, 0.0, 0.0, 0.0
    for a, b in pairs(base, expert):
        delta = b - a
        size = delta.abs()
        changed += int((size > ETA * torch.maximum(a.abs(), b.abs())).sum())
        nonfinite += int((~torch.isfinite(delta)).sum())
        squares += float(torch.linalg.vector_norm(delta, dtype=torch.float64)) ** 2
        base_squares += float(torch.linalg.vector_norm(a, dtype=torch.float64)) ** 2
        mass += float(size.sum(dtype=torch.float64))
        largest = max(largest, float(size.max()))
    norm = math.sqrt(squares / base_squares)
    print(json.dumps({"changed": changed, "nonfinite": nonfinite, "relativeNorm": norm, "mass": mass, "largest": largest}))


if __name__ == "__main__":
    main(*sys.argv[1:])

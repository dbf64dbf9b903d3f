"""What `m2rl diff` counts in a pair of checkpoints, in PyTorch: changed weights by the paper's rule, and norms. Part of scripts/bench/diff.mjs.

Usage: python diffPeer.py BASE.safetensors EXPERT.safetensors   (needs torch, safetensors)
"""

import json
import math
import resource
import sys
import time

import torch
from safetensors import safe_open

ETA = 1e-3
ROWS = 2**24  # weights at a time


def main(base_path, expert_path):
    begin = time.perf_counter()
    changed, nonfinite, squares, base_squares, mass, largest = 0, 0, 0.0, 0.0, 0.0, 0.0
    with safe_open(base_path, "pt") as base, safe_open(expert_path, "pt") as expert:
        for name in base.keys():
            first, second = base.get_slice(name), expert.get_slice(name)
            shape = first.get_shape()
            step = max(1, ROWS // math.prod(shape[1:]))
            for row in range(0, shape[0], step):
                a = first[row : row + step].float()
                b = second[row : row + step].float()
                delta = b - a
                size = delta.abs()
                changed += int((size > ETA * torch.maximum(a.abs(), b.abs())).sum())
                nonfinite += int((~torch.isfinite(delta)).sum())
                squares += float(torch.linalg.vector_norm(delta, dtype=torch.float64)) ** 2
                base_squares += float(torch.linalg.vector_norm(a, dtype=torch.float64)) ** 2
                mass += float(size.sum(dtype=torch.float64))
                largest = max(largest, float(size.max()))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - begin,
                "cpu": usage.ru_utime + usage.ru_stime,
                "rss": usage.ru_maxrss * 1024,
                "found": {"changed": changed, "squares": squares},
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

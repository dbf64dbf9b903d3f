"""Merges of a small Qwen3-shaped checkpoint by mergekit itself, one per method: what dialect "mergekit" must give.

The random methods cannot agree entry by entry: they run at density 1, where nothing is dropped, so that their sums are compared.

Usage: python scripts/golden/mergeByMergekit.py   (needs mergekit 0.1.5, torch, transformers, safetensors; writes test/golden/merge)
"""

import base64
import importlib.metadata
import json
import pathlib
import tempfile

import torch
import yaml
from mergekit.config import MergeConfiguration
from mergekit.merge import MergeOptions, run_merge
from safetensors.torch import load_file, save_file
from transformers import Qwen3Config, Qwen3ForCausalLM

SEED = 5
EXPERTS = 3
CONFIG = dict(
    vocab_size=16,
    hidden_size=8,
    intermediate_size=12,
    num_hidden_layers=2,
    num_attention_heads=2,
    num_key_value_heads=1,
    head_dim=4,
    max_position_embeddings=32,
    tie_word_embeddings=True,
)

W = [1.0, 0.5, 1.5]

# Our name, options in our words, what mergekit is told: method, parameters per expert, global parameters, experts, base.
CASES = [
    ("linear", {"weights": W}, "linear", {"weight": W}, {}, 3, False),
    ("linear", {"weights": W, "normalize": False}, "linear", {"weight": W}, {"normalize": False}, 3, False),
    ("taskArithmetic", {"weights": W, "lambda": 0.7}, "task_arithmetic", {"weight": W}, {"lambda": 0.7}, 3, True),
    ("taskArithmetic", {"weights": W, "normalize": True}, "task_arithmetic", {"weight": W}, {"normalize": True}, 3, True),
    ("ties", {"weights": W, "density": 0.3}, "ties", {"weight": W, "density": [0.3] * 3}, {}, 3, True),
    ("ties", {"weights": [1, -0.5, 1.5], "density": [0.9, 0.5, 0.1], "normalize": False, "rescale": True}, "ties",
     {"weight": [1, -0.5, 1.5], "density": [0.9, 0.5, 0.1]}, {"normalize": False, "rescale": True}, 3, True),
    ("ties", {"weights": W, "density": 0.004}, "ties", {"weight": W, "density": [0.004] * 3}, {}, 3, True),
    ("dareTaskArithmetic", {"weights": W}, "dare_linear", {"weight": W, "density": [1.0] * 3}, {}, 3, True),
    ("dareTies", {"weights": W, "lambda": 1.3}, "dare_ties", {"weight": W, "density": [1.0] * 3}, {"lambda": 1.3}, 3, True),
    ("breadcrumbs", {"weights": W, "density": 0.6, "gamma": 0.05}, "breadcrumbs",
     {"weight": W, "density": [0.6] * 3, "gamma": [0.05] * 3}, {}, 3, True),
    ("breadcrumbs", {"weights": W, "density": 0.5, "rescale": True}, "breadcrumbs", {"weight": W, "density": [0.5] * 3},
     {"rescale": True}, 3, True),
    ("breadcrumbsTies", {"weights": W, "density": [0.6, 0.99, 0.2], "gamma": 0.03}, "breadcrumbs_ties",
     {"weight": W, "density": [0.6, 0.99, 0.2], "gamma": [0.03] * 3}, {}, 3, True),
    ("della", {"weights": W}, "della", {"weight": W, "density": [1.0] * 3}, {}, 3, True),
    ("dellaLinear", {"weights": W, "normalize": True}, "della_linear", {"weight": W, "density": [1.0] * 3}, {"normalize": True}, 3, True),
    ("slerp", {"t": 0.3}, "slerp", {}, {"t": 0.3}, 1, True),
    ("nuslerp", {"weights": [1, 3]}, "nuslerp", {"weight": [1, 3]}, {}, 2, True),
    ("nuslerp", {"weights": [1, 3], "flatten": False, "compat": True}, "nuslerp", {"weight": [1, 3]}, {"nuslerp_flatten": False}, 2, True),
    ("nuslerp", {"weights": [2, 1], "flatten": False, "rowWise": True, "compat": True}, "nuslerp", {"weight": [2, 1]},
     {"nuslerp_flatten": False, "nuslerp_row_wise": True}, 2, True),
    ("multislerp", {"weights": W}, "multislerp", {"weight": W}, {}, 3, True),
    ("karcher", {}, "karcher", {}, {}, 3, False),
    ("modelStock", {}, "model_stock", {}, {}, 3, True),
    ("modelStock", {"filterWise": True}, "model_stock", {}, {"filter_wise": True}, 3, True),
    ("nearswap", {"t": 0.002}, "nearswap", {}, {"t": 0.002}, 1, True),
    ("arceeFusion", {}, "arcee_fusion", {}, {}, 1, True),
    ("passthrough", {"scale": 0.5}, "passthrough", {"scale": [0.5]}, {}, 1, False),
    ("ram", {"epsilon": 0.003}, "ram", {}, {"epsilon": 0.003}, 3, True),
    ("ramPlusTl", {"epsilon": 0.003, "r": 0.3, "alpha": 0.5}, "ramplus_tl", {}, {"epsilon": 0.003, "r": 0.3, "alpha": 0.5}, 3, True),
    ("sce", {}, "sce", {}, {}, 3, True),
    ("sce", {"selectTopk": 0.4}, "sce", {}, {"select_topk": 0.4}, 3, True),
]


def models(folder):
    """Folders of a base and its experts; the last expert leaves six entries in ten as they are."""
    torch.manual_seed(SEED)
    network = Qwen3ForCausalLM(Qwen3Config(**CONFIG)).float()
    network.save_pretrained(folder / "base")
    base = load_file(folder / "base" / "model.safetensors")
    for m in range(EXPERTS):
        (folder / f"expert{m}").mkdir()
        changed = {}
        for name, value in base.items():
            noise = 0.004 * (1 + m) * torch.randn(value.shape)
            kept = torch.rand(value.shape) < 0.4 if m == EXPERTS - 1 else torch.ones(value.shape)
            changed[name] = value + noise * kept
        save_file(changed, folder / f"expert{m}" / "model.safetensors", metadata={"format": "pt"})
        (folder / f"expert{m}" / "config.json").write_text((folder / "base" / "config.json").read_text())
    return base


def merge(folder, case):
    _, _, method, per_expert, parameters, count, with_base = case
    listed = [
        {"model": str(folder / f"expert{m}"), "parameters": {name: values[m] for name, values in per_expert.items()}}
        for m in range(count)
    ]
    config = {"models": listed, "merge_method": method, "parameters": parameters, "dtype": "float32"}
    if with_base:
        config["base_model"] = str(folder / "base")
    out = tempfile.mkdtemp(dir=folder)
    run_merge(
        MergeConfiguration.model_validate(yaml.safe_load(yaml.safe_dump(config))),
        out,
        MergeOptions(copy_tokenizer=False, write_model_card=False, random_seed=SEED, quiet=True),
    )
    return load_file(pathlib.Path(out) / "model.safetensors")


def to_json(params):
    return {
        name: {"shape": list(value.shape), "float32": base64.b64encode(value.float().numpy().tobytes()).decode()}
        for name, value in sorted(params.items())
    }


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        base = models(folder)
        experts = [load_file(folder / f"expert{m}" / "model.safetensors") for m in range(EXPERTS)]
        golden = {
            "about": "scripts/golden/mergeByMergekit.py",
            "versions": {name: importlib.metadata.version(name) for name in ("mergekit", "torch", "transformers")},
            "seed": SEED,
            "base": to_json(base),
            "experts": [to_json(expert) for expert in experts],
            "merged": [
                {"method": case[0], "options": case[1], "experts": case[5], "params": to_json(merge(folder, case))} for case in CASES
            ],
        }
    path = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "merge" / "mergekit.json"
    path.write_text(json.dumps(golden) + "\n")


main()

"""Configurations as two versions of transformers write them, and the defaults of each model type.

Usage: python scripts/golden/configurations.py   (needs transformers; writes test/golden/checkpoint/configurations-MAJOR.json)
Run it with transformers 4 and with transformers 5.
"""

import json
import pathlib
import tempfile

import transformers
from transformers import CONFIG_MAPPING

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAJOR = transformers.__version__.split(".")[0]

SMALL = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 6, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 64}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 4096}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
TYPES = "llama qwen2 qwen3 qwen2_moe qwen3_moe mistral mixtral phi3 gemma gemma2 gemma3_text siglip_vision_model pixtral".split()


def rope(theta: float, scaling: dict | None = None) -> dict:
    """Keyword arguments by which this version takes a rotary embedding."""
    if MAJOR == "4":
        return {"rope_theta": theta, "rope_scaling": scaling}
    return {"rope_parameters": {"rope_theta": theta, **(scaling or {"rope_type": "default"})}}


CASES = {
    **{f"{name} as it is": (name, {}) for name in TYPES},
    "small llama": ("llama", SMALL),
    "llama with another theta": ("llama", {**SMALL, **rope(5e5)}),
    "llama 3.1": ("llama", {**SMALL, **rope(5e5, LLAMA3)}),
    "qwen3 by yarn": ("qwen3", {**SMALL, "head_dim": 16, **rope(1e6, YARN)}),
    "qwen2 with windows": ("qwen2", {**SMALL, "use_sliding_window": True, "sliding_window": 16, "max_window_layers": 3}),
    "qwen2 without windows": ("qwen2", {**SMALL, "sliding_window": 131072, "max_window_layers": 3}),
    "mistral without window": ("mistral", {**SMALL, "sliding_window": None}),
    "gemma2 with another cap": ("gemma2", {**SMALL, "head_dim": 8, "final_logit_softcapping": 20.0}),
    "mistral3": ("mistral3", {"text_config": {"model_type": "mistral", **SMALL, **rope(1e9)}, "vision_config": {"model_type": "pixtral"}}),
    "llava": ("llava", {"text_config": {"model_type": "llama", **SMALL}}),
    "gemma3": ("gemma3", {"text_config": {"model_type": "gemma3_text", **SMALL, "head_dim": 8}}),
}


def saved(name: str, arguments: dict) -> dict:
    """What `save_pretrained` puts into config.json."""
    with tempfile.TemporaryDirectory() as folder:
        CONFIG_MAPPING[name](**arguments).save_pretrained(folder)
        return json.loads((pathlib.Path(folder) / "config.json").read_text())


out = ROOT / "test" / "golden" / "checkpoint" / f"configurations-{MAJOR}.json"
out.write_text(
    json.dumps(
        {
            "transformers": transformers.__version__,
            "configurations": {name: saved(*case) for name, case in CASES.items()},
        },
        indent=1,
    )
    + "\n"
)
print(out.relative_to(ROOT))

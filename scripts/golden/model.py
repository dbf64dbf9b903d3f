"""Golden logits, losses and gradients of pico models of every family from transformers.

Usage: python scripts/golden/model.py [NAME ...]   (needs torch, transformers, safetensors; writes test/golden/model/NAME, default all)
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, CONFIG_MAPPING

SEED = 7
OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "model"


LLAMA3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}
CASES = {
    "tied": ("qwen3", {"tie_word_embeddings": True}),
    "untied": ("qwen3", {"tie_word_embeddings": False}),
    "qwen2": ("qwen2", {"tie_word_embeddings": True}),
    "llama": ("llama", {"tie_word_embeddings": False}),
    "llama3": ("llama", {"tie_word_embeddings": True, "rope_parameters": LLAMA3}),
}


def write(name: str) -> None:
    torch.manual_seed(SEED)
    model_type, over = CASES[name]
    config = CONFIG_MAPPING[model_type](
        **{
            "vocab_size": 64,
            "hidden_size": 32,
            "intermediate_size": 48,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 8,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
            "rms_norm_eps": 1e-6,
            "max_position_embeddings": 64,
            "attn_implementation": "eager",
            **over,
        }
    )
    model = AutoModelForCausalLM.from_config(config).float()
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            scale = 0.2 if parameter.dim() > 1 else 0.1
            offset = 0.0 if parameter.dim() > 1 or parameter_name.endswith("bias") else 1.0
            parameter.copy_(torch.randn_like(parameter) * scale + offset)
    ids = torch.randint(0, 64, (3, 12))
    logits = model(ids).logits
    logprobs = torch.log_softmax(logits[:, :-1], -1).gather(-1, ids[:, 1:, None])[..., 0]
    loss = -logprobs.mean()
    loss.backward()
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder, safe_serialization=True)
    (folder / "generation_config.json").unlink(missing_ok=True)
    save_file({n: p.grad.contiguous() for n, p in model.named_parameters()}, folder / "gradients.safetensors")
    save_file({"logits": logits.detach().contiguous(), "logprobs": logprobs.detach().contiguous()}, folder / "outputs.safetensors")
    greedy = model.generate(ids[:1, :4], max_new_tokens=10, do_sample=False, eos_token_id=None, pad_token_id=0)
    (folder / "golden.json").write_text(
        json.dumps(
            {
                "torch": torch.__version__.split("+")[0],
                "transformers": transformers.__version__,
                "seed": SEED,
                "ids": ids.tolist(),
                "loss": loss.item(),
                "greedy": greedy[0, 4:].tolist(),
            }
        )
        + "\n"
    )


for name in sys.argv[1:] or CASES:
    write(name)

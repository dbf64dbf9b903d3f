"""Golden logits, losses and gradients of pico Qwen3 models from transformers.

Usage: python scripts/golden/model.py   (needs torch, transformers, safetensors; writes test/golden/model)
"""

import json
import pathlib

import torch
import transformers
from safetensors.torch import save_file
from transformers import Qwen3Config, Qwen3ForCausalLM

SEED = 7
OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "model"


def write(name: str, tied: bool) -> None:
    torch.manual_seed(SEED)
    config = Qwen3Config(
        vocab_size=64,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        rope_theta=10000.0,
        rms_norm_eps=1e-6,
        max_position_embeddings=64,
        tie_word_embeddings=tied,
        attn_implementation="eager",
    )
    model = Qwen3ForCausalLM(config).float()
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            scale = 0.2 if parameter.dim() > 1 else 0.1
            offset = 0.0 if parameter.dim() > 1 else 1.0
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


write("tied", True)
write("untied", False)

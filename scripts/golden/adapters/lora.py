"""Golden adapters of pico models from PEFT: files as it writes them, logits, loss, gradients of the factors, five steps of AdamW, a merged weight.

Usage: python scripts/golden/adapters/lora.py [check BASE ADAPTER]   (needs torch, transformers, peft, safetensors; writes test/golden/model/lora;
`check` opens an adapter that m2rl wrote, and prints the log-probabilities of 1, 2 … 8)
"""

import json
import pathlib
import shutil
import sys

import peft
import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

SEED = 11
MODELS = pathlib.Path(__file__).resolve().parents[3] / "test" / "golden" / "model"
CASES = {
    "tied": {"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"]},
    "llama": {"r": 2, "lora_alpha": 3, "target_modules": "all-linear"},
    "qwen2": {"r": 3, "lora_alpha": 6, "target_modules": ["o_proj", "down_proj"], "use_rslora": True},
}
ADAMW = dict(lr=1e-2, betas=(0.9, 0.98), weight_decay=0.1, eps=1e-8)
STEPS = 5
CLIP = 1.0


def loss_of(model, ids):
    logits = model(ids).logits
    logprobs = torch.log_softmax(logits[:, :-1], -1).gather(-1, ids[:, 1:, None])[..., 0]
    return logits, -logprobs.mean()


def write(name):
    torch.manual_seed(SEED)
    folder = MODELS / "lora" / name
    base = AutoModelForCausalLM.from_pretrained(MODELS / name, dtype=torch.float32, attn_implementation="eager")
    model = peft.get_peft_model(base, peft.LoraConfig(task_type="CAUSAL_LM", **CASES[name]))
    factors = {n: p for n, p in model.named_parameters() if p.requires_grad}
    with torch.no_grad():
        for p in factors.values():
            p.copy_(torch.randn_like(p) * 0.2)
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    # PEFT writes where the base lay: a path of the machine that made this.
    config = json.loads((folder / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = f"../../{name}"
    config["target_modules"] = sorted(config["target_modules"])
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
    ids = torch.randint(0, 64, (2, 12))
    logits, loss = loss_of(model, ids)
    loss.backward()
    plain = lambda n: n.replace(".default", "")
    save_file({plain(n): p.grad.contiguous() for n, p in factors.items()}, folder / "gradients.safetensors")
    optimizer = torch.optim.AdamW(factors.values(), **ADAMW, foreach=False)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        _, step_loss = loss_of(model, ids)
        step_loss.backward()
        torch.nn.utils.clip_grad_norm_(factors.values(), CLIP)
        optimizer.step()
        losses.append(step_loss.item())
    again = peft.PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(MODELS / name, dtype=torch.float32), folder
    ).merge_and_unload()
    merged = dict(again.named_parameters())
    save_file(
        {"logits": logits.detach().contiguous(), **{n: p.detach().contiguous() for n, p in merged.items() if "layers.1." in n and "_proj.weight" in n}},
        folder / "outputs.safetensors",
    )
    record = {
        "torch": torch.__version__.split("+")[0],
        "transformers": transformers.__version__,
        "peft": peft.__version__,
        "seed": SEED,
        "ids": ids.tolist(),
        "loss": loss.item(),
        "losses": losses,
    }
    (folder / "golden.json").write_text(json.dumps(record) + "\n")


def check(base, adapter):
    model = peft.PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), adapter)
    ids = torch.arange(1, 9)[None]
    with torch.no_grad():
        logprobs = torch.log_softmax(model(ids).logits[0, :-1], -1)
    print(json.dumps([round(logprobs[t, ids[0, t + 1]].item(), 6) for t in range(7)]))


if sys.argv[1:2] == ["check"]:
    check(*sys.argv[2:])
else:
    shutil.rmtree(MODELS / "lora", ignore_errors=True)
    for name in CASES:
        write(name)

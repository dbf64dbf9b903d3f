"""Sharded checkpoints of transformers and huggingface_hub, for src/checkpoint: which tensor goes where, and every byte.

Usage: python scripts/golden/safetensorsShards.py   (needs transformers, safetensors, torch; writes test/golden/checkpoint/shards.json)
"""

import base64
import json
import pathlib
import tempfile

import huggingface_hub
import torch
import transformers
from safetensorsFiles import OUT, SEED, VERSIONS

SIZE = 3000


def files(folder):
    names = sorted(path for path in pathlib.Path(folder).iterdir() if path.name.startswith("model"))
    return {path.name: base64.b64encode(path.read_bytes()).decode() for path in names}


def specs(state):
    return [{"name": name, "dtype": {"torch.bfloat16": "BF16", "torch.float32": "F32"}[str(value.dtype)], "shape": list(value.shape)} for name, value in state.items()]


def model(tie):
    torch.manual_seed(SEED)
    config = transformers.Qwen3Config(
        vocab_size=48, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, head_dim=8,
        tie_word_embeddings=tie,
    )
    language_model = transformers.Qwen3ForCausalLM(config).bfloat16()
    state = {name: value for name, value in language_model.state_dict().items() if not (tie and name == "lm_head.weight")}
    with tempfile.TemporaryDirectory() as folder:
        language_model.save_pretrained(folder, max_shard_size=SIZE)
        return {"about": f"transformers, {'tied' if tie else 'untied'}", "shardSize": SIZE, "tensors": specs(state), "files": files(folder)}


def hub():
    """A tensor above the limit, names outside ASCII, keys that look like integers, shards that are exactly full."""
    state = {
        "10": torch.arange(8.0), "9": torch.arange(8.0), "big": torch.arange(100.0), "\ue000": torch.ones(10), "\U0001f642": torch.ones(2),
        'q"uote': torch.zeros(1), "last": torch.zeros(15),
    }
    with tempfile.TemporaryDirectory() as folder:
        huggingface_hub.save_torch_state_dict(state, folder, max_shard_size=64)
        # The hub neither sorts nor counts parameters; transformers does, with these arguments.
        path = pathlib.Path(folder) / "model.safetensors.index.json"
        index = json.loads(path.read_text())
        index["metadata"]["total_parameters"] = sum(value.numel() for value in state.values())
        path.write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")
        return {"about": "huggingface_hub", "shardSize": 64, "tensors": specs(state), "files": files(folder)}


def main():
    golden = {
        "about": "scripts/golden/safetensorsShards.py",
        "versions": VERSIONS | {"transformers": transformers.__version__, "huggingface_hub": huggingface_hub.__version__},
        "seed": SEED,
        "shards": [model(True), model(False), hub()],
    }
    (OUT / "shards.json").write_text(json.dumps(golden) + "\n")


main()

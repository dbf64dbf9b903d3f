"""Golden GGUF files: a pico llama with a tensor of every type that is read, and what transformers makes of it.

Usage: python scripts/golden/ggufModels.py            (needs torch, transformers, gguf, safetensors; writes test/golden/model/gguf)
       python scripts/golden/ggufModels.py FILE.gguf  (SmolLM2-135M-Instruct of the wheel that `m2rl fetch smollm2` names; writes test/golden/model/smollm2.json)
"""

import importlib.metadata
import json
import pathlib
import sys

import gguf
import numpy as np
import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

SEED = 11
OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "model"
VERSIONS = {name: importlib.metadata.version(name).split("+")[0] for name in ("torch", "transformers", "gguf")}
TEMPLATE = "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"


def bytes_to_unicode():
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    names = {b: chr(b) for b in keep}
    for n, b in enumerate(b for b in range(256) if b not in keep):
        names[b] = chr(256 + n)
    return [names[b] for b in range(256)]


def pico(path: pathlib.Path) -> None:
    width, heads, kv, vocab = 32, 2, 1, 256 + 3 + 4
    random = np.random.default_rng(SEED)
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(64)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(vocab)
    letters = bytes_to_unicode()
    merges = ["h e", "Ġ t", "Ġt he", "o n"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(["<|endoftext|>", "<|im_start|>", "<|im_end|>", *letters, *(m.replace(" ", "") for m in merges)])
    writer.add_token_types([3] * 3 + [1] * (vocab - 3))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    kinds = gguf.GGMLQuantizationType
    shapes = {
        "token_embd.weight": ((vocab, width), kinds.Q8_0),
        "blk.0.attn_norm.weight": ((width,), kinds.F32),
        "blk.0.attn_q.weight": ((width, width), kinds.Q4_1),
        "blk.0.attn_k.weight": ((width // heads * kv, width), kinds.Q4_0),
        "blk.0.attn_v.weight": ((width // heads * kv, width), kinds.F16),
        "blk.0.attn_output.weight": ((width, width), kinds.BF16),
        "blk.0.ffn_norm.weight": ((width,), kinds.F32),
        "blk.0.ffn_gate.weight": ((64, width), kinds.Q4_1),
        "blk.0.ffn_up.weight": ((64, width), kinds.Q8_0),
        "blk.0.ffn_down.weight": ((width, 64), kinds.Q4_1),
        "output_norm.weight": ((width,), kinds.F32),
    }
    for name, (shape, kind) in shapes.items():
        values = (random.standard_normal(shape) * 0.3 + (1 if len(shape) == 1 else 0)).astype(np.float32)
        data = values if kind == kinds.F32 else gguf.quants.quantize(values, kind)
        writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def load(path: pathlib.Path):
    where = {"gguf_file": path.name}
    model = AutoModelForCausalLM.from_pretrained(str(path.parent), dtype=torch.float32, **where).eval()
    return model, AutoTokenizer.from_pretrained(str(path.parent), **where)


def logprobs(model, ids):
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    return torch.log_softmax(logits[:-1], -1).gather(-1, torch.tensor(ids[1:])[:, None])[:, 0]


TEXTS = [
    "The capital of France is Paris, and 1234 + 5 = 1239.",
    "Größe, naïve, 日本語, Привет, 🙂🚀\n\n\tif x:\n        return 'it''s'",
    "  Two  spaces,\r\nCRLF; tabs\t\tand a very-long_identifier42 99 bottles",
    "<|im_start|>user\nSay hi.<|im_end|>\n<|im_start|>assistant\n",
]
CHATS = [
    [{"role": "user", "content": "What is the capital of France?"}],
    [{"role": "system", "content": "You are terse."}, {"role": "user", "content": "Name a colour."}, {"role": "assistant", "content": "Red."}, {"role": "user", "content": "Another."}],
]


def describe(model, tokenizer, new: int) -> dict:
    rendered = [tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True) for chat in CHATS]
    texts = [*TEXTS, *rendered]
    encoded = [tokenizer(text, add_special_tokens=False).input_ids for text in texts]
    prompt = torch.tensor([encoded[len(TEXTS)]])
    greedy = model.generate(prompt, max_new_tokens=new, do_sample=False, eos_token_id=2, pad_token_id=2)
    return {
        **VERSIONS,
        "texts": [{"text": text, "ids": ids, "logprobs": [round(x, 6) for x in logprobs(model, ids).tolist()]} for text, ids in zip(texts, encoded)],
        "chats": [{"messages": chat, "text": text} for chat, text in zip(CHATS, rendered)],
        "greedy": greedy[0, prompt.shape[1] :].tolist(),
    }


def write(path: pathlib.Path, value: dict) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n")


if len(sys.argv) > 1:
    write(OUT / "smollm2.json", describe(*load(pathlib.Path(sys.argv[1]).resolve()), 12))
else:
    folder = OUT / "gguf"
    folder.mkdir(parents=True, exist_ok=True)
    pico(folder / "pico.gguf")
    model, tokenizer = load(folder / "pico.gguf")
    tokenizer.chat_template = TEMPLATE
    state = {name: value.detach().float().contiguous() for name, value in model.state_dict().items() if name != "lm_head.weight"}
    save_file(state, folder / "expected.safetensors")
    write(folder / "golden.json", {"seed": SEED, **describe(model, tokenizer, 4)})

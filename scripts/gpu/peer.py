"""PyTorch and transformers doing what scripts/gpu/measure.mjs does, as one JSON line.

Usage: python scripts/gpu/peer.py REQUEST, a JSON object: kind, device, dtype, sizes, and the shape of the model where there is one.
"""

import json
import sys
import time

import torch

REQUEST = json.loads(sys.argv[1])
DEVICE = REQUEST["device"]
SIZES = REQUEST["sizes"]
DTYPE = torch.bfloat16 if REQUEST["dtype"] == "bfloat16" else torch.float32
torch.manual_seed(1)
torch.backends.cuda.matmul.allow_tf32 = REQUEST["dtype"] == "tf32"


def finish():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def best(repetitions, work):
    seconds = []
    for i in range(repetitions + 1):
        started = time.perf_counter()
        work()
        finish()
        if i > 0:
            seconds.append(time.perf_counter() - started)
    return min(seconds)


def device_gigabytes():
    return torch.cuda.max_memory_reserved() / 2**30 if DEVICE == "cuda" else None


def matmul():
    size, repetitions = SIZES["matmul"]["size"], SIZES["matmul"]["repetitions"]
    a = torch.ones(size, size, device=DEVICE, dtype=DTYPE)
    b = torch.ones(size, size, device=DEVICE, dtype=DTYPE)

    def work():
        for _ in range(repetitions):
            torch.mm(a, b)

    seconds = best(3, work)
    return {"seconds": seconds, "tflops": repetitions * 2 * size**3 / seconds / 1e12}


def random_model(dtype):
    from transformers import AutoConfig, AutoModelForCausalLM

    shape = REQUEST["shape"]
    config = AutoConfig.for_model(
        "qwen3",
        vocab_size=shape["vocabSize"],
        hidden_size=shape["hiddenSize"],
        intermediate_size=shape["intermediateSize"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        num_key_value_heads=shape["kvHeads"],
        head_dim=shape["headDim"],
        max_position_embeddings=shape["maxPositions"],
        tie_word_embeddings=True,
    )
    with torch.device(DEVICE):
        return AutoModelForCausalLM.from_config(config, attn_implementation="sdpa").to(dtype)


def train():
    """Float32 weights and moments, products in the wanted dtype, gradient checkpointing: as m2rl does it."""
    rows, length = SIZES["train"]["rows"], SIZES["train"]["length"]
    model = random_model(torch.float32).train()
    model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6, betas=(0.9, 0.98), weight_decay=0.1, fused=True)
    ids = torch.randint(0, REQUEST["shape"]["vocabSize"], (rows, length), device=DEVICE)

    def work():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(DEVICE, torch.bfloat16, enabled=DTYPE == torch.bfloat16):
            loss = model(input_ids=ids, labels=ids, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    seconds = best(SIZES["repetitions"], work)
    return {"seconds": seconds, "tokensPerSecond": rows * length / seconds, "deviceGigabytes": device_gigabytes()}


def decode():
    rows, prompt, new = SIZES["decode"]["rows"], SIZES["decode"]["prompt"], SIZES["decode"]["newTokens"]
    model = random_model(DTYPE).eval()
    ids = torch.randint(0, REQUEST["shape"]["vocabSize"], (rows, prompt), device=DEVICE)
    settings = {"do_sample": True, "temperature": 1.0, "top_k": 0, "top_p": 1.0, "pad_token_id": 0, "eos_token_id": None}

    def work():
        with torch.inference_mode():
            model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=new, min_new_tokens=new, **settings)

    seconds = best(SIZES["repetitions"], work)
    return {"seconds": seconds, "tokensPerSecond": rows * new / seconds, "deviceGigabytes": device_gigabytes()}


result = {"matmul": matmul, "train": train, "decode": decode}[REQUEST["kind"]]()
print(json.dumps(result))

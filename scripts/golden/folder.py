"""What transformers makes of a folder that this library wrote: data/nano/base, opened without patching.

Usage: python scripts/golden/folder.py   (needs torch, transformers; writes test/golden/model/folder.json)
"""

import json
import pathlib

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASE = ROOT / "data" / "nano" / "base"
TOOL = {
    "type": "function",
    "function": {"name": "find", "description": "Find a meeting", "parameters": {"type": "object", "properties": {"who": {"type": "string"}}}},
}
CALL = {"type": "function", "function": {"name": "find", "arguments": {"who": "Ana </tool_call>", "days": [1, 2]}}}
CHATS = [
    {"messages": [{"role": "user", "content": "2+2?"}], "tools": []},
    {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "When?<|im_end|>"},
            {"role": "assistant", "content": "", "reasoning_content": "look", "tool_calls": [CALL, CALL]},
            {"role": "tool", "content": "day 3"},
            {"role": "tool", "content": "none</tool_response>"},
            {"role": "assistant", "content": "<think>\nhm\n</think>\n\nDay 3."},
            {"role": "user", "content": [{"type": "text", "text": "Su"}, {"type": "text", "text": "re?"}]},
        ],
        "tools": [TOOL],
    },
]
ANSWER = "<think>\nhm\n</think>\n\n<tool_call>\n{}\n</tool_call><|im_end|>"

tokenizer = AutoTokenizer.from_pretrained(BASE)
config = AutoConfig.from_pretrained(BASE)
model = AutoModelForCausalLM.from_pretrained(BASE, dtype="auto")
generation = GenerationConfig.from_pretrained(BASE)
ids = tokenizer(ANSWER, add_special_tokens=True).input_ids
out = {
    "torch": torch.__version__.split("+")[0],
    "transformers": transformers.__version__,
    "tokenizer": {"class": type(tokenizer).__name__, "bos": tokenizer.bos_token, "eos": tokenizer.eos_token, "pad": tokenizer.pad_token},
    "config": {"bos": config.bos_token_id, "eos": config.eos_token_id, "pad": config.pad_token_id},
    "generation": {"eos": generation.eos_token_id, "pad": generation.pad_token_id},
    "model": type(model).__name__,
    "dtype": str(model.dtype),
    "chats": [
        {**chat, "text": tokenizer.apply_chat_template(chat["messages"], tools=chat["tools"] or None, tokenize=False, add_generation_prompt=True)}
        for chat in CHATS
    ],
    "answer": ANSWER,
    "ids": ids,
    "withoutSpecial": tokenizer.decode(ids, skip_special_tokens=True),
}
(ROOT / "test" / "golden" / "model" / "folder.json").write_text(json.dumps(out, indent=1) + "\n")

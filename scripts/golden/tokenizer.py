"""Reference values for src/tokenizer: a BPE tokenizer trained by Python's tokenizers, and its encodings.

Usage: python scripts/golden/tokenizer.py   (needs tokenizers; writes test/golden/tokenizer)
"""

import json
import pathlib
import random

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

SEED = 7
VOCAB_SIZE = 420
SPECIALS = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>",
    "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>",
]
PATTERN = "|".join([
    r"[0-9]", r" ?[A-Za-z]+", r" ?[^\t\n\r 0-9A-Za-z]+\n*", r"[\t\n\r ]*\n+", r"[\t\r ]+(?![^\t\n\r ])", r"[\t\r ]+",
])


def texts():
    rng = random.Random(SEED)
    words = (
        "the list of numbers has a sum and product; function returns value when price per item is given because answer "
        "total train school budget meeting house garden river café naïve größer"
    ).split()
    out = []
    for _ in range(300):
        line = " ".join(rng.choice(words) if rng.random() < 0.8 else str(rng.randrange(1000)) for _ in range(12))
        out.append(line + rng.choice([".", "!\n", "?\n\n", " = "]))
        out.append(f"function f{rng.randrange(9)}(xs) {{\n  return xs.map((x) => x * {rng.randrange(99)});\n}}\n")
    return out


SAMPLES = [
    "",
    " ",
    "the sum of 12 and 345 is 357.",
    "  two  spaces   three\ttab \t mixed  \n\n  indented\r\nwindows\r\rold",
    "x=1;y =2; z= 3 ... !!!\n\n\n",
    "café naïve größer Ελληνικά 日本語 🙂👩‍👩‍👧 e\u0301",
    "\u00a0nbsp \u2028line\u2029par \ufeffbom \u0085nel \u3000wide \u200bzero",
    "٣ arabic digit ² superscript Ⅷ roman",
    "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n4<|im_end|>\n",
    "<think><think></think>x</think> <tool_call>\n{\"name\": \"f\"}\n</tool_call><|endoftext|>",
    "<|im_start |> <|im_end| > <THINK> < think> </tool_response",
    "a" * 300 + " " * 40 + "=" * 100,
    "function f(xs) {\n    return xs.filter((x) => x % 2 === 0).length;\n}",
    "\x00\x01\x7f control",
]


def main():
    train = texts()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIALS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(train, trainer)
    encodings = []
    for text in SAMPLES + train[:40]:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        encodings.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)})
    golden = {
        "about": "scripts/golden/tokenizer.py",
        "versions": {"tokenizers": tokenizers.__version__},
        "seed": SEED,
        "vocabSize": VOCAB_SIZE,
        "texts": train,
        "tokenizer": json.loads(tokenizer.to_str()),
        "encodings": encodings,
    }
    path = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "tokenizer" / "bpe.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(golden, ensure_ascii=True, indent=1) + "\n")


main()

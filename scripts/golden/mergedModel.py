"""Nano checkpoints that `m2rl merge` makes, opened by transformers: tokens of a text, and the logits behind it.

Usage: python scripts/golden/mergedModel.py   (needs torch, transformers and `npm run build`; writes test/golden/merge/mergedModel.json)

The base is data/nano/base. An expert is the base with three weights in ten moved by normal steps, drawn from a seed, so that the test
makes the same experts again, merges them, and compares its logits with these.
"""

import json
import pathlib
import subprocess
import tempfile

import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASE = ROOT / "data" / "nano" / "base"
EXPERTS = {"math": 1, "coding": 2, "agent": 3}
STEP = 0.01
# Method, the recipe's other keys, bytes of a shard.
CASES = [
    dict(method="ties", recipe={"out_dtype": "float32"}, shardSize="5GB"),
    dict(method="dareTaskArithmetic", recipe={"seed": 4, "parameters": {"lambda": 0.4}}, shardSize="300kB"),
]
TEXTS = [
    "<|im_start|>user\na=42, b=a+71, c=b*2. Find c.<|im_end|>\n<|im_start|>assistant\n",
    "<|im_start|>user\nWrite a function.<|im_end|>\n<|im_start|>assistant\n<think>",
]
WRITE = """
import { checkpoint, random } from "./dist/index.js";
const { base, folder, seed, step } = JSON.parse(process.argv[1]);
const model = checkpoint.readModelFolder(base);
const draw = new random.Random(seed, "expert");
for (const { data } of model.params.values())
  for (let i = 0; i < data.length; i++) if (draw.chance(0.3)) data[i] += step * draw.normal();
checkpoint.writeModelFolder(folder, model);
"""


def write_expert(folder, seed):
    arguments = json.dumps({"base": str(BASE), "folder": str(folder), "seed": seed, "step": STEP})
    subprocess.run(["node", "--input-type=module", "-e", WRITE, arguments], cwd=ROOT, check=True)


def merge(parent, case):
    recipe = {
        "merge_method": case["method"], "base_model": str(BASE), "models": [{"model": str(parent / name)} for name in EXPERTS],
        **case["recipe"],
    }
    (parent / "recipe.json").write_text(json.dumps(recipe))
    out = parent / f"{case['method']}-merged"
    command = ["node", "dist/cli.js", "merge", parent / "recipe.json", out, "--shard-size", case["shardSize"]]
    subprocess.run([str(part) for part in command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return out


def opened(folder):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    texts = []
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"]
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0, -1]
        texts.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids), "logits": [float(f"{x:.7g}") for x in logits.tolist()]})
    return {
        "class": type(model).__name__,
        "tied": model.lm_head.weight.data_ptr() == model.model.embed_tokens.weight.data_ptr(),
        "files": sorted(path.name for path in folder.iterdir()),
        "texts": texts,
    }


def main():
    with tempfile.TemporaryDirectory() as name:
        parent = pathlib.Path(name)
        for expert, seed in EXPERTS.items():
            write_expert(parent / expert, seed)
        golden = {
            "about": "scripts/golden/mergedModel.py",
            "versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__},
            "experts": EXPERTS,
            "step": STEP,
            "cases": [{**case, **opened(merge(parent, case))} for case in CASES],
        }
    path = ROOT / "test" / "golden" / "merge" / "mergedModel.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()

"""Model folders that this library writes, opened by transformers: their logits, and hashes of the files that were read.

Usage: python scripts/golden/export.py   (needs torch, transformers and a built library, `npm run build`; writes test/golden/model/export.json)

The test writes the same folders again, finds the same hashes, and has the same logits: what transformers opened is what is written today.
"""

import hashlib
import json
import pathlib
import subprocess
import tempfile

import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHAPE = dict(
    vocabSize=64, hiddenSize=32, intermediateSize=48, layers=2, heads=4, kvHeads=2, headDim=8, ropeTheta=10000,
    rmsEps=1e-6, maxPositions=128,
)
CASES = [
    dict(name="tied, float32", dtype="F32", seed=4, config={**SHAPE, "tieEmbeddings": True}),
    dict(name="untied, bfloat16", dtype="BF16", seed=5, config={**SHAPE, "tieEmbeddings": False}),
]
IDS = [[5, 9, 3, 17, 2, 8, 60], [1, 4, 6, 33, 41, 12, 7]]
WRITE = """
import { checkpoint, model } from "./dist/index.js";
const { folder, config, seed, dtype } = JSON.parse(process.argv[1]);
const params = model.initParams(config, seed);
for (const [name, param] of params) params.set(name, { ...param, dtype });
checkpoint.writeModelFolder(folder, { config: model.configToJson(config), params, tokenizer: "{}" });
"""


def case(about):
    with tempfile.TemporaryDirectory() as parent:
        folder = pathlib.Path(parent) / "model"
        arguments = json.dumps({"folder": str(folder), **about})
        subprocess.run(["node", "--input-type=module", "-e", WRITE, arguments], cwd=ROOT, check=True)
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
        with torch.no_grad():
            logits = model(torch.tensor(IDS)).logits
        hashes = {f: hashlib.sha256((folder / f).read_bytes()).hexdigest() for f in ["config.json", "model.safetensors"]}
        return {**about, "class": type(model).__name__, "hashes": hashes, "logits": [float(f"{x:.9g}") for x in logits.flatten().tolist()]}


(ROOT / "test" / "golden" / "model" / "export.json").write_text(json.dumps({
    "torch": torch.__version__.split("+")[0], "transformers": transformers.__version__,
    "ids": IDS, "cases": [case(about) for about in CASES],
}, separators=(",", ":")) + "\n")

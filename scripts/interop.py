"""What other libraries make of model folders that m2rl wrote: they are opened, asked and trained, without patching.

Usage: python scripts/interop.py [FOLDER ...]   (default data/nano/base; needs torch, transformers and trl; vllm is tried where it is installed)

Prints a line per folder and library; the exit code is 1 where one of them fails. Nothing is written beside a temporary folder.
"""

import importlib.util
import pathlib
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[1]
CHAT = [{"role": "user", "content": "2+2?"}]


def by_transformers(folder):
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    config = AutoConfig.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto")
    ends = GenerationConfig.from_pretrained(folder).eos_token_id
    assert model.dtype == config.dtype, (model.dtype, config.dtype)
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert tokenizer.eos_token_id == end and end in ends, (tokenizer.eos_token_id, ends)
    text = "<think>\nhm\n</think>\n\n4<|im_end|>"
    kept = tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True)
    assert kept == text.removesuffix("<|im_end|>"), kept
    prompt = tokenizer.apply_chat_template(CHAT, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    with torch.no_grad():
        answer = model.generate(**prompt, do_sample=False, max_new_tokens=64)[0, prompt["input_ids"].shape[1] :]
    return f"{config.model_type}, {model.dtype}, answers {tokenizer.decode(answer)!r}"


def by_trl(folder):
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    with tempfile.TemporaryDirectory() as out:
        trainer = GRPOTrainer(
            model=str(folder),
            reward_funcs=lambda completions, **_: [float(len(text)) for text in completions],
            args=GRPOConfig(
                output_dir=out,
                max_steps=1,
                per_device_train_batch_size=2,
                num_generations=2,
                max_completion_length=8,
                report_to=[],
                use_cpu=True,
                bf16=False,
                save_strategy="no",
            ),
            train_dataset=Dataset.from_dict({"prompt": ["2+2?", "3+3?"]}),
        )
        return f"GRPOTrainer did {trainer.train().global_step} step"


def by_vllm(folder):
    from vllm import LLM, SamplingParams

    answer = LLM(model=str(folder)).chat(CHAT, SamplingParams(temperature=0, max_tokens=64))
    return f"answers {answer[0].outputs[0].text!r}"


def main():
    failed = False
    for folder in [pathlib.Path(name) for name in sys.argv[1:]] or [ROOT / "data" / "nano" / "base"]:
        for name, use in (("transformers", by_transformers), ("trl", by_trl), ("vllm", by_vllm)):
            if importlib.util.find_spec(name) is None:
                print(f"{folder.name}: {name}: not installed", flush=True)
                continue
            version = importlib.import_module(name).__version__
            try:
                print(f"{folder.name}: {name} {version}: {use(folder)}", flush=True)
            except Exception:
                failed = True
                print(f"{folder.name}: {name} {version}: FAILED\n{traceback.format_exc()}", flush=True)
    sys.exit(failed)


main()

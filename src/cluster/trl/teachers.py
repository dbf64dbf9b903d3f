"""Several teachers in one distillation by TRL: each token's advantage is log p(teacher) − log p(student), by the teacher of the row's domain.

This is the update rule of MT-OPD (paper §3.1): the policy gradient of GRPO with one advantage a token, no reward in it.
"""

import json

import torch
from transformers import AutoModelForCausalLM


def named(values):
    """DOMAIN=FOLDER of several arguments as a table."""
    pairs = [value.split("=", 1) for value in values]
    if any(len(pair) != 2 for pair in pairs) or len({pair[0] for pair in pairs}) < len(pairs):
        raise SystemExit(f"train_trl: --teacher must be DOMAIN=FOLDER, a domain once, got {' '.join(values)}")
    return dict(pairs)


# Positions whose scores over the whole vocabulary are held at a time.
POSITIONS = 1024

# What some families do to scores behind the head, which is not done here.
SCALED = ("final_logit_softcapping", "logit_scale", "logits_scaling", "output_multiplier", "lm_head_multiplier")


def logprobs_of(model, ids, attention, keep, temperature):
    """log p of each of the last `keep` tokens, a row at a time, so that long answers fit."""
    head = model.get_output_embeddings()
    rows = []
    for own, seen in zip(ids, attention):
        hidden = model.base_model(input_ids=own[None], attention_mask=seen[None]).last_hidden_state[0, -keep - 1 : -1]
        parts = [
            torch.log_softmax(head(hidden[at : at + POSITIONS]).float() / temperature, dim=-1)
            .gather(1, own[-keep:][at : at + POSITIONS, None])
            .squeeze(1)
            for at in range(0, keep, POSITIONS)
        ]
        rows.append(torch.cat(parts))
    return torch.stack(rows)


class Teachers:
    """Frozen models by domain; the tokenizer must be the student's, since they read its ids."""

    def __init__(self, folders, student, device):
        dtype = "auto" if device.type == "cuda" else torch.float32
        self.models = {}
        for domain, folder in folders.items():
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
            if model.config.vocab_size != student.config.vocab_size:
                raise SystemExit(f"train_trl: the teacher of {domain} must have the student's vocabulary of {student.config.vocab_size}")
            scaled = [name for name in SCALED if getattr(model.config, name, None) is not None]
            if scaled:
                raise SystemExit(f"train_trl: the teacher of {domain} must have a plain head, got {scaled[0]}")
            self.models[domain] = model.to(device).eval().requires_grad_(False)

    @torch.no_grad()
    def advantages(self, trainer, rows, output):
        """One advantage a token, and of each row its domain, the sum of log p(student) − log p(teacher) and its tokens."""
        ids = torch.cat([output["prompt_ids"], output["completion_ids"]], dim=1)
        attention = torch.cat([output["prompt_mask"], output["completion_mask"]], dim=1)
        keep = output["completion_ids"].size(1)
        temperature = trainer.args.temperature
        domains = [json.loads(row["label"])["domain"] for row in rows]
        student = output.get("old_per_token_logps")
        if student is None:
            size = trainer.args.per_device_train_batch_size
            student = trainer._get_per_token_logps_and_entropies(trainer.model, ids, attention, keep, size)[0]
        teacher = torch.zeros_like(student)
        for domain in sorted(set(domains)):
            if domain not in self.models:
                raise SystemExit(f"train_trl: rows of {domain} must have a teacher, got {', '.join(self.models)}")
            at = torch.tensor([i for i, own in enumerate(domains) if own == domain], device=ids.device)
            teacher[at] = logprobs_of(self.models[domain], ids[at], attention[at], keep, temperature)
        mask = output["completion_mask"] * output.get("tool_mask", 1)
        advantages = (teacher - student) * mask
        sums, counts = -advantages.sum(1), mask.sum(1)
        return advantages, [
            {"domain": own, "kl": total, "tokens": count} for own, total, count in zip(domains, sums.tolist(), counts.tolist())
        ]

"""What slime asks of a distillation with one teacher per domain: the teachers' log-probabilities of each answer, by the domain of its row.

slime's own distillation has one teacher. The settings (--custom-config-path) name one by domain as m2rl_teachers; the row says its domain
as metadata.source_name. Only the answer is scored, from the last token of the prompt on; the ids that come back must be those that were
sent. Teachers score at temperature 1 whatever they are told, so the run must sample at 1.
"""

import asyncio
import json
import random
import urllib.error
import urllib.request

TRIES = 10


def _post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.load(answer)


async def _ask(url, body):
    for attempt in range(TRIES):
        try:
            return await asyncio.to_thread(_post, url, body)
        except (OSError, ValueError, urllib.error.HTTPError) as error:
            if getattr(error, "code", 0) in (400, 422) or attempt == TRIES - 1:
                raise RuntimeError(f"m2rl_slime: teacher {url} must answer, got {error}") from error
            await asyncio.sleep(min(2**attempt, 30) + random.random())


async def _score(args, sample):
    if args.rollout_temperature != 1:
        raise ValueError(f"m2rl_slime: rollout_temperature must be 1, got {args.rollout_temperature}")
    domain = sample.metadata["source_name"]
    teachers = args.m2rl_teachers
    if domain not in teachers:
        raise KeyError(f"m2rl_slime: m2rl_teachers must hold one for {domain}, got {', '.join(teachers)}")
    start = len(sample.tokens) - sample.response_length
    body = {
        "input_ids": list(sample.tokens),
        "sampling_params": {"temperature": 1, "max_new_tokens": 0, "skip_special_tokens": False},
        "return_logprob": True,
        "logprob_start_len": start - 1,
        "return_text_in_logprobs": False,
    }
    answer = await _ask(teachers[domain].rstrip("/") + "/generate", body)
    # The first entry has no log-probability: that of the position before is not kept.
    entries = answer["meta_info"]["input_token_logprobs"][1:]
    if [entry[1] for entry in entries] != list(sample.tokens[start:]):
        raise RuntimeError(f"m2rl_slime: teacher of {domain} must score the tokens that were sent, got others")
    sample.teacher_log_probs = [entry[0] for entry in entries]
    return 0.0


async def reward(args, sample, **_):
    """--custom-rm-path: scores one sample, or each of a list; the reward itself is 0, the teacher is the signal."""
    if isinstance(sample, list):
        return list(await asyncio.gather(*(_score(args, each) for each in sample)))
    return await _score(args, sample)


def post_process(args, samples, **_):
    """--custom-reward-post-process-path: no reward, neither raw nor normalised by groups."""
    zeros = [0.0] * len(samples)
    return zeros, zeros

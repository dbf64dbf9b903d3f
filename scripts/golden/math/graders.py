"""Runs the reference graders of mathematics on inputs of our own, and writes what they say to test/golden/domains/.

The references come from PyPI and are run as they are, never copied:

    python3 -m venv V && V/bin/pip install math-verify==0.9.0 sympy==1.14.0 antlr4-python3-runtime==4.13.2 pylatexenc==2.11
    pip download --no-deps verl==0.9.1 tinker-cookbook==0.6.1      # unpack both wheels into W
    V/bin/python scripts/golden/math/graders.py mathVerify
    V/bin/python scripts/golden/math/graders.py deepscaler W
    V/bin/python scripts/golden/math/graders.py dapo W

    python3 -m venv Q && Q/bin/pip install latex2sympy2-extended==1.11.0 sympy==1.14.0 antlr4-python3-runtime==4.11.0 regex word2number
    pip download --no-deps evalscope==1.0.0                        # unpack into W
    Q/bin/python scripts/golden/math/graders.py qwen W
"""

import collections
import importlib.util
import json
import logging
import multiprocessing
import pathlib
import platform
import sys
import warnings
from importlib.metadata import version

HERE = pathlib.Path(__file__).parent
OUT = HERE.parents[2] / "test" / "golden" / "domains"


def rows(name):
    for line in (HERE / name).read_text().splitlines():
        if line.startswith("#") and "\t" not in line or line == "":
            continue
        if line.startswith("# ") or line.startswith("## "):
            if not line.startswith("## Answer"):
                continue
        reference, answer = line.split("\t")
        yield reference, answer


def pairs():
    yield from rows("pairs.tsv")
    yield from rows("freshPairs.tsv")


def completions():
    for reference, text in rows("completions.tsv"):
        yield reference, text.replace("\\n", "\n")


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def math_verify(_):
    from math_verify import parse, verify

    def grade(reference, completion):
        gold = parse(reference, parsing_timeout=20)
        answer = parse(completion, parsing_timeout=20)
        return bool(verify(gold, answer, timeout_seconds=20))

    cases = [("$" + r + "$", "\\boxed{" + a + "}") for r, a in pairs()]
    cases += [("$" + r + "$", "The answer is $" + a + "$.") for r, a in pairs()]
    cases += [("$" + r + "$", t) for r, t in completions()]
    names = ["math-verify", "latex2sympy2-extended", "sympy", "antlr4-python3-runtime"]
    return grade, cases, names


def last_box(wheels, text):
    box = load(wheels / "verl/utils/reward_score/math_dapo.py")
    found = box.last_boxed_only_string(text)
    return None if found is None else box.remove_boxed(found)


def deepscaler(wheels):
    """The grader of PRM800K that DeepScaleR uses, behind the authors' extraction (last "Answer:", then the last box)."""
    grader = load(wheels / "tinker_cookbook/recipes/math_rl/math_grading.py")

    def grade(reference, completion):
        if "Answer:" in completion:
            completion = completion.split("Answer:")[-1]
        given = last_box(wheels, completion)
        if given is None or reference == "":
            return False
        if "\\boxed" in reference:
            reference = last_box(wheels, reference)
        return bool(grader.grade_answer(given, reference))

    cases = [(r, "Answer: \\boxed{" + a + "}") for r, a in pairs()] + list(completions())
    return grade, cases, ["sympy", "pylatexenc"]


def dapo(wheels):
    grader = load(wheels / "verl/utils/reward_score/math_dapo.py")

    def grade(reference, completion):
        return bool(grader.compute_score(completion, reference)["acc"])

    cases = [(r, "So it is.\nAnswer: " + a) for r, a in pairs()]
    cases += [(r, "Answer: $" + a + "$") for r, a in pairs()]
    cases += [(r, "Thus \\boxed{" + a + "}") for r, a in pairs()] + list(completions())
    return grade, cases, []


def qwen(wheels):
    """The evaluator of Qwen2.5-Math as evalscope 1.0.0 ships it; QwQ's is its relative."""
    grader = load(wheels / "evalscope/metrics/math_parser.py")

    def grade(reference, completion):
        gold = grader.strip_answer_string(reference)
        return bool(grader.math_equal(grader.extract_answer(completion), gold))

    cases = [(r, "\\boxed{" + a + "}") for r, a in pairs()] + list(completions())
    return grade, cases, ["latex2sympy2-extended", "sympy", "antlr4-python3-runtime", "word2number"]


GRADERS = {"mathVerify": math_verify, "deepscaler": deepscaler, "dapo": dapo, "qwen": qwen}


def one(job):
    name, wheels, case = job
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    grade, _, _ = GRADERS[name](wheels)
    try:
        return grade(*case)
    except BaseException as error:  # a reference that crashes or hangs gives no label
        return type(error).__name__


def main(name, wheels=None):
    wheels = wheels and pathlib.Path(wheels)
    _, cases, packages = GRADERS[name](wheels)
    cases = list(dict.fromkeys(cases))
    results = []
    with multiprocessing.Pool(1, maxtasksperchild=2000) as pool:
        for case in cases:
            job = pool.apply_async(one, ((name, wheels, case),))
            try:
                results.append(job.get(60))
            except multiprocessing.TimeoutError:
                results.append("timeout")
                pool.terminate()
                pool = multiprocessing.Pool(1, maxtasksperchild=2000)
    versions = {p: version(p) for p in packages} | {"python": platform.python_version()}
    if wheels:
        versions |= {p.name.split("-")[0]: p.name.split("-")[1].removesuffix(".dist") for p in wheels.glob("*.dist-info")}
    lines = [json.dumps([r, c, o], ensure_ascii=False) for (r, c), o in zip(cases, results)]
    OUT.mkdir(parents=True, exist_ok=True)
    head = json.dumps({"grader": name, "versions": versions, "columns": ["reference", "completion", "right"]})
    (OUT / f"{name}.json").write_text(head[:-1] + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n")
    print(name, len(cases), dict(collections.Counter(map(str, results))))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Verdicts of the safetensors library on thousands of mutated files, for src/checkpoint.

The files are not stored: test/checkpoint/mutations.ts makes the same ones from the same bases, tokens and random numbers, and
compares the hash of them all.

Usage: python scripts/golden/safetensorsMutations.py   (needs safetensors, torch; writes test/golden/checkpoint/mutations.json)
"""

import base64
import collections
import hashlib
import json
import struct

from safetensorsFiles import OUT, VERSIONS, judge, tensor

COUNT = 6000
# The order of two tensors with the same bytes is random in the library, and so is then the rule that it names.
REPEATS = 12
LETTERS = {
    "accept": "a", "header-too-small": "s", "header-too-large": "l", "header-length": "n", "utf8": "u", "json": "j", "offset": "o",
    "overflow": "v", "misaligned": "m", "info": "i", "coverage": "c",
}


def file(header, data):
    text = header.encode()
    return struct.pack("<Q", len(text)) + text + bytes(i % 256 for i in range(data))


BASES = [
    file(f'{{"a":{tensor()}}}', 8),
    file(f'{{"__metadata__":{{"format":"pt"}},"w":{tensor("BF16", "[2,3]", "[8,20]")},"b":{tensor()}}}   ', 20),
    file(f'{{"s":{tensor("F64", "[]", "[0,8]")},"e":{tensor("I32", "[2,0]", "[8,8]")},"u":{tensor("U8", "[3]", "[8,11]")}}}', 11),
    file(f'{{"f":{tensor("F4", "[4]", "[0,2]")},"g":{tensor("F6_E2M3", "[4]", "[2,5]")},"c":{tensor("C64", "[1]", "[5,13]")}}}', 13),
    file(f'{{"\\u00e9\U0001f642":{tensor("F16", "[1,1]", "[0,2]")},"\\ud83d\\ude42":{tensor("BOOL", "[2]", "[2,4]")}}}', 4),
    file(f'{{"a":["F32",[2],[0,8]],"b":{{"x":[1,{{"y":-1.5e3}}],"dtype":"F32","shape":[1],"data_offsets":[8,12]}}}}', 12),
    file("{}", 0),
]

TOKENS = [
    token.encode() if isinstance(token, str) else token
    for token in [
        " ", "\n", "\t", "\0", "{", "}", "[", "]", ",", ":", '"', "\\", "-", ".", "0", "1", "8", "-0", "2.0", "2e0", "1e999", "02", "null",
        "true", "nul", "18446744073709551615", "18446744073709551616", "9007199254740993", "[]", "{}", '""', '"F32"', '"I64"', '"BF16"',
        '"F4"', '{"F32":null}', '"dtype":"F32",', '"shape":[],', '"x":1,', ',"x":"\\ud800"', '"\\ud83d\\ude42"', "\\u0061", "\\u12",
        '"__metadata__":null,', '"__metadata__":{"x":"1"},', '"z":' + tensor("F32", "[0]", "[0,0]") + ",",
        '"a":' + tensor() + ",", "[" * 130, "[" * 60 + "]" * 60, b"\xef\xbb\xbf", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x99\x82",
    ]
]


class Random:
    """Marsaglia's xorshift32; the seeds of neighbours are far apart."""

    def __init__(self, index):
        self.state = (index * 2654435761 + 97) % 2**32 or 1
        for _ in range(4):
            self.below(1)

    def below(self, limit):
        x = self.state
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        self.state = x
        return x % limit


def part(content, whole):
    """All of a file, or only its header."""
    return bytearray(content if whole else content[8 : 8 + struct.unpack("<Q", content[:8])[0]])


def edit(part_of, random, whole):
    kind = random.below(10)
    at = random.below(len(part_of) + 1)
    if kind == 0 and at < len(part_of):
        part_of[at] ^= 1 << random.below(8)
    elif kind in (1, 2, 9):
        # The next digit becomes another.
        while at < len(part_of) and not 48 <= part_of[at] <= 57:
            at += 1
        if at < len(part_of):
            part_of[at] = 48 + random.below(10)
    elif kind in (3, 4):
        part_of[at:at] = TOKENS[random.below(len(TOKENS))]
    elif kind == 5:
        del part_of[at : at + 1 + random.below(8)]
    elif kind == 6:
        other = part(BASES[random.below(len(BASES))], whole)
        start = random.below(len(other))
        part_of[at:at] = other[start : start + 1 + random.below(60)]
    elif kind == 7:
        length = 1 + random.below(12)
        start = random.below(len(part_of) + 1)
        part_of[at:at] = part_of[start : start + length]
    elif kind == 8 and random.below(3) == 0:
        del part_of[at:]


def mutate(index):
    random = Random(index)
    base = BASES[random.below(len(BASES))]
    # One in four is changed anywhere; in the others the header, and its length with it, so that the changes are read as JSON.
    whole = random.below(4) == 0
    changed = part(base, whole)
    for _ in range(1 + random.below(2)):
        edit(changed, random, whole)
    if whole:
        return bytes(changed)
    data = base[8 + len(part(base, False)) :]
    return struct.pack("<Q", len(changed)) + bytes(changed) + data


def main():
    digest = hashlib.sha256()
    letters = []
    for index in range(COUNT):
        content = mutate(index)
        digest.update(struct.pack("<Q", len(content)) + content)
        found = {judge(content) for _ in range(REPEATS)}
        assert len(found) == 1 or "accept" not in found
        letters.append(LETTERS[found.pop()] if len(found) == 1 else "?")
    print(collections.Counter(letters))
    golden = {
        "about": "scripts/golden/safetensorsMutations.py",
        "versions": VERSIONS,
        "bases": [base64.b64encode(base).decode() for base in BASES],
        "tokens": [base64.b64encode(token).decode() for token in TOKENS],
        "letters": LETTERS,
        "sha256": digest.hexdigest(),
        "verdicts": "".join(letters),
    }
    (OUT / "mutations.json").write_text(json.dumps(golden) + "\n")


main()

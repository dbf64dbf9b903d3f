"""Reference values for src/checkpoint: files of the safetensors library, its verdicts on broken ones, and 16-bit float rounding.

Usage: python scripts/golden/safetensorsFiles.py   (needs safetensors, torch; writes test/golden/checkpoint)
"""

import base64
import json
import pathlib
import struct

import safetensors
import torch
from safetensors.torch import save

SEED = 5
OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "checkpoint"
VERSIONS = {"safetensors": safetensors.__version__, "torch": torch.__version__}


def files():
    """Files with many dtypes, names that sort differently in UTF-8 and UTF-16, scalars and empty tensors."""
    generator = torch.Generator().manual_seed(SEED)
    normal = torch.randn(3, 5, generator=generator)
    floats = {"z.f32": normal, "a.bf16": normal.bfloat16(), "m.f16": normal.half(), "b.f64": normal.double(), "s": torch.tensor(2.5)}
    integers = {
        name: torch.tensor([0, 1, 100], dtype=dtype)
        for name, dtype in [
            ("u8", torch.uint8), ("i8", torch.int8), ("i16", torch.int16), ("u16", torch.uint16),
            ("i32", torch.int32), ("u32", torch.uint32), ("i64", torch.int64), ("u64", torch.uint64),
        ]
    }
    integers["bool"] = torch.tensor([True, False, True])
    names = {name: torch.tensor([float(i)]) for i, name in enumerate(["\ue000", "\U0001f642", "é", 'q"uote\\', "tab\t", "__proto__", "0"])}
    empty = {"e": torch.zeros(2, 0), "one": torch.ones(1)}
    cases = [
        ("floats", floats, {"format": "pt"}),
        ("integers", integers, None),
        ("names", names, {"format": "pt"}),
        ("empty tensors", empty, None),
        ("no tensors", {}, None),
    ]
    out = []
    for about, tensors, metadata in cases:
        out.append({
            "about": about,
            "metadata": metadata or {},
            "file": base64.b64encode(save(tensors, metadata)).decode(),
            "tensors": [
                {
                    "name": name,
                    "dtype": {"bool": "BOOL", "bfloat16": "BF16"}.get(
                        str(value.dtype)[6:], str(value.dtype)[6:].replace("uint", "U").replace("int", "I").replace("float", "F")
                    ),
                    "shape": list(value.shape),
                    "data": value.double().flatten().tolist() if value.dtype not in (torch.uint64,) else value.tolist(),
                }
                for name, value in tensors.items()
            ],
        })
    return out


def raw():
    """A file with the dtypes that m2rl carries as bytes among some that it converts."""
    dtypes = [
        torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz, torch.float8_e8m0fnu, torch.complex64,
        torch.float4_e2m1fn_x2, torch.uint8, torch.bool, torch.int64, torch.bfloat16,
    ]
    # All bits zero but the lowest, which every format has.
    tensors = {str(dtype)[6:]: torch.ones(16, dtype=torch.uint8).view(dtype) for dtype in dtypes}
    return base64.b64encode(save(tensors, None)).decode()


T = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
SPACED = '{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}'


def tensor(dtype="F32", shape="[2]", offsets="[0,8]"):
    return f'{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}'


# Name, header (Latin-1: each character a byte), bytes of data; a third number replaces the header length.
VECTORS = [
    ("one tensor", f'{{"a":{T}}}', 8),
    ("a header length that is no multiple of 8", f'{{"ab":{T}}}', 8),
    ("an empty header object", "{}", 0),
    ("a zero-size tensor", f'{{"a":{tensor(shape="[2,0]", offsets="[0,0]")}}}', 0),
    ("a scalar", f'{{"a":{tensor(shape="[]", offsets="[0,4]")}}}', 4),
    ("header length 0", "", 0),
    ("header length beyond the file", f'{{"a":{T}}}', 8, 1000000),
    ("header length above 100 MB", "", 0, 100000001),
    ("header length 2^63", "", 0, 2**63),
    ("header length 2^64 - 1", "", 0, 2**64 - 1),
    ("a leading space", " " + SPACED, 8),
    ("a leading newline", "\n" + SPACED, 8),
    ("trailing spaces", SPACED + "   ", 8),
    ("a trailing newline and tab", SPACED + "\n\t", 8),
    ("a trailing NUL", SPACED + "\0\0", 8),
    ("trailing garbage in the header", SPACED + "x", 8),
    ("a byte order mark", f'\xef\xbb\xbf{{"a":{T}}}', 8),
    ("a top-level array", "[]", 0),
    ("a top-level null", "null", 0),
    ("no JSON", "{nope}", 0),
    ("invalid UTF-8", '{"\xff\xfe":1}', 0),
    ("a lone surrogate in a name", f'{{"\\ud800":{T}}}', 8),
    ("an escaped name", f'{{"\\u0061":{T}}}', 8),
    ("NUL in a name", f'{{"a\\u0000b":{T}}}', 8),
    ("an empty name", f'{{"":{T}}}', 8),
    ("a name twice with equal offsets", f'{{"a":{T},"a":{T}}}', 8),
    ("a name twice with consecutive offsets", f'{{"a":{T},"a":{tensor(offsets="[8,16]")}}}', 16),
    ("a name twice with another dtype", f'{{"a":{T},"a":{tensor("I32")}}}', 8),
    ("__metadata__ twice", f'{{"__metadata__":{{"x":"1"}},"__metadata__":{{"x":"2"}},"a":{T}}}', 8),
    ("a key twice in __metadata__", '{"__metadata__":{"x":"1","x":"2"}}', 0),
    ("a field twice", '{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 8),
    ("an extra field", '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}', 8),
    ("a missing field", '{"a":{"dtype":"F32","shape":[2]}}', 8),
    ("metadata null", '{"__metadata__":null}', 0),
    ("a number in metadata", '{"__metadata__":{"x":1}}', 0),
    ("an object in metadata", '{"__metadata__":{"x":{"y":"1"}}}', 0),
    ("null in metadata", '{"__metadata__":{"x":null}}', 0),
    ("metadata as list", '{"__metadata__":[]}', 0),
    ("metadata like a tensor", f'{{"__metadata__":{T}}}', 8),
    ("an unknown dtype", f'{{"a":{tensor("F33")}}}', 8),
    ("a lower-case dtype", f'{{"a":{tensor("f32")}}}', 8),
    ("a hole at the start", f'{{"a":{tensor(offsets="[4,12]")}}}', 12),
    ("a hole in the middle", f'{{"a":{tensor(shape="[1]", offsets="[0,4]")},"b":{tensor(shape="[1]", offsets="[8,12]")}}}', 12),
    ("data behind the last tensor", f'{{"a":{T}}}', 12),
    ("truncated data", f'{{"a":{T}}}', 4),
    ("a full overlap", f'{{"a":{T},"b":{T}}}', 8),
    ("a partial overlap", f'{{"a":{T},"b":{tensor(offsets="[4,12]")}}}', 12),
    ("reversed offsets", f'{{"a":{tensor(offsets="[8,0]")}}}', 8),
    ("a negative offset", f'{{"a":{tensor(offsets="[-8,0]")}}}', 8),
    ("a shape that does not fit the bytes", f'{{"a":{tensor(shape="[3]")}}}', 8),
    ("a shape that overflows", f'{{"a":{tensor(shape="[18446744073709551615,2]")}}}', 8),
    ("a shape that overflows, times zero", f'{{"a":{tensor(shape="[18446744073709551615,2,0]", offsets="[0,0]")}}}', 0),
    ("zero times a shape that overflows", f'{{"a":{tensor(shape="[0,18446744073709551615,2]", offsets="[0,0]")}}}', 0),
    ("a dimension of 2^64", f'{{"a":{tensor(shape="[18446744073709551616]")}}}', 8),
    ("a negative dimension", f'{{"a":{tensor(shape="[-2]")}}}', 8),
    ("a dimension of 2.0", f'{{"a":{tensor(shape="[2.0]")}}}', 8),
    ("a dimension of 2e0", f'{{"a":{tensor(shape="[2e0]")}}}', 8),
    ("a dimension of 02", f'{{"a":{tensor(shape="[02]")}}}', 8),
    ("an offset of -0", f'{{"a":{tensor(offsets="[-0,8]")}}}', 8),
    ("a dimension as string", '{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}', 8),
    ("three offsets", f'{{"a":{tensor(offsets="[0,8,8]")}}}', 8),
    ("one offset", f'{{"a":{tensor(offsets="[0]")}}}', 8),
    ("a tensor as array", '{"a":["F32",[2],[0,8]]}', 8),
    ("a tensor of null", '{"a":null}', 0),
    ("keys out of the order of their bytes", f'{{"b":{tensor(offsets="[8,16]")},"a":{T}}}', 16),
    ("a zero-size tensor between others", f'{{"a":{T},"z":{tensor(shape="[0]", offsets="[8,8]")},"b":{tensor(offsets="[8,16]")}}}', 16),
    ("a zero-size tensor inside another", f'{{"a":{T},"z":{tensor(shape="[0]", offsets="[4,4]")}}}', 8),
    ("a zero-size tensor at 0, listed late", f'{{"a":{T},"z":{tensor(shape="[0]", offsets="[0,0]")}}}', 8),
    ("three entries of four bits", f'{{"a":{tensor("F4", "[3]", "[0,1]")}}}', 2),
    ("four entries of four bits", f'{{"a":{tensor("F4", "[4]", "[0,2]")}}}', 2),
    ("four entries of six bits", f'{{"a":{tensor("F6_E2M3", "[4]", "[0,3]")}}}', 3),
    ("a complex number", f'{{"a":{tensor("C64", "[1]")}}}', 8),
    ("deep nesting", '{"a":' + "[" * 200 + "]" * 200 + "}", 0),
    ("a trailing comma", f'{{"a":{T},}}', 8),
    ("a byte as boolean", f'{{"a":{tensor("BOOL", "[1]", "[0,1]")}}}', 1),
    ("a tensor at an odd byte", f'{{"a":{tensor("U8", "[1]", "[0,1]")},"b":{tensor(offsets="[1,9]")}}}', 9),
]


# Beginning of the reference library's message → the word that m2rl has for the rule.
FAULTS = {
    "header too small": "header-too-small",
    "header too large": "header-too-large",
    "invalid header length": "header-length",
    "invalid UTF-8": "utf8",
    "invalid JSON": "json",
    "invalid offset": "offset",
    "overflow": "overflow",
    "The slice is slicing for subbytes": "misaligned",
    "invalid shape, data type, or offset": "info",
    "incomplete metadata": "coverage",
}


def judge(content):
    """"accept", or the rule that the reference library says is broken."""
    try:
        safetensors.deserialize(content)
        return "accept"
    except safetensors.SafetensorError as error:
        text = str(error).removeprefix("Error while deserializing: ")
        return next(word for start, word in FAULTS.items() if text.startswith(start))


def verdicts():
    out = []
    raw = [("an empty file", b""), ("a file of 7 bytes", bytes(7))]
    for about, header, data, *length in VECTORS:
        text = header.encode("latin-1")
        raw.append((about, struct.pack("<Q", length[0] if length else len(text)) + text + bytes(data)))
    for about, content in raw:
        out.append({"about": about, "file": base64.b64encode(content).decode(), "verdict": judge(content)})
    return out


def rounding():
    """Bits of float32 values, and of what PyTorch rounds them to."""
    generator = torch.Generator().manual_seed(SEED)
    bits = torch.randint(-(2**31), 2**31, (400,), generator=generator).to(torch.int32)
    scaled = (torch.randn(400, generator=generator) * 10.0 ** torch.randint(-9, 6, (400,), generator=generator)).view(torch.int32)
    edges = torch.tensor([
        0.0, -0.0, 1.0, 1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-8 + 2**-20, 1 + 2**-11, 1 + 3 * 2**-11, 65504.0, 65519.99, 65520.0, 3.4e38, 1e-45,
        2.0**-14, 2.0**-14 - 2.0**-26, 2.0**-24, 2.0**-25, 2.0**-25 * 1.0001, 3 * 2.0**-25, float("inf"), float("-inf"), float("nan"), -float("nan"),
    ]).view(torch.int32)
    source = torch.cat([bits, scaled, edges])
    floats = source.view(torch.float32)
    unsigned = lambda t, mask: [int(x) & mask for x in t]
    return {
        "float32": unsigned(source, 0xFFFFFFFF),
        "BF16": unsigned(floats.bfloat16().view(torch.int16), 0xFFFF),
        "F16": unsigned(floats.half().view(torch.int16), 0xFFFF),
    }


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for name, value in (("files", files()), ("raw", raw()), ("verdicts", verdicts()), ("rounding", rounding())):
        golden = {"about": "scripts/golden/safetensorsFiles.py", "versions": VERSIONS, "seed": SEED, name: value}
        (OUT / f"{name}.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()

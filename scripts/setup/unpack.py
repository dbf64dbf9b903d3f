"""Unpack from wheels only what the tensor engine needs: TensorFlow's two libraries and C headers, and NVIDIA's libraries.

unpack.py files TARGET WHEEL...    unpack, print nothing
unpack.py cuda WHEEL               print the wheel's own requirements for CUDA, one a line
"""

import email.parser
import re
import sys
import zipfile

WANTED = [
    re.compile(r"tensorflow/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)"),
    re.compile(r"tensorflow/include/(tensorflow/c|tsl/c|xla/tsl/c)/[\w/]+\.h"),
    re.compile(r"tensorflow/include/(tensorflow/core|tsl|xla/tsl)/platform/ctstring\w*\.h"),
    re.compile(r"nvidia/\w+/lib/[^/]+\.so[.\d]*"),
    re.compile(r"nvidia/\w+/nvvm/libdevice/[^/]+"),
]


def files(target, wheels):
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if any(pattern.fullmatch(name) for pattern in WANTED):
                    archive.extract(name, target)


def cuda(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = email.parser.Parser().parsestr(archive.read(name).decode("utf-8"))
    for requirement in metadata.get_all("Requires-Dist", []):
        need, _, marker = requirement.partition(";")
        if "and-cuda" in marker:
            print(need.strip())


if sys.argv[1] == "files":
    files(sys.argv[2], sys.argv[3:])
else:
    cuda(sys.argv[2])

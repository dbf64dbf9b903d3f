"""Unpack from wheels only what a tensor engine needs.

unpack.py files TARGET WHEEL...    TensorFlow's two libraries and C headers, and NVIDIA's libraries; print nothing
unpack.py torch TARGET WHEEL...    the CPU part of PyTorch's libraries, its C++ headers, and what it loads of NVIDIA's; print nothing
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

TORCH = [
    re.compile(r"torch/lib/(libtorch_cpu|libc10|libomp)\.(so|dylib)"),
    re.compile(r"torch/lib/libgomp[-.\w]*"),
    re.compile(r"torch/include/(ATen|c10|torch)/.+\.h"),
    re.compile(r"nvidia/\w+/lib/lib(cudart|cupti)\.so[.\d]*"),
]


def files(target, wheels, wanted=WANTED):
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if any(pattern.fullmatch(name) for pattern in wanted):
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
elif sys.argv[1] == "torch":
    files(sys.argv[2], sys.argv[3:], TORCH)
else:
    cuda(sys.argv[2])

#!/bin/sh
# Does m2rl's torch engine work on this machine's GPU, and how fast? One JSON object on standard output, in at most eight minutes.
#
#   sh gpu-check.sh m2rl-gpu.tar.xz [--device cuda] [--seconds 480] [--out FILE]
#
# Needs a Python with PyTorch 2 (PYTHON, default python3), a C++17 compiler and, for cuda, NVIDIA's driver; no Node, no network.
# scripts/gpu-pack.mjs makes the archive. Everything is unpacked into a temporary folder, which is removed at the end.
set -eu

case "${1:-}" in
"" | -h | --help)
  sed -n '2,7s/^# \{0,1\}//p' "$0"
  exit 0
  ;;
esac
archive=$1
shift
python=${PYTHON:-python3}

[ -f "$archive" ] || { echo "gpu-check: there must be an archive at $archive; node scripts/gpu-pack.mjs makes one" >&2; exit 2; }
torch=$("$python" -c 'import os, torch; print(os.path.dirname(torch.__file__))') ||
  { echo "gpu-check: $python must have PyTorch; PYTHON names another Python" >&2; exit 2; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/m2rl-gpu-XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
# Python's own tar: a machine may lack xz.
"$python" -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$archive" "$folder"

"$folder/m2rl/node" "$folder/m2rl/scripts/gpu/check.mjs" --torch "$torch" --python "$python" "$@"

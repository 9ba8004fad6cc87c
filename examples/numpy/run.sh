#!/bin/sh
# Compiles attention.mlir and calls it from Python on NumPy arrays.
# usage: run.sh [FOLDER for what it makes, default: out]; attnc must be on the PATH.
# PYTHON is the interpreter (default: python3).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-out}
mkdir -p "$out"

attnc "$here/attention.mlir" -o "$out/attention.so"
PYTHONPATH="$here/../../python${PYTHONPATH:+:$PYTHONPATH}" \
  ${PYTHON:-python3} "$here/attention.py" "$out/attention.so"

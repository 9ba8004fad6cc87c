#!/bin/sh
# Compiles attention.mlir, runs it on random input and compares with the float64 reference.
# usage: run.sh [FOLDER for what it makes, default: out]; attnc's tools must be on the PATH
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-out}
mkdir -p "$out"

attnc "$here/attention.mlir" -o "$out/attention.so"
python3 "$here/../make_inputs.py" "$out" q=2x8x200x64 k=2x2x200x64 v=2x2x200x64
inputs="--in $out/q.npy --in $out/k.npy --in $out/v.npy"
attn-ref "$here/attention.mlir" $inputs --out "$out/expected.npy" --bound "$out/bound.npy"
attn-run "$out/attention.so" $inputs --out "$out/o.npy" \
  --check "$out/expected.npy" --bound "$out/bound.npy"

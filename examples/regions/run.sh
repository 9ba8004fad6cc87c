#!/bin/sh
# Compiles regions.mlir, runs it on packed documents and compares with the float64 reference.
# usage: run.sh [FOLDER for what it makes, default: out]; attnc's tools must be on the PATH
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-out}
mkdir -p "$out"

attnc "$here/regions.mlir" -o "$out/regions.so"
python3 "$here/../make_inputs.py" "$out" q=2x4x300x64 k=2x4x300x64 v=2x4x300x64 \
  doc=2x300:documents slopes=4
inputs=
for name in q k v doc slopes; do
  inputs="$inputs --in $out/$name.npy"
done
attn-ref "$here/regions.mlir" $inputs --out "$out/expected.npy" --bound "$out/bound.npy"
attn-run "$out/regions.so" $inputs --out "$out/o.npy" \
  --check "$out/expected.npy" --bound "$out/bound.npy"

#!/bin/sh
# Compiles decode.mlir and the C program that calls it, and runs the program.
# usage: run.sh [FOLDER for what it makes, default: out]; attnc must be on the PATH.
# CC is the C compiler; CPPFLAGS says where attnc-c/ and dlpack/ are, if not where attnc stands.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-out}
mkdir -p "$out"

attnc "$here/decode.mlir" -o "$out/decode.so"
${CC:-cc} -std=c99 -Wall -Wextra -pedantic -O2 ${CPPFLAGS:--I"$here/../../include"} -I"$out" \
  "$here/caller.c" "$out/decode.so" -Wl,-rpath,'$ORIGIN' -lm -o "$out/caller"
"$out/caller"

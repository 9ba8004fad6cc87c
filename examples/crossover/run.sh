#!/bin/sh
# Times attention and the scan against the length and draws where they cross.
# usage: run.sh [FOLDER for what it makes, default: out [options of crossover.py]]; attnc's tools must
# be on the PATH. PYTHON is the interpreter (default: python3).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-out}
[ $# -eq 0 ] || shift
${PYTHON:-python3} "$here/crossover.py" --out="$out" "$@"

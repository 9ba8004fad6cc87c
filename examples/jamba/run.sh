#!/bin/sh
# Compiles a period of Jamba, checks it against the float64 reference, whole and in parts that hand
# on their states, and says what it costs.
# usage: run.sh [FOLDER for what it makes, default: out]; attnc's tools must be on the PATH
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-out}

python3 "$here/../run_stateful.py" "$here/jamba-period.mlir" "$out" --function jamba --batch 2 \
  --steps 4,2,1 --size keys.2=64 --size values.2=64 --bench 64

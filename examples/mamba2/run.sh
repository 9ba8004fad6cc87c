#!/bin/sh
# Compiles the mixers of this folder, checks them against the float64 reference, whole and in parts
# that hand on their states, and says what they cost.
# usage: run.sh [FOLDER for what it makes, default: out]; attnc's tools must be on the PATH
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-out}

mixer() { # MODEL LAYERS
  python3 "$here/../run_stateful.py" "$here/$1.mlir" "$out/$1" --function mixer --scan scan \
    --layers "$2" --steps 4,2,1 --bench 64
}
mixer mamba2-2.7b 64
mixer zamba2-7b 81

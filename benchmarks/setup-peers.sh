#!/bin/sh
# Makes a virtual environment with the libraries that attnc is compared with (several GB: PyTorch's
# packages bring CUDA). usage: setup-peers.sh [FOLDER]   (default: benchmarks/.venv)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/.venv}

if [ ! -x "$folder/bin/python" ]; then
  if ! python3 -c 'import ensurepip' 2>/dev/null; then
    echo "$0: python3 cannot make virtual environments; on Debian: apt-get install python3-venv" >&2
    exit 3
  fi
  python3 -m venv "$folder"
fi
"$folder/bin/python" -m pip install --quiet numpy onnx onnxruntime openvino torch
"$folder/bin/python" -m pip list --format=freeze | grep -E '^(numpy|onnx|onnxruntime|openvino|torch)=='

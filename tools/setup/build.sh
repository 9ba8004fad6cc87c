#!/bin/sh
# Configures attnc once and builds the targets named (none: everything), on as many jobs as fit.
# usage: build.sh [target...]   ATTNC_BUILD_DIR: where (default: build in the source tree)
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${ATTNC_BUILD_DIR:-$root/build}

# One compilation of MLIR headers takes up to 1 GiB.
memory_jobs=$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
jobs=$(nproc)
[ "$memory_jobs" -ge "$jobs" ] || jobs=$memory_jobs
[ "$jobs" -ge 1 ] || jobs=1

[ -f "$build/build.ninja" ] ||
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release
cmake --build "$build" -j "$jobs" ${1:+--target "$@"}

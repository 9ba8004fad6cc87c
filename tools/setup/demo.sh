#!/bin/sh
# The demo on a bare Debian 12: packages, build of what it needs, then the needle in its haystack.
# usage: demo.sh [text file] [options of examples/needle]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=${ATTNC_BUILD_DIR:-$here/../../build}

sh "$here/ensure-deps.sh" build
sh "$here/build.sh" needle
exec "$build/examples/needle/needle" "$@"

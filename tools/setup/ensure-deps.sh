#!/bin/sh
# Installs the Debian packages that attnc needs; does nothing, and asks no network, when they are there.
# usage: ensure-deps.sh [build|test]   build: to compile attnc; test (default): also to run its tests
set -eu

build="cmake g++ ninja-build ccache libmlir-22-dev llvm-22-dev mlir-22-tools liblld-22-dev lld-22
       libdlpack-dev"
test="libgtest-dev clang-format-22 python3-numpy python3-psutil"

case ${1:-test} in
  build) wanted=$build ;;
  test) wanted="$build $test" ;;
  *) echo "usage: $0 [build|test]" >&2; exit 2 ;;
esac

missing=
for package in $wanted; do
  dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed' ||
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "$0: no apt-get here; install what stands for these Debian packages:$missing" >&2
  exit 3
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "$0: run as root, or install sudo; missing packages:$missing" >&2
    exit 3
  fi
  as_root=sudo
fi

# LLVM 22 comes from Debian 12's own security suite, whose package list may not be loaded yet.
install="apt-get install -y --no-install-recommends$missing"
echo "+ ${as_root:+$as_root }apt-get update && ${as_root:+$as_root }$install"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update
# sudo drops the variable above, so it is handed over by env.
$as_root env DEBIAN_FRONTEND=noninteractive $install </dev/null

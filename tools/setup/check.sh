#!/bin/sh
# Everything on a bare Debian 12: packages, build, all tests. Ends with "N passed, N failed".
# usage: check.sh [options of lit]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${ATTNC_BUILD_DIR:-$root/build}

sh "$here/ensure-deps.sh" test
sh "$here/build.sh"
sh "$here/build.sh" attnc-test-depends

# A stale file must not speak for a run that died, and lit may fail without a failed test (a broken
# configuration), so both its status and its results count.
results=$build/test/results.json
rm -f "$results"
status=0
"$build/bin/attn-lit" -sv -o "$results" "$@" "$root/test" || status=$?
python3 "$here/count-results.py" "$results" || status=1
exit "$status"

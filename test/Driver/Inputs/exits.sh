# exits.sh CODE command...: succeeds where the command ends with exit code CODE, and says otherwise.
wanted=$1
shift
"$@"
got=$?
if [ "$got" -ne "$wanted" ]; then
  echo "exits.sh: wanted exit code $wanted, got $got" >&2
  exit 1
fi

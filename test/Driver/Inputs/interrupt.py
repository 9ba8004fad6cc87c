"""interrupt.py WHOM SIGNAL command...: starts a command with -save-temps=temps, sends it (WHOM is
"supervisor") or its child ("worker") a signal once the object is in temps, and exits as it does."""
import os
import signal
import subprocess
import sys
import time

OBJECT = "temps/attention.o"
whom, name = sys.argv[1:3]
if os.path.exists(OBJECT):
    os.remove(OBJECT)
process = subprocess.Popen(sys.argv[3:])
deadline = time.monotonic() + 60
while not os.path.exists(OBJECT) and time.monotonic() < deadline:
    time.sleep(0.01)
pid = process.pid
if whom == "worker":
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        pid = int(children.read().split()[0])
os.kill(pid, signal.Signals["SIG" + name])
sys.exit(process.wait(timeout=60))

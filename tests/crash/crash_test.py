#!/usr/bin/env python3
"""Goal: SIGKILL at any moment loses nothing that was acknowledged (invariants I1, I2, I3).

Method: let crash_writer add records to a RocksDB-backed log, two lives with the commits of a server
and two with the bulk commits of an import by turns; kill it at a random moment (by turns counted
from its start, so that opening is hit too, and from its first answer), reopen the log with
crash_checker and compare it with every acknowledgement of every run so far. 20 times; 200 times
with --nightly or SUMLOG_NIGHTLY=1. The seed is printed; --seed repeats the same moments (as
far as a machine repeats anything).

    crash_test.py CRASH_WRITER CRASH_CHECKER [--nightly] [--kills N] [--seed N]
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

MAX_LIFE_SECONDS = 0.5
FIRST_LINE_TIMEOUT_SECONDS = 60
CHECK_TIMEOUT_SECONDS = 120


def run_and_kill(writer, verb, folder, seed, life_seconds, after_first_line):
    """Returns the whole lines that the writer told before it was killed."""
    process = subprocess.Popen([writer, verb, folder, str(seed)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    told = []
    has_told = threading.Event()

    def read():
        for line in process.stdout:
            told.append(line.decode())
            has_told.set()
        has_told.set()  # also when it ended without a word

    reader = threading.Thread(target=read)
    reader.start()
    if after_first_line and not has_told.wait(FIRST_LINE_TIMEOUT_SECONDS):
        print("the writer told nothing for %d s" % FIRST_LINE_TIMEOUT_SECONDS)
    time.sleep(life_seconds)
    process.send_signal(signal.SIGKILL)  # our own child, by its handle
    reader.join()
    errors = process.stderr.read().decode()
    process.stderr.close()
    process.stdout.close()
    if process.wait() != -signal.SIGKILL:
        sys.exit("the writer ended by itself with %d: %s" % (process.returncode, errors))
    return "".join(line for line in told if line.endswith("\n"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("writer")
    parser.add_argument("checker")
    parser.add_argument("--nightly", action="store_true")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    arguments = parser.parse_args()
    nightly = arguments.nightly or os.environ.get("SUMLOG_NIGHTLY") == "1"
    kills = arguments.kills or (200 if nightly else 20)
    print("seed %d, %d kills" % (arguments.seed, kills), flush=True)
    moments = random.Random(arguments.seed)

    with tempfile.TemporaryDirectory(prefix="sumlog-crash-") as folder:
        subprocess.run([arguments.writer, "create", folder], check=True)
        acknowledged = os.path.join(folder, "acknowledged")
        open(acknowledged, "w").close()
        lines = 0
        for kill in range(kills):
            # Each kind of commit meets each kind of moment.
            told = run_and_kill(arguments.writer, "bulk" if kill % 4 >= 2 else "add", folder,
                                arguments.seed + kill, moments.uniform(0, MAX_LIFE_SECONDS),
                                after_first_line=kill % 2 == 1)
            lines += told.count("\n")
            with open(acknowledged, "a") as file:
                file.write(told)
            check = subprocess.run([arguments.checker, folder, acknowledged],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   timeout=CHECK_TIMEOUT_SECONDS, check=False)
            print("kill %d: %s" % (kill + 1, check.stdout.strip()), flush=True)
            if check.returncode != 0:
                sys.exit("FAILED after kill %d (seed %d)" % (kill + 1, arguments.seed))
        if lines == 0:
            sys.exit("no writer ever acknowledged anything: nothing was tested")
    print("%d acknowledgements survived %d kills" % (lines, kills))


if __name__ == "__main__":
    main()

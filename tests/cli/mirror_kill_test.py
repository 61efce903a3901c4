#!/usr/bin/env python3
"""Goal: a mirror that was killed at any moment, and again and again, ends as one that never was.

Method: the built program, given as the first argument, mirrors a log of two pieces and is killed
with SIGKILL 50 times. The moments are spread over the time that a whole run takes, and lie densest
at both ends: where the directory, its configuration and its database are made, and where the last
piece and its signed head are committed. Half of the runs begin anew, half go on with what the one
before has left. After every fifth kill a run goes to the end, and the mirror's bundle is compared
with that of a mirror that nobody has disturbed; in the end, all files that `export static` makes of
both.
"""

import itertools
import math
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from mirror_case import MirrorCase
from serve_test import BINARY, PATIENCE, environment, run

KILLS = 50
KILLS_BETWEEN_LOOKS = 5
MOST_RUNS = 500  # some are through before they can be killed


class KillTest(MirrorCase):
    RECORDS = 70_000  # two pieces
    FLAGS = ("--max-requests-per-second", "0")

    @property
    def upstream(self):
        return f"http://{self.front.address}"  # the server itself: it is faster than a front

    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("SUMLOG_SEED", random.randrange(2**32)))
        self.dice = random.Random(seed)
        print(f"SUMLOG_SEED={seed}", flush=True)  # kills at the same moments again

    def takes(self, folder):
        began = time.monotonic()
        self.good(self.mirror("--quiet", folder=folder))
        return time.monotonic() - began

    def moments(self, takes):
        """One in each of KILLS equal parts of the dice, in any order; again and again."""
        while True:
            parts = [(part + self.dice.random()) / KILLS for part in range(KILLS)]
            self.dice.shuffle(parts)
            for part in parts:
                yield takes * (1 - math.cos(math.pi * part)) / 2

    def is_killed(self, after):
        """Runs it, and kills it so long after its start; False: it was through before."""
        process = subprocess.Popen([BINARY, "mirror", "run", "--dir", self.dir, "--upstream",
                                    self.upstream, "--key", self.key, "--once", "--quiet", *self.FLAGS],
                                   env=environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, encoding="utf-8")
        try:
            _, said = process.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            process.kill()
            _, said = process.communicate(timeout=PATIENCE)
        self.assertIn(process.returncode, (0, -signal.SIGKILL), said)
        return process.returncode != 0

    def bundle(self, folder):
        """All of a mirror in one file, but for what finds a record by its module."""
        path = os.path.join(tempfile.mkdtemp(dir=self.folder), "all.bundle")
        self.good(run("bundle", "export", path, "--dir", folder, "--from", "0",
                      "--to", str(self.RECORDS)))
        with open(path, "rb") as file:
            return file.read()

    def test_killed_at_any_moment_it_ends_as_one_that_was_not(self):
        undisturbed = self.path("undisturbed")
        takes = min(self.takes(undisturbed), self.takes(self.path("again")))
        expected = self.bundle(undisturbed)
        killed = 0
        for after in itertools.islice(self.moments(takes), MOST_RUNS):
            if killed == KILLS:
                break
            if self.dice.random() < 0.5:
                shutil.rmtree(self.dir, ignore_errors=True)
            if not self.is_killed(after):
                continue
            killed += 1
            if killed % KILLS_BETWEEN_LOOKS == 0:
                self.good(self.mirror())
                self.assert_whole()
                self.assertEqual(self.bundle(self.dir), expected)
        self.assertEqual(killed, KILLS)
        self.assert_same_files(self.export(self.dir), self.export(undisturbed))


if __name__ == "__main__":
    unittest.main(verbosity=2)

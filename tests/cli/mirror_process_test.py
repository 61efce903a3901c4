#!/usr/bin/env python3
"""Goal: `mirror run` takes what its upstream has signed, keeps its configuration, and follows.

Method: the built program, given as the first argument; the upstream is `sumlog serve` of a log of
the test. What a mirror holds is compared by the files that `export static` makes of it.
"""

import json
import os
import signal
import subprocess
import unittest

from mirror_case import NAME, MirrorCase
from serve_test import BINARY, PATIENCE, environment, run


def last_event(done):
    return json.loads(done.stdout.splitlines()[-1])


class MirrorTest(MirrorCase):
    def test_a_mirror_is_made_and_exports_as_its_upstream_does(self):
        done = self.good(self.mirror())
        self.assertEqual(done.stdout, f"mirrored: {NAME}, tree 700\n")
        self.assertFalse(os.path.exists(os.path.join(self.dir, "keys")))
        self.assert_same_files(self.export(self.dir), self.export(self.log))
        self.assertRegex(self.front.agents.pop(), r"^sumlog/\S+$")

    def test_a_second_run_needs_no_flags(self):
        self.good(self.mirror())
        self.front.asked.clear()
        done = self.good(run("mirror", "run", "--dir", self.dir, "--once", "--json"))
        self.assertEqual(last_event(done)["verified_records"], 700)
        self.assertEqual(self.front.asked, ["/latest"])

    def test_the_configuration_keeps_what_is_there(self):
        os.mkdir(self.dir)
        toml = os.path.join(self.dir, "sumlog.toml")
        with open(toml, "w", encoding="utf-8") as file:
            file.write("# mine\n[listen]\nhttp = \"127.0.0.1:0\"")
        os.chmod(toml, 0o600)
        self.good(self.mirror())
        with open(toml, encoding="utf-8") as file:
            text = file.read()
        self.assertTrue(text.startswith("# mine\n[listen]\nhttp = \"127.0.0.1:0\"\n\n[[mirror]]\n"))
        self.assertEqual(os.stat(toml).st_mode & 0o777, 0o600)
        self.good(self.mirror())
        with open(toml, encoding="utf-8") as file:
            self.assertEqual(file.read(), text)

    def test_another_key_of_the_same_name_changes_nothing(self):
        self.good(self.mirror())
        with open(os.path.join(self.dir, "sumlog.toml"), encoding="utf-8") as file:
            before = file.read()
        other = self.path("other")
        self.good(run("init", "--dir", other, "--name", NAME))
        key = run("keys", "show", "--dir", other).stdout.strip()
        done = run("mirror", "run", "--dir", self.dir, "--key", key, "--once")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("has another key", done.stderr)
        with open(os.path.join(self.dir, "sumlog.toml"), encoding="utf-8") as file:
            self.assertEqual(file.read(), before)
        self.assert_whole()

    def test_wrong_use_makes_nothing(self):
        for flags in ([], ["--key", self.key], ["--upstream", self.front.url],
                      ["--key", "x", "--upstream", self.front.url],
                      ["--key", self.key, "--upstream", "nonsense"],
                      ["--key", self.key, "--upstream", self.front.url, "--interval", "1ms"],
                      ["--key", self.key, "--upstream", self.front.url, "--until", "x"],
                      ["--key", self.key, "--upstream", self.front.url,
                       "--max-requests-per-second", "-1"]):
            done = run("mirror", "run", "--dir", self.dir, "--once", *flags)
            self.assertEqual(done.returncode, 2, (flags, done.stderr))
            self.assertFalse(os.path.exists(self.dir), flags)

    def test_until_a_size_it_holds_what_it_does_not_serve(self):
        done = self.good(self.mirror("--until", "300", "--json"))
        told = last_event(done)
        self.assertEqual((told["verified_records"], told["served_records"], told["complete"]),
                         (300, 0, False))
        _, status = self.status()
        self.assertEqual((status["head"], status["verified_records"]), (None, 300))
        self.good(self.mirror())
        self.assert_whole()

    def test_it_follows_until_it_is_told_to_stop(self):
        process = subprocess.Popen([BINARY, "mirror", "run", "--dir", self.dir, "--upstream",
                                    self.front.url, "--key", self.key, "--interval", "1s"],
                                   env=environment(), stdout=subprocess.PIPE, encoding="utf-8")
        try:
            self.assertEqual(process.stdout.readline(), f"mirrored: {NAME}, tree 700\n")
            busy = run("mirror", "run", "--dir", self.dir, "--once")
            self.assertEqual(busy.returncode, 3, busy.stderr)
            self.assertEqual(self.status()[0], 0)
            self.add_one()
            self.assertEqual(process.stdout.readline(), f"mirrored: {NAME}, tree 701\n")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=PATIENCE), 0)
        finally:
            process.kill()
            process.stdout.close()
            process.wait()


if __name__ == "__main__":
    unittest.main(verbosity=2)

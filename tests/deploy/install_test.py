#!/usr/bin/env python3
"""Goal: an installation has a program that runs, a unit that starts it and gives up when it must, and
an example configuration that the program takes.

Method: the build is installed into a folder of the test, and what lies there is used; the unit is
read as text, and by systemd-analyze where that is there.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD = sys.argv[1:3]
PATIENCE = 60  # seconds until a process that should have ended is called hung


def run(*arguments, **more):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("SUMLOG_") and name != "DESTDIR"}
    return subprocess.run(arguments, timeout=PATIENCE, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          check=False, env={**environment, **more})


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.prefix = os.path.join(cls.folder.name, "usr")
        installed = run(CMAKE, "--install", BUILD, "--prefix", cls.prefix)
        assert installed.returncode == 0, installed.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def path(self, name):
        return os.path.join(self.prefix, name)

    def unit(self):
        with open(self.path("lib/systemd/system/sumlog.service"), encoding="utf-8") as file:
            return dict(re.findall(r"^(\w+)=(.*)$", file.read(), re.MULTILINE))

    def test_the_program_runs(self):
        version = run(self.path("bin/sumlog"), "version")
        self.assertEqual(version.returncode, 0, version.stderr)
        self.assertIn("sumlog", version.stdout)

    def test_the_interface_is_there(self):
        folder = self.path("share/sumlog/proto/sumlog/v1")
        self.assertEqual(sorted(os.listdir(folder)), ["admin.proto", "log.proto", "types.proto"])

    def test_the_readme_leads_to_the_documents(self):
        folder = self.path("share/doc/sumlog")
        with open(os.path.join(folder, "README.md"), encoding="utf-8") as file:
            links = re.findall(r"\]\((docs/[^)#]+)", file.read())
        self.assertTrue(links)
        for link in links:
            self.assertTrue(os.path.isfile(os.path.join(folder, link)), link)

    def test_the_example_configuration_is_one(self):
        example = self.path("share/doc/sumlog/examples/sumlog.toml")
        shown = run(self.path("bin/sumlog"), "keys", "show", "--dir", self.folder.name, "--config",
                    example)
        # Everything in it is known and in range; only the log is not there.
        self.assertEqual(shown.returncode, 3, shown.stderr)
        self.assertIn("sum.corp.example.com.key", shown.stderr)

    def test_the_readme_comes_with_it(self):
        self.assertTrue(os.path.exists(self.path("share/doc/sumlog/README.md")))

    def test_the_unit_starts_the_program_by_its_name(self):
        self.assertEqual(self.unit()["ExecStart"].split()[0], "sumlog")

    def test_a_log_that_may_not_start_is_not_started_for_ever(self):
        unit = self.unit()
        burst = int(unit["StartLimitBurst"])
        seconds_each = int(unit["RestartSec"]) + 30  # a start that fails after a slow look at a disk
        self.assertLess(burst * seconds_each, int(unit["StartLimitIntervalSec"]))
        self.assertEqual(set(unit["RestartPreventExitStatus"].split()), {"2", "4"})

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd here")
    def test_systemd_takes_the_unit(self):
        verified = run("systemd-analyze", "verify",
                       self.path("lib/systemd/system/sumlog.service"))
        for line in verified.stderr.splitlines():
            self.assertNotRegex(line, r"sumlog\.service.*(Unknown|Failed to parse|invalid)")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

#!/usr/bin/env python3
"""Goal: a log that is lost under load comes back from its backup with the same history.

Method: the built program, given as the first argument, as processes: a server, writers that add
through its socket meanwhile, a backup under load, SIGKILL of the server, the loss of its database,
restores that are killed too, and a second server of the surviving copy. What clients were told
(heads, records and their numbers) is checked against what is served afterwards.
"""

import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from serve_test import BINARY, PATIENCE, Running, environment, get, run  # noqa: E402

NAME = "sum.example.com"


def made_up(text):
    return "h1:" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def go_sum(first, end):
    lines = []
    for i in range(first, end):
        lines.append(f"example.com/m{i} v1.0.0 {made_up(f'zip{i}')}\n")
        lines.append(f"example.com/m{i} v1.0.0/go.mod {made_up(f'mod{i}')}\n")
    return "".join(lines)


class BackupProcessTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.dir = os.path.join(self.folder, "log")
        self.database = os.path.join(self.dir, "db", NAME)
        made = run("init", "--dir", self.dir, "--name", NAME)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.key = run("keys", "show", "--dir", self.dir).stdout.strip()
        self.fill(0, 400)

    def fill(self, first, end):
        path = os.path.join(self.folder, "go.sum")
        with open(path, "w", encoding="utf-8") as file:
            file.write(go_sum(first, end))
        self.good(run("import", "--dir", self.dir, path))

    def good(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def serve(self, folder=None):
        folder = folder or self.dir
        return Running("serve", "--dir", folder, "--http", "127.0.0.1:0")

    def add(self, i):
        """Adds one record through the server's socket; its number, or None when that is gone."""
        done = run("add", f"example.com/m{i}@v1.0.0", "--sum", made_up(f"zip{i}"), "--mod-sum",
                   made_up(f"mod{i}"), "--dir", self.dir, "--json")
        return json.loads(done.stdout)["record"] if done.returncode == 0 else None

    def restore_until_done(self, *arguments):
        """Kills the restore again and again, each time a little later, until it gets through."""
        delay = 0.002  # seconds
        while delay < PATIENCE:
            process = subprocess.Popen([BINARY, "backup", "restore", *arguments, "--dir", self.dir],
                                       env=environment(), stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, encoding="utf-8")
            try:
                out, err = process.communicate(timeout=delay)
                return process.returncode, out, err
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate(timeout=PATIENCE)
                delay *= 1.25
        self.fail("the restore does not come to an end")

    def test_lost_under_load_it_comes_back_with_the_same_history(self):
        numbers, heads, stopping = {}, [], threading.Event()
        with self.serve() as server:
            def write(first):
                i = first
                while not stopping.is_set():
                    number = self.add(i)
                    if number is None:
                        return
                    numbers[i] = number
                    heads.append(get(server.address, "/latest"))
                    i += 2

            writers = [threading.Thread(target=write, args=(first,)) for first in (1000, 1001)]
            for writer in writers:
                writer.start()
            while len(numbers) < 6:
                pass_through = self.add(0)  # already there; also a wait for the writers
                self.assertEqual(pass_through, 0)
            made = json.loads(self.good(
                run("backup", "create", "under-load", "--dir", self.dir, "--json")).stdout)
            while len(numbers) < 16:
                self.assertEqual(self.add(0), 0)
            stopping.set()
            for writer in writers:
                writer.join()
            server.end(signal.SIGKILL)
        self.good(run("backup", "verify", made["path"], "--key", self.key))
        survivor = os.path.join(self.folder, "survivor")
        shutil.copytree(self.dir, survivor, ignore=shutil.ignore_patterns("*.sock*", "lock"))
        shutil.rmtree(self.database)

        # The backup alone is behind what clients have seen.
        code, _, err = self.restore_until_done(made["path"])
        self.assertEqual(code, 1, err)
        self.assertIn("are missing: clients have seen tree", err)
        refused = run("serve", "--dir", self.dir, "--http", "127.0.0.1:0")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("--forward-from SRC", refused.stderr)

        # The rest comes from a server of the surviving copy.
        with self.serve(survivor) as other:
            code, out, err = self.restore_until_done("--forward-from", f"http://{other.address}")
        self.assertEqual(code, 0, err)
        self.assertRegex(out, "^(restored|nothing to do): ")  # killed when all was done, or before
        self.good(run("fsck", "--dir", self.dir))

        with self.serve() as server:
            for i, number in numbers.items():
                answer = get(server.address, f"/lookup/example.com/m{i}@v1.0.0")
                self.assertEqual(answer.split("\n")[0], str(number))
                self.assertIn(made_up(f"zip{i}"), answer)
            newest = int(get(server.address, "/latest").split("\n")[1])
            self.assertEqual(self.add(5000), newest)  # it goes on
            # Each head that somebody has seen is a beginning of what is served now.
            for note in heads:
                size, root = note.split("\n")[1:3]
                proof = json.loads(self.good(run(
                    "prove", "consistency", "--from", size, "--server",
                    f"http://{server.address}", "--key", self.key, "--json")).stdout)
                self.assertEqual(proof["from"]["root"], root)

    def test_a_failed_disk_of_an_interrupted_server_needs_its_newest_backup_only(self):
        made = json.loads(self.good(
            run("backup", "create", "newest", "--dir", self.dir, "--json")).stdout)
        shutil.rmtree(self.database)
        code, _, err = self.restore_until_done(made["path"])
        self.assertEqual(code, 0, err)
        with self.serve() as server:
            self.assertEqual(self.add(400), 400)
            self.assertTrue(get(server.address, "/latest").startswith("go.sum database tree\n401\n"))


if __name__ == "__main__":
    unittest.main()

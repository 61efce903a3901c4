#!/usr/bin/env python3
"""Goal: `mirror run` takes what its upstream has signed and nothing else, whatever an upstream does,
and a mirror that was killed at any moment ends as one that never was.

Method: the built program, given as the first argument; the upstream is `sumlog serve` of a log of
the test, behind a front that damages its answers in one way at a time. What a mirror holds is
compared by the files that `export static` makes of it.
"""

import filecmp
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from backup_process_test import go_sum  # noqa: E402
from serve_test import BINARY, PATIENCE, Running, environment, run  # noqa: E402

NAME = "sum.example.com"
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
NIGHTLY = os.environ.get("SUMLOG_NIGHTLY") == "1"


class Front:
    """Stands before a server and answers in its place, honestly until `damage` is set.

    `damage(path, status, body)` gives (status, headers, body); a body may be a generator of bytes,
    which is sent without a length.
    """

    def __init__(self, address):
        front = self
        self.address, self.damage, self.asked, self.agents = address, None, [], set()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *unused):
                pass

            def do_GET(self):
                front.asked.append(self.path)
                front.agents.add(self.headers.get("User-Agent"))
                status, body = front.fetch(self.path)
                headers = {}
                if front.damage is not None:
                    status, headers, body = front.damage(self.path, status, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                try:
                    if isinstance(body, bytes):
                        self.send_header("Content-Length", str(len(body)))
                        self.end_headers()
                        self.wfile.write(body)
                        return
                    self.send_header("Connection", "close")
                    self.end_headers()
                    self.close_connection = True
                    for part in body:
                        self.wfile.write(part)
                        self.wfile.flush()
                except OSError:
                    pass  # the mirror has had enough

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *unused):
                pass  # a mirror that was killed ends its connections as it likes

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def fetch(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://{self.address}{path}", timeout=PATIENCE) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def on(part, make):
    """Damages the answers to paths that contain `part`: make(body) gives (status, headers, body)."""
    return lambda path, status, body: make(body) if part in path else (status, {}, body)


def last_event(done):
    return json.loads(done.stdout.splitlines()[-1])


def flipped(body):
    return 200, {}, body[:3] + bytes([body[3] ^ 1]) + body[4:]


def endless(_):
    def parts():
        while True:
            yield b"x" * 65536
    return 200, {}, parts()


def a_byte_a_second(_):
    def parts():
        for _ in range(3600):
            yield b"x"
            time.sleep(1)
    return 200, {}, parts()


class MirrorTest(unittest.TestCase):
    RECORDS = 700

    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.log = self.path("log")
        self.dir = self.path("mirror")
        self.good(run("init", "--dir", self.log, "--name", NAME))
        self.key = run("keys", "show", "--dir", self.log).stdout.strip()
        self.fill(self.log, 0, self.RECORDS)
        self.serve(self.log)

    def path(self, name):
        return os.path.join(self.folder, name)

    def good(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def fill(self, folder, first, end):
        path = self.path("go.sum")
        with open(path, "w", encoding="utf-8") as file:
            file.write(go_sum(first, end))
        self.good(run("import", "--dir", folder, path))

    def serve(self, folder):
        server = Running("serve", "--dir", folder, "--http", "127.0.0.1:0")
        self.addCleanup(server.__exit__)
        self.front = Front(server.address)
        self.addCleanup(self.front.close)
        return server

    def mirror(self, *more, folder=None):
        return run("mirror", "run", "--dir", folder or self.dir, "--upstream", self.front.url,
                   "--key", self.key, "--once", *more)

    def status(self, folder=None):
        done = run("mirror", "status", "--dir", folder or self.dir, "--json")
        return done.returncode, json.loads(done.stdout)["mirrors"][0]

    def export(self, folder):
        out = tempfile.mkdtemp(dir=self.folder)
        self.good(run("export", "static", out, "--dir", folder))
        return os.path.join(out, "sumdb", NAME)

    def assert_same_files(self, left, right):
        def walk(root):
            return sorted(os.path.relpath(os.path.join(at, name), root)
                          for at, _, names in os.walk(root) for name in names)
        names = walk(left)
        self.assertEqual(names, walk(right))
        _, wrong, broken = filecmp.cmpfiles(left, right, names, shallow=False)
        self.assertEqual((wrong, broken), ([], []))

    def assert_whole(self, size=None):
        code, status = self.status()
        self.assertEqual(code, 0, status)
        self.assertEqual(status["head"]["size"], size or self.RECORDS)

    # What the verb does with an honest upstream.

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
                      ["--key", self.key, "--upstream", self.front.url, "--until", "x"]):
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
            done = run("add", "example.com/more@v1.0.0", "--sum", "h1:" + "A" * 43 + "=",
                       "--mod-sum", "h1:" + "A" * 43 + "=", "--dir", self.log)
            self.good(done)
            self.assertEqual(process.stdout.readline(), f"mirrored: {NAME}, tree 701\n")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=PATIENCE), 0)
        finally:
            process.kill()
            process.stdout.close()
            process.wait()

    # What it does with an upstream that is not.

    def expect_refusal(self, damage, code, *said, evidence=None):
        self.front.damage = damage
        began = time.monotonic()
        done = self.mirror()
        self.assertLess(time.monotonic() - began, 60)
        self.assertEqual(done.returncode, code, done.stderr)
        for text in said:
            self.assertIn(text, done.stderr)
        kept = os.path.join(self.dir, "evidence", "mirrors", NAME)
        files = os.listdir(kept) if os.path.isdir(kept) else []
        self.assertEqual(bool(files), code == 4 if evidence is None else evidence, files)
        if files:
            self.assertIn(kept, done.stderr)
        self.front.damage = None
        self.good(self.mirror())
        self.assert_whole()
        self.assert_same_files(self.export(self.dir), self.export(self.log))

    def test_a_flipped_bit_in_a_data_tile(self):
        self.expect_refusal(on("/tile/8/data/001", flipped), 4, "tile/8/data/001", "700")

    def test_a_flipped_bit_in_a_hash_tile(self):
        self.expect_refusal(on("/tile/8/1/", flipped), 4, "tile/8/1/000", "700")

    def test_a_truncated_data_tile(self):
        self.expect_refusal(on("/tile/8/data/002", lambda body: (200, {}, body[:-30])), 3,
                            "tile/8/data/002")

    def test_a_truncated_hash_tile(self):
        self.expect_refusal(on("/tile/8/0/", lambda body: (200, {}, body[:-32])), 4, "tile/8/0/")

    def test_a_web_page_in_place_of_everything(self):
        page = on("/", lambda _: (200, {"Content-Type": "text/html"}, b"<html>log in</html>"))
        self.expect_refusal(page, 3, "no checksum database answers")

    def test_a_web_page_in_place_of_a_tile(self):
        page = on("/tile/8/data/000", lambda _: (200, {}, b"<html>log in</html>"))
        self.expect_refusal(page, 3, "tile/8/data/000")

    def test_refusals_of_every_kind(self):
        for status in (404, 410, 429, 500, 503):
            for part in ("/latest", "/tile/8/data/"):
                self.front.damage = on(part, lambda _, status=status: (status, {}, b"no\n"))
                done = self.mirror()
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn(f"status {status}", done.stderr)
                self.assertIsNone(self.status()[1]["head"])
        self.front.damage = None
        self.good(self.mirror())
        self.assert_whole()

    def test_a_server_that_wants_to_be_left_alone_is(self):
        self.front.damage = on("/latest", lambda _: (429, {"Retry-After": "3600"}, b"busy\n"))
        self.assertEqual(self.mirror().returncode, 3)
        self.assertEqual(self.front.asked, ["/latest"])

    def test_another_keys_signature(self):
        other = self.path("other")
        self.good(run("init", "--dir", other, "--name", "sum.other.example.com"))
        note = self.head_of(other)
        self.expect_refusal(on("/latest", lambda _: (200, {}, note)), 4, "is not signed by", NAME)

    def test_a_head_whose_tiles_never_come(self):
        self.expect_refusal(on("/tile/", lambda _: (404, {}, b"")), 3, "of a tree it signed")

    def test_an_endless_body(self):
        self.expect_refusal(on("/tile/8/data/001", endless), 3, "tile/8/data/001")
        shutil.rmtree(self.dir)
        self.expect_refusal(on("/latest", endless), 3, "longer than")

    def test_a_byte_a_second(self):
        self.expect_refusal(on("/tile/8/data/001", a_byte_a_second), 3, "tile/8/data/001")

    def head_of(self, folder):
        with Running("serve", "--dir", folder, "--http", "127.0.0.1:0") as server:
            front = Front(server.address)
            try:
                return front.fetch("/latest")[1]
            finally:
                front.close()

    def test_an_older_head(self):
        self.good(self.mirror())
        older = self.front.fetch("/latest")[1]
        self.add_one()
        self.good(self.mirror())
        self.front.damage = on("/latest", lambda _: (200, {}, older))
        done = self.mirror()
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("older than one that it has shown before", done.stderr)
        self.assert_whole(701)

    def add_one(self):
        self.good(run("add", "example.com/more@v1.0.0", "--sum", "h1:" + "A" * 43 + "=",
                      "--mod-sum", "h1:" + "A" * 43 + "=", "--dir", self.log))

    def test_a_fork_is_kept_with_both_heads(self):
        # The same key signs two histories that part after 700 records.
        forked = self.path("forked")
        shutil.copytree(self.log, forked, ignore=shutil.ignore_patterns("lock", "*.sock*", "LOCK"))
        self.add_one()
        self.good(self.mirror())
        toml = os.path.join(forked, "sumlog.toml")
        with open(toml, encoding="utf-8") as file:
            text = file.read().replace(self.log, forked)
        with open(toml, "w", encoding="utf-8") as file:
            file.write(text)
        self.fill(forked, 5000, 5300)
        honest = self.front
        self.serve(forked)
        done = self.mirror()
        self.assertEqual(done.returncode, 4, done.stderr)
        kept = os.path.join(self.dir, "evidence", "mirrors", NAME)
        files = os.listdir(kept)
        self.assertEqual(len(files), 1)
        with open(os.path.join(kept, files[0]), encoding="utf-8") as file:
            evidence = file.read()
        self.assertIn("answer: two signed heads", evidence)
        self.assertIn("| 701", evidence)
        self.assertIn("| 1000", evidence)
        code, status = self.status()
        self.assertEqual((code, status["head"]["size"]), (1, 701))
        self.assertEqual(status["evidence"], os.path.join(kept, files[0]))
        self.front = honest
        self.good(self.mirror())
        self.assert_whole(701)


class KillTest(MirrorTest):
    RECORDS = 70_000  # more than one piece

    @unittest.skipUnless(NIGHTLY, "nightly")
    def test_killed_at_any_moment_it_ends_as_one_that_was_not(self):
        began = time.monotonic()
        self.good(self.mirror(folder=self.path("undisturbed")))
        takes = time.monotonic() - began
        dice = random.Random(7)
        for _ in range(50):
            process = subprocess.Popen([BINARY, "mirror", "run", "--dir", self.dir, "--upstream",
                                        self.front.url, "--key", self.key, "--once", "--quiet"],
                                       env=environment(), stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=dice.uniform(0, takes))
                shutil.rmtree(self.dir)  # it was through: begin anew
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.good(self.mirror())
        self.assert_whole()
        self.assert_same_files(self.export(self.dir), self.export(self.path("undisturbed")))


def load_tests(loader, _tests, _pattern):
    """Each test once: KillTest inherits the helpers alone."""
    suite = loader.loadTestsFromTestCase(MirrorTest)
    suite.addTest(KillTest("test_killed_at_any_moment_it_ends_as_one_that_was_not"))
    return suite


if __name__ == "__main__":
    unittest.main(verbosity=2)

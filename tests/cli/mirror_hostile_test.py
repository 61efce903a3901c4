#!/usr/bin/env python3
"""Goal: whatever an upstream does, `mirror run` takes nothing that is not signed, says what is wrong
and where the evidence lies, ends within a minute, and goes on when the upstream is honest again.

Method: the built program, given as the first argument; the upstream is `sumlog serve` of a log of
the test, behind a front that damages its answers in one way at a time.
"""

import os
import shutil
import time
import unittest

from mirror_case import NAME, Front, MirrorCase
from serve_test import Running, run


def on(part, make):
    """Damages the answers to paths that contain `part`: make(body) gives (status, headers, body)."""
    return lambda path, status, body: make(body) if part in path else (status, {}, body)


def flipped(body):
    return 200, {}, body[:3] + bytes([body[3] ^ 1]) + body[4:]


def redirected(to):
    return lambda _: (302, {"Location": to}, b"")


def cut(body):
    """Announces the whole of it and hangs up in the middle."""
    whole = {"Content-Length": str(len(body)), "Connection": "close"}
    return 200, whole, iter([body[:len(body) // 2]])


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


class HostileUpstreamTest(MirrorCase):
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

    def test_a_flipped_bit_that_joins_two_records(self):
        def join(body):
            at = body.index(b"\n\n") + 1
            return 200, {}, body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]
        self.expect_refusal(on("/tile/8/data/001", join), 4, "tile/8/data/001", "record 256")

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

    def test_connections_that_are_cut(self):
        self.expect_refusal(on("/tile/8/data/001", cut), 3, "tile/8/data/001", "remaining to read")

    def test_redirects_in_a_circle(self):
        self.expect_refusal(on("/latest", redirected("/latest")), 3, "no checksum database answers",
                            "redirects")

    def test_a_tile_that_is_redirected_in_a_circle(self):
        self.expect_refusal(on("/tile/8/data/001", redirected("/tile/8/data/001")), 3, "redirects")

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


if __name__ == "__main__":
    unittest.main(verbosity=2)

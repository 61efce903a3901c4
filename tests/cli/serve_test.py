#!/usr/bin/env python3
"""Goal: serve and quickstart behave as processes: one listening line, signals, exit codes.

Method: the built program, given as the first argument, in folders of the test; ports from the
listening line; answers over HTTP and TLS with the standard library. Certificates come from the
openssl command. Nothing waits for time to pass: each wait is for a line or for the process's end.
"""

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import unittest
import urllib.request

BINARY = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "sumlog"
PATIENCE = 60  # seconds until a process that should have ended is called hung

GO_SUM = """example.com/m v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
example.com/m v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
example.com/only v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
"""


def environment(**more):
    """This process's, without variables that sumlog would take for its own, and without proxies."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("SUMLOG_") and not name.lower().endswith("_proxy")}
    kept.update(more)
    return kept


def run(*arguments, **more):
    """Runs to the end; the finished process."""
    return subprocess.run([BINARY, *arguments], env=environment(**more), timeout=PATIENCE,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", check=False)


class Running:
    """A serve or quickstart that has printed its listening line."""

    def __init__(self, *arguments, **more):
        self.talk = tempfile.NamedTemporaryFile("w", encoding="utf-8")
        self.process = subprocess.Popen([BINARY, *arguments], env=environment(**more),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.talk, encoding="utf-8")
        self.line = self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.talk.close()

    @property
    def address(self):
        return self.listeners["http"]

    @property
    def listeners(self):
        """What answers where: "http", "grpc", "admin"."""
        if not self.line.startswith("listening http="):
            raise AssertionError(f"no listening line: {self.line!r}; {self.said()}")
        return dict(word.split("=", 1) for word in self.line.split()[1:])

    def said(self):
        # Opened anew: the process writes at a position of its own.
        with open(self.talk.name, encoding="utf-8") as file:
            return file.read()

    def end(self, number=signal.SIGTERM):
        """Sends a signal and returns (exit code, rest of stdout)."""
        self.process.send_signal(number)
        rest = self.process.stdout.read()
        return self.process.wait(timeout=PATIENCE), rest


def get(address, path):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://{address}{path}", timeout=PATIENCE) as answer:
        return answer.read().decode()


class ServeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.dir = os.path.join(self.folder, "log")
        made = run("init", "--dir", self.dir, "--name", "sum.example.com")
        self.assertEqual(made.returncode, 0, made.stderr)

    def serve(self, *more, **variables):
        return Running("serve", "--dir", self.dir, "--http", "127.0.0.1:0", *more, **variables)

    def add_to_config(self, text):
        with open(os.path.join(self.dir, "sumlog.toml"), "a", encoding="utf-8") as file:
            file.write(text)

    # One line, then signals.

    def test_prints_one_line_and_ends_well_on_sigterm_and_sigint(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.serve() as server:
                self.assertRegex(
                    server.line,
                    r"^listening http=127\.0\.0\.1:[1-9][0-9]* admin=unix:[^ ]*/admin\.sock\n$")
                self.assertIn("sum.example.com", get(server.address, "/latest"))
                self.assertEqual(server.end(number), (0, ""), server.said())

    def test_prints_the_line_as_json(self):
        with self.serve("--json") as server:
            address = json.loads(server.line)["listening"]["http"]
            self.assertIn("sum.example.com", get(address, "/latest"))
            self.assertEqual(server.end()[0], 0)

    def test_logs_json_lines_where_there_is_no_terminal(self):
        with self.serve() as server:
            self.assertEqual(server.end()[0], 0)
            events = [json.loads(line)["event"] for line in server.said().splitlines()]
        self.assertEqual(events, ["serving", "stopping", "stopped"])

    def test_goes_on_after_sighup(self):
        with self.serve() as server:
            server.process.send_signal(signal.SIGHUP)
            self.assertIn("sum.example.com", get(server.address, "/latest"))
            self.assertEqual(server.end()[0], 0)
            reloads = [event for event in map(json.loads, server.said().splitlines())
                       if event["event"] == "reload"]
        self.assertEqual(len(reloads), 1)
        self.assertIn("TLS is off", reloads[0]["reread"])
        self.assertIn("restart", reloads[0]["not_reread"])

    def test_tells_the_service_manager(self):
        path = os.path.join(self.folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(PATIENCE)
            with self.serve(NOTIFY_SOCKET=path) as server:
                self.assertEqual(manager.recv(100), b"READY=1")
                self.assertEqual(server.end()[0], 0)
                self.assertEqual(manager.recv(100), b"STOPPING=1")

    # TLS.

    def make_certificate(self, name):
        """A self-signed certificate for localhost with `name` as its organisation."""
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", f"/O={name}/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost", "-keyout", os.path.join(self.dir, "tls.key"), "-out",
             os.path.join(self.dir, "tls.pem")],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def certificate(self, address):
        host, port = address.rsplit(":", 1)
        return ssl.get_server_certificate((host, int(port)))

    def present(self):
        with open(os.path.join(self.dir, "tls.pem"), encoding="ascii") as file:
            return file.read()

    def wait_for_event(self, server, name):
        """Until the server has logged `name` once more than it had; asks it something meanwhile, so
        that each turn waits for the server and not for time."""
        while name not in server.said():
            self.certificate(server.address)
            self.assertIsNone(server.process.poll(), "the server has ended")

    def test_reads_its_certificate_again_on_sighup(self):
        self.make_certificate("one")
        with self.serve(SUMLOG_LISTEN_TLS_CERT="tls.pem",
                        SUMLOG_LISTEN_TLS_KEY="tls.key") as server:
            first = self.present()
            self.assertEqual(self.certificate(server.address).strip(), first.strip())
            self.make_certificate("two")
            self.assertEqual(self.certificate(server.address).strip(), first.strip())
            server.process.send_signal(signal.SIGHUP)
            self.wait_for_event(server, '"reload"')
            self.assertEqual(self.certificate(server.address).strip(), self.present().strip())

            second = self.present()
            with open(os.path.join(self.dir, "tls.pem"), "w", encoding="ascii") as file:
                file.write("not a certificate\n")
            server.process.send_signal(signal.SIGHUP)
            self.wait_for_event(server, "reload failed")
            self.assertEqual(self.certificate(server.address).strip(), second.strip())
            self.assertEqual(server.end()[0], 0)

    # Administration.

    def test_its_socket_is_for_its_own_user_alone(self):
        for mask in (0o000, 0o022, 0o777):
            before = os.umask(mask)
            try:
                server = self.serve()
            finally:
                os.umask(before)
            with server:
                path = server.listeners["admin"].removeprefix("unix:")
                self.assertEqual(path, os.path.join(self.dir, "admin.sock"))
                found = os.stat(path)
                self.assertTrue(stat.S_ISSOCK(found.st_mode))
                self.assertEqual(stat.S_IMODE(found.st_mode), 0o600, f"umask {mask:o}")
                self.assertEqual(found.st_uid, os.getuid())
                self.assertEqual(server.end()[0], 0)

    # What it refuses.

    def test_a_second_server_on_the_directory_fails_with_3(self):
        with self.serve() as server:
            second = run("serve", "--dir", self.dir, "--http", "127.0.0.1:0")
            self.assertEqual(second.returncode, 3, second.stderr)
            self.assertEqual(second.stdout, "")
            self.assertIn("another process has", second.stderr)
            self.assertEqual(server.end()[0], 0)

    def test_a_taken_port_fails_with_3(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            refused = run("serve", "--dir", self.dir, "--http", address)
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn(address, refused.stderr)
        with self.serve() as server:  # and the directory is free again
            self.assertEqual(server.end()[0], 0)

    def test_an_unknown_key_fails_with_2_and_names_the_nearest(self):
        self.add_to_config("\n[listen_]\nhttp = \"x\"\n")
        refused = run("serve", "--dir", self.dir)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("unknown key listen_.http; did you mean listen.http?", refused.stderr)
        self.assertRegex(refused.stderr, r"sumlog\.toml:\d+:")

    def test_an_unknown_variable_fails_with_2(self):
        refused = run("serve", "--dir", self.dir, SUMLOG_LISTEN_HTPP="127.0.0.1:0")
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("did you mean SUMLOG_LISTEN_HTTP?", refused.stderr)

    def test_wrong_use_fails_with_2(self):
        for arguments in (["serve"], ["serve", "--dir", os.path.join(self.folder, "none")],
                          ["serve", "--dir", self.dir, "--http", "8080"],
                          ["serve", "--dir", self.dir, "--htpp", "x"],
                          ["serve", "--dir", self.dir, "--config", "/nonexistent.toml"]):
            refused = run(*arguments)
            self.assertEqual(refused.returncode, 2, (arguments, refused.stderr))
            self.assertEqual(refused.stdout, "")

    def test_a_missing_anchor_fails_with_3_until_accepted(self):
        os.remove(os.path.join(self.dir, "anchor", "sum.example.com"))
        refused = run("serve", "--dir", self.dir, "--http", "127.0.0.1:0")
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("--accept-new-anchor", refused.stderr)
        with self.serve("--accept-new-anchor") as server:
            self.assertEqual(server.end()[0], 0, server.said())
        with self.serve() as server:
            self.assertEqual(server.end()[0], 0, server.said())

    def test_a_key_open_to_others_fails_with_3(self):
        os.chmod(os.path.join(self.dir, "keys", "sum.example.com.key"), 0o644)
        refused = run("serve", "--dir", self.dir, "--http", "127.0.0.1:0")
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("chmod 600", refused.stderr)


class QuickstartTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = os.path.join(folder.name, "data")
        self.go_sum = os.path.join(folder.name, "go.sum")
        with open(self.go_sum, "w", encoding="ascii") as file:
            file.write(GO_SUM)

    def test_makes_fills_checks_and_serves_a_log(self):
        with Running("quickstart", "--dir", self.dir, "--http", "127.0.0.1:0",
                     self.go_sum) as log:
            self.assertIn("0\nexample.com/m v1.0.0", get(log.address, "/lookup/example.com/m@v1.0.0"))
            key = run("keys", "show", "--dir", self.dir).stdout.strip()
            screen = log.said()
            self.assertIn(f'GOSUMDB="{key} http://{log.address}" GONOSUMDB=none', screen)
            self.assertIn("verified", screen)
            self.assertIn("1 new of 1", screen)
            self.assertIn("1 incomplete", screen)
            self.assertEqual(log.end(signal.SIGINT), (0, ""), log.said())

    def test_goes_on_with_the_log_that_is_there(self):
        arguments = ["quickstart", "--dir", self.dir, "--http", "127.0.0.1:0"]
        with Running(*arguments, self.go_sum) as log:
            first = get(log.address, "/latest")
            self.assertEqual(log.end()[0], 0)
        with Running(*arguments, self.go_sum) as log:
            self.assertEqual(get(log.address, "/latest"), first)
            self.assertIn("0 new of 1", log.said())
            self.assertEqual(log.end()[0], 0)
        with Running(*arguments) as log:
            self.assertIn("example.com/m@v1.0.0 → record 0", log.said())
            self.assertEqual(log.end()[0], 0)

    def test_starts_empty_too(self):
        with Running("quickstart", "--dir", self.dir, "--http", "127.0.0.1:0") as log:
            self.assertIn("localhost", get(log.address, "/latest"))
            self.assertIn("the log is empty", log.said())
            self.assertEqual(log.end()[0], 0)

    def test_is_not_led_astray_by_a_proxy(self):
        with Running("quickstart", "--dir", self.dir, "--http", "127.0.0.1:0", self.go_sum,
                     http_proxy="http://127.0.0.1:1", HTTP_PROXY="http://127.0.0.1:1") as log:
            self.assertIn("verified", log.said())
            self.assertTrue(log.address)
            self.assertEqual(log.end()[0], 0)

    def test_a_taken_port_says_how_to_go_on(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            refused = run("quickstart", "--dir", self.dir, "--http",
                          f"127.0.0.1:{taken.getsockname()[1]}")
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("fix   take any free port with --http 127.0.0.1:0", refused.stderr)
        self.assertEqual(refused.stdout, "")

    def test_a_wrong_file_leaves_nothing_behind(self):
        with open(self.go_sum, "a", encoding="ascii") as file:
            file.write("not a line of go.sum at all\n")
        refused = run("quickstart", "--dir", self.dir, "--http", "127.0.0.1:0", self.go_sum)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn(f"{self.go_sum}:4: ", refused.stderr)
        self.assertFalse(os.path.exists(self.dir))

    def test_leaves_a_real_log_alone(self):
        made = run("init", "--dir", self.dir, "--name", "sum.example.com")
        self.assertEqual(made.returncode, 0, made.stderr)
        refused = run("quickstart", "--dir", self.dir, "--http", "127.0.0.1:0", self.go_sum)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("holds the log sum.example.com", refused.stderr)
        self.assertIn("fix   sumlog serve --dir", refused.stderr)
        self.assertNotIn("a throw-away log in", refused.stderr)

    def test_speaks_json(self):
        with Running("quickstart", "--dir", self.dir, "--http", "127.0.0.1:0", "--json") as log:
            self.assertTrue(json.loads(log.line)["listening"]["http"].startswith("127.0.0.1:"))
            self.assertEqual(log.end()[0], 0)

    def test_hashes_that_contradict_the_log_are_refused(self):
        arguments = ["quickstart", "--dir", self.dir, "--http", "127.0.0.1:0", self.go_sum]
        with Running(*arguments) as log:
            self.assertEqual(log.end()[0], 0)
        with open(self.go_sum, "w", encoding="ascii") as file:
            file.write(GO_SUM.replace("h1:4", "h1:5"))
        refused = run(*arguments)
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertIn("example.com/m@v1.0.0", refused.stderr)


if __name__ == "__main__":
    unittest.main()

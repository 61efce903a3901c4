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


class RemoteTest(unittest.TestCase):
    """A log that the file makes listen with TLS, to readers and to administrators, and jobs that
    reach it from elsewhere: what the README's "Add from a release job" tells its reader to do."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.dir = self.path("log")
        made = run("init", "--dir", self.dir, "--name", "sum.example.com")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.key = run("keys", "show", "--dir", self.dir).stdout.strip()
        self.token = self.make_token()
        for name in ("authority", "server", "job"):
            self.make_certificate(name)
        self.configure()
        self.server = Running("serve", "--dir", self.dir)
        self.addCleanup(self.server.__exit__)
        self.admin, self.readers = (self.named(self.server.listeners[name])
                                    for name in ("admin", "grpc"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_token(self):
        """The secret of a token, made while the socket still listens."""
        with Running("serve", "--dir", self.dir, "--http", "127.0.0.1:0") as server:
            made = run("token", "create", "ci", "--scope", "ingest,read", "--modules",
                       "corp.example.com", "--dir", self.dir)
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertEqual(server.end()[0], 0)
        return made.stdout.strip()

    def make_certificate(self, name):
        """NAME.pem and NAME.key: an authority, or what it has signed for a host or a job."""
        subject = {"authority": "basicConstraints=critical,CA:TRUE",
                   "server": "subjectAltName=DNS:localhost",
                   "job": "subjectAltName=URI:spiffe://corp.example.com/ci"}[name]
        signer = [] if name == "authority" else ["-CA", self.path("authority.pem"), "-CAkey",
                                                 self.path("authority.key")]
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-subj", f"/CN={name}", "-addext", subject, "-keyout",
                     self.path(f"{name}.key"), "-out", self.path(f"{name}.csr"))
        self.openssl("x509", "-req", "-in", self.path(f"{name}.csr"), "-copy_extensions", "copyall",
                     "-days", "2", "-set_serial", str(len(name)), "-out", self.path(f"{name}.pem"),
                     *(signer or ["-signkey", self.path("authority.key")]))

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=PATIENCE)

    def configure(self):
        settings = os.path.join(self.dir, "sumlog.toml")
        with open(settings, encoding="utf-8") as file:
            before = file.read()
        with open(settings, "w", encoding="utf-8") as file:
            file.write(before.replace("[listen]\n", f"""[listen]
http      = "127.0.0.1:0"
grpc      = "localhost:0"
admin     = "localhost:0"
tls_cert  = "{self.path("server.pem")}"
tls_key   = "{self.path("server.key")}"
client_ca = "{self.path("authority.pem")}"
""", 1) + """
[[client_cert]]
name    = "job"
san     = "spiffe://corp.example.com/ci"
scopes  = ["ingest", "read"]
modules = ["corp.example.com/*"]
""")

    @staticmethod
    def named(address):
        """As its certificate names it."""
        return "grpcs://localhost:" + address.rsplit(":", 1)[1]

    def ask(self, *arguments, server=None, **variables):
        return run(*arguments, "--server", server or self.admin, "--key", self.key, "--ca",
                   self.path("authority.pem"), "--evidence-dir", self.folder, **variables)

    def callers(self):
        """Each way to say who calls: flags, and variables."""
        token_file = self.path("token")
        with open(token_file, "w", encoding="ascii") as file:
            file.write(self.token + "\n")
        pair = self.path("job.pem"), self.path("job.key")
        return [(["--token-file", token_file], {}), ([], {"SUMLOG_TOKEN": self.token}),
                (["--cert", pair[0], "--cert-key", pair[1]], {}),
                ([], {"SUMLOG_CERT": pair[0], "SUMLOG_CERT_KEY": pair[1]})]

    @staticmethod
    def hashes(letter="4"):
        hash_of = f"h1:{letter}7DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        return ["--sum", hash_of, "--mod-sum", hash_of]

    def test_each_caller_adds_and_proves(self):
        for number, (flags, variables) in enumerate(self.callers()):
            with self.subTest(flags or list(variables)):
                module = f"corp.example.com/lib@v1.0.{number}"
                added = self.ask("add", module, *self.hashes(), *flags, **variables)
                self.assertEqual(added.returncode, 0, added.stderr)
                self.assertIn(f"appended: {module}, record {2 * number}\n", added.stdout)
                self.assertIn("proof  verified", added.stderr)

                go_sum = self.path("go.sum")
                with open(go_sum, "w", encoding="ascii") as file:
                    file.write(GO_SUM.replace("example.com/m v1.0.0",
                                              f"corp.example.com/m v1.0.{number}"))
                imported = self.ask("import", go_sum, "--json", *flags, **variables)
                self.assertEqual(imported.returncode, 0, imported.stderr)
                self.assertEqual(json.loads(imported.stdout)["appended"], 1)

                conflict = self.ask("add", module, *self.hashes("5"), *flags, **variables)
                self.assertEqual(conflict.returncode, 1, conflict.stderr)
                self.assertIn(f"conflict: {module}, record {2 * number}\n", conflict.stdout)

                status = self.ask("status", *flags, **variables)
                self.assertEqual(status.returncode, 0, status.stderr)
                self.assertIn("signature  verified\n", status.stdout)
                self.assertIn("frozen     no\n", status.stdout)
                looked_up = self.ask("lookup", module, *flags, **variables)
                self.assertEqual(looked_up.returncode, 0, looked_up.stderr)

    def test_readers_ask_without_saying_who_they_are(self):
        module = "corp.example.com/lib@v1.0.0"
        added = self.ask("add", module, *self.hashes(), SUMLOG_TOKEN=self.token)
        self.assertEqual(added.returncode, 0, added.stderr)
        for question in (["lookup", module], ["prove", "inclusion", module],
                         ["prove", "consistency", "--from", "1"], ["status"]):
            asked = self.ask(*question, server=self.readers)
            self.assertEqual(asked.returncode, 0, asked.stderr)
            stranger = self.ask(*question)
            self.assertEqual(stranger.returncode, 3, stranger.stdout)
            self.assertIn("fix   a token that is valid", stranger.stderr)


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

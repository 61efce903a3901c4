"""What the process tests of mirrors share: a log that is served, and a front before it that lies.

Each of them is run with the built program as its first argument.
"""

import filecmp
import http.server
import json
import os
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from backup_process_test import go_sum  # noqa: E402
from serve_test import PATIENCE, Running, run  # noqa: E402

NAME = "sum.example.com"
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


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


class MirrorCase(unittest.TestCase):
    """A log of its own for each test, served, and the mirror that is to be made of it."""

    RECORDS = 700
    FLAGS = ()  # of every run

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

    @property
    def upstream(self):
        return self.front.url

    def mirror(self, *more, folder=None):
        return run("mirror", "run", "--dir", folder or self.dir, "--upstream", self.upstream,
                   "--key", self.key, "--once", *self.FLAGS, *more)

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

    def add_one(self):
        self.good(run("add", "example.com/more@v1.0.0", "--sum", "h1:" + "A" * 43 + "=",
                      "--mod-sum", "h1:" + "A" * 43 + "=", "--dir", self.log))

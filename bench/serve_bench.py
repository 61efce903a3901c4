#!/usr/bin/env python3
"""Question: how quickly is a log imported, opened and served, beside nginx and x/mod's server?

Method: a generated go.sum is imported by the real program, which then serves it with one thread on
loopback; wrk asks with 64 connections for a few seconds, each server in turn in the same run. The
figure that is steady on a noisy machine is the server's CPU time per request, read from /proc.

usage: serve_bench.py <sumlog> [--records N] [--seconds S]
Needs wrk and nginx on PATH; go and tests/interop for x/mod's server (left out when go is missing).
"""

import argparse
import base64
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TICKS = os.sysconf("SC_CLK_TCK")
STARTED = []  # every server that was started, to be ended with the bench


def h1(seed):
    return "h1:" + base64.b64encode(hashlib.sha256(seed.encode()).digest()).decode()


def module_path(i):
    return "example.com/team%d/module%d" % (i % 97, i)


def write_go_sum(path, count):
    with open(path, "w", encoding="ascii") as out:
        for i in range(count):
            name = module_path(i)
            out.write("%s v1.0.0 %s\n%s v1.0.0/go.mod %s\n" % (
                name, h1(name), name, h1(name + "/go.mod")))


class Server:
    """A running server: its address and the process whose CPU time counts."""

    def __init__(self, command, **arguments):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, **arguments)
        STARTED.append(self.process)
        started = time.monotonic()
        line = self.process.stdout.readline()
        self.start_seconds = time.monotonic() - started
        if not line.startswith("listening http="):
            sys.exit("%s printed %r" % (command[0], line))
        self.address = line.split()[1].split("=", 1)[1]
        self.pid = self.process.pid

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


class Nginx:
    """nginx with one worker over a folder of static files."""

    def __init__(self, folder, work):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = os.path.join(work, "nginx.conf")
        with open(config, "w", encoding="ascii") as out:
            out.write("""
worker_processes 1; daemon off; pid %s/nginx.pid; error_log %s/error.log;
events { worker_connections 1024; }
http { access_log off; sendfile on; open_file_cache max=1000; keepalive_requests 100000000;
       server { listen 127.0.0.1:%d; root %s; } }
""" % (work, work, port, folder))
        binary = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen([binary, "-c", config, "-p", work],
                                        stderr=subprocess.DEVNULL)
        STARTED.append(self.process)
        self.address = "127.0.0.1:%d" % port
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            workers = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True,
                                     text=True).stdout.split()
            if workers:
                self.pid = int(workers[0])
                return
            time.sleep(0.02)
        sys.exit("nginx did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mebibytes(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        for line in f:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


LUA = """
local count = %d
math.randomseed(1)
request = function()
  local i = math.random(0, count - 1)
  return wrk.format("GET", string.format("/lookup/example.com/team%%d/module%%d@v1.0.0", i %% 97, i))
end
"""


def ask(server, path, seconds, lua=None):
    """Requests per second, and the server's CPU microseconds per request."""
    command = ["wrk", "-t1", "-c64", "-d%ds" % seconds]
    if lua:
        command += ["-s", lua]
    before = cpu_seconds(server.pid)
    result = subprocess.run(command + ["http://%s%s" % (server.address, path)],
                            capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(server.pid) - before
    if "Non-2xx" in result:
        sys.exit("%s answered with errors:\n%s" % (path, result))
    total = int(next(l for l in result.splitlines() if "requests in" in l).split()[0])
    return total / seconds, used / total * 1e6


def timed(command):
    started = time.monotonic()
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit("%s: %s%s" % (command, result.stdout, result.stderr))
    return time.monotonic() - started, result.stdout


def row(what, rate, cpu):
    print("| %-42s | %9.0f/s | %7.1f µs |" % (what, rate, cpu), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sumlog")
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()
    binary = os.path.abspath(options.sumlog)
    work = tempfile.mkdtemp(prefix="serve_bench.")
    os.chmod(work, 0o755)  # nginx's worker runs as another user
    try:
        run(options, binary, work)
    finally:
        for process in STARTED:
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=30)
        shutil.rmtree(work, ignore_errors=True)


def run(options, binary, work):
    go_sum, log = os.path.join(work, "go.sum"), os.path.join(work, "log")
    write_go_sum(go_sum, options.records)
    timed([binary, "init", "--dir", log, "--name", "localhost"])
    seconds, _ = timed([binary, "import", "--dir", log, go_sum])
    size = sum(os.path.getsize(os.path.join(folder, name))
               for folder, _, names in os.walk(log) for name in names)
    print("import: %d records in %.2f s = %.0f records/s, %.0f bytes of disk a record" % (
        options.records, seconds, options.records / seconds, size / options.records))
    seconds, out = timed([binary, "fsck", "--dir", log, "--json"])
    print("fsck: %.2f s = %.0f records/s, %d problems" % (
        seconds, options.records / seconds, len(json.loads(out).get("problems", []))))

    environment = dict(os.environ, SUMLOG_LIMITS_HTTP_THREADS="1")
    ours = Server([binary, "serve", "--dir", log, "--http", "127.0.0.1:0"], env=environment)
    print("open: %.0f ms from start to the first answer" % (ours.start_seconds * 1000))

    lua = os.path.join(work, "lookup.lua")
    with open(lua, "w", encoding="ascii") as f:
        f.write(LUA % options.records)
    static = os.path.join(work, "static")
    os.makedirs(static)
    for name, length in (("tile", 8192), ("lookup", 300)):
        with open(os.path.join(static, name), "wb") as f:
            f.write(os.urandom(length))
    nginx = Nginx(static, work)

    print("\n| one server thread, 64 connections          |  requests/s | CPU/request |")
    print("|--------------------------------------------|-------------|------------|")
    last = options.records // 256
    edge = "/tile/8/0/%s.p/%d" % (tile_name(last), max(options.records % 256, 1))
    row("nginx, static file of 8192 bytes", *ask(nginx, "/tile", options.seconds))
    row("sumlog, full hash tile", *ask(ours, "/tile/8/0/000", options.seconds))
    if options.records % 256:
        row("sumlog, tile at the right edge", *ask(ours, edge, options.seconds))
    row("sumlog, data tile", *ask(ours, "/tile/8/data/000", options.seconds))
    row("nginx, static file of 300 bytes", *ask(nginx, "/lookup", options.seconds))
    row("sumlog, lookups of random records", *ask(ours, "", options.seconds, lua))
    row("sumlog, /latest", *ask(ours, "/latest", options.seconds))
    print("sumlog: %.0f MiB at its peak" % peak_mebibytes(ours.pid))
    nginx.stop()
    ours.stop()

    if shutil.which("go"):
        program = os.path.join(work, "xmodserver")
        subprocess.run(["go", "build", "-o", program, "./xmodserver"], check=True,
                       cwd=os.path.join(ROOT, "tests", "interop"))
        theirs = Server([program, "-records", str(options.records)],
                        env=dict(os.environ, GOMAXPROCS="1"))
        row("x/mod server in Go, full hash tile", *ask(theirs, "/tile/8/0/000", options.seconds))
        row("x/mod server in Go, random lookups", *ask(theirs, "", options.seconds, lua))
        theirs.stop()


def tile_name(index):
    """The number of a tile as in its path: x001/234."""
    groups = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        groups.insert(0, "x%03d" % (index % 1000))
    return "/".join(groups)


if __name__ == "__main__":
    main()

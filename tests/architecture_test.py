#!/usr/bin/env python3
"""Goal: the house stays as it is drawn. Includes follow the arrows and third parties stay in their room.

Method: read the edges from the room(...) lines of the top CMakeLists.txt, find the room of every
source file, and judge each #include. A self-test first shows that each kind of wrong include is
found, so that a green run means something.
"""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Header prefix -> rooms that may include it. Anything else that is neither ours nor listed here nor
# the standard library nor absl is an error.
THIRD_PARTY = {
    "rocksdb/": {"storage_rocksdb"},
    "boost/": {"http"},
    "openssl/": {"crypto", "http"},
    "grpc/": {"rpc", "rpc_client"},
    "grpcpp/": {"rpc", "rpc_client"},
    "google/protobuf/": {"rpc", "rpc_client"},
    "sumlog/v1/": {"rpc", "rpc_client"},  # generated from proto/
    "curl/": {"client"},
    "zip.h": {"modzip", "mirror"},  # module zips; bundles
    "zlib.h": {"modzip"},
    "CLI/": {"cli"},
    "nlohmann/": {"admin", "cli", "ops", "server", "log"},
    "spdlog/": {"ops"},
    "toml.hpp": {"ops"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
ROOM = re.compile(r"^room\((\w+)(.*?)\)", re.MULTILINE | re.DOTALL)


def read_rooms(cmake_text):
    """Returns {room: (folder, set of rooms that it uses)} in order of declaration."""
    rooms = {}
    for name, rest in ROOM.findall(cmake_text):
        folder, uses, mode = "src/" + name, set(), None
        words = rest.split()
        for word in words:
            if word in ("DIR", "USES", "THIRD_PARTY"):
                mode = word
            elif mode == "DIR":
                folder = word
            elif mode == "USES":
                uses.add(word)
        rooms[name] = (folder, uses)
    return rooms


def room_of(path, rooms):
    """The room of a source file or of an included header, or None when it is not ours."""
    if path.startswith("include/sumlog/"):
        return path.split("/")[2]
    best = None
    for name, (folder, _) in rooms.items():
        if path.startswith(folder + "/") and (best is None or len(folder) > len(rooms[best][0])):
            best = name
    return best


def resolve(header, rooms):
    """The path in the tree of a header included with quotes."""
    if header.startswith("sumlog/"):
        return "include/" + header
    if header.startswith("storage/"):
        return header
    return "src/" + header


def is_standard(header):
    return "/" not in header and "." not in header


def is_system(header):
    return header.endswith(".h") and (
        "/" not in header or header.split("/")[0] in ("sys", "netinet", "arpa", "linux"))


def judge(path, text, rooms):
    """Returns the wrong includes of one file as texts."""
    wrong = []
    room = room_of(path, rooms)
    if room is None or room not in rooms:
        return ["%s: lies in no room" % path] if path != "src/main.cc" else []
    allowed = rooms[room][1] | {room}
    is_public = path.startswith("include/")
    for bracket, header in INCLUDE.findall(text):
        owner = next((p for p in THIRD_PARTY if header.startswith(p)), None)
        if owner is not None:
            if is_public:
                wrong.append("%s: a public header shows third-party type of %s" % (path, header))
            elif room not in THIRD_PARTY[owner]:
                wrong.append("%s: only %s may include %s" % (
                    path, ", ".join(sorted(THIRD_PARTY[owner])), header))
        elif header.startswith("absl/"):
            continue
        elif bracket == "<":
            if not is_standard(header) and not is_system(header) and header != "immintrin.h":
                wrong.append("%s: unknown third-party header <%s>" % (path, header))
        else:
            target = resolve(header, rooms)
            target_room = room_of(target, rooms)
            if target_room is None or not os.path.exists(os.path.join(ROOT, target)):
                wrong.append("%s: cannot tell where \"%s\" lies" % (path, header))
            elif target_room not in allowed:
                wrong.append("%s: room %s may not use room %s (\"%s\")" % (
                    path, room, target_room, header))
            elif is_public and not header.startswith("sumlog/"):
                wrong.append("%s: a public header includes the private \"%s\"" % (path, header))
    return wrong


def check_edges_point_down(rooms):
    wrong, seen = [], set()
    for name, (_, uses) in rooms.items():
        for used in sorted(uses - seen):
            wrong.append("room %s uses %s, which is not declared above it" % (name, used))
        seen.add(name)
    return wrong


def sources():
    for top in ("include", "src", "storage"):
        for folder, _, files in os.walk(os.path.join(ROOT, top)):
            for name in sorted(files):
                if name.endswith((".h", ".cc")):
                    yield os.path.relpath(os.path.join(folder, name), ROOT)


def self_test(rooms):
    """Each kind of wrong include must be found; a right one must not."""
    cases = [
        ("src/tlog/x.cc", '#include "log/sequencer.h"', 1),
        ("src/gosum/x.cc", '#include "sumlog/tlog/hash.h"', 1),
        ("src/log/x.cc", '#include <rocksdb/db.h>', 1),
        ("src/cli/x.cc", '#include <openssl/evp.h>', 1),
        ("src/server/x.cc", '#include <grpcpp/server.h>', 1),
        ("src/server/x.cc", '#include <sumlog/v1/log.grpc.pb.h>', 1),
        ("src/cli/x.cc", '#include <zip.h>', 1),
        ("include/sumlog/tlog/x.h", '#include "base/check.h"', 1),
        ("include/sumlog/storage/x.h", '#include <rocksdb/db.h>', 1),
        ("src/log/x.cc", '#include <folly/String.h>', 1),
        ("src/log/x.cc", '#include "log/sequencer.h"\n#include <vector>\n'
                         '#include "absl/strings/str_cat.h"\n#include "sumlog/tlog/hash.h"', 0),
    ]
    for path, text, expected in cases:
        found = judge(path, text, rooms)
        if len(found) != expected:
            sys.exit("self-test: %s with %r gave %r" % (path, text, found))
    if not check_edges_point_down(read_rooms("room(a USES b)\nroom(b)\n")):
        sys.exit("self-test: an edge that points up was not found")


def main():
    with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as f:
        rooms = read_rooms(f.read())
    self_test(rooms)
    wrong, count = check_edges_point_down(rooms), 0
    for path in sources():
        count += 1
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            wrong += judge(path, f.read(), rooms)
    for line in wrong:
        print(line)
    print("%d files in %d rooms, %d wrong" % (count, len(rooms), len(wrong)))
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

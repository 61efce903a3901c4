#!/usr/bin/env python3
"""Goal: whoever reads proto/ finds each thing explained, and named the usual way.

Method: protoc says what the files hold, with the comments; each message, field, oneof, enum, value,
service and call is judged. A self-test first shows that each kind of fault is found, so that a green
run means something. Needs Debian's python3-protobuf and protoc.
"""

import os
import re
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

CAMEL = re.compile(r"([A-Z][a-z0-9]+)+")
LOWER_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
UPPER_SNAKE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")

# Numbers of fields of descriptor.proto, of which the paths of comments are made.
FILE_SYNTAX, FILE_MESSAGE, FILE_ENUM, FILE_SERVICE = 12, 4, 5, 6
MESSAGE_FIELD, MESSAGE_NESTED, MESSAGE_ENUM, MESSAGE_ONEOF = 2, 3, 4, 8
ENUM_VALUE = 2
SERVICE_METHOD = 2


class FileJudge:
    """Finds the faults of one file: a list of "<where>: <what>"."""

    def __init__(self, file):
        self.file = file
        self.faults = []
        self.comments = {}
        for location in file.source_code_info.location:
            head = "".join(location.leading_detached_comments) if location.path == [FILE_SYNTAX] else ""
            self.comments[tuple(location.path)] = (head + location.leading_comments).strip()

    def judge(self):
        file = self.file
        self.expect_comment((FILE_SYNTAX,), "the file")
        folder = os.path.dirname(file.name).replace("/", ".")
        self.expect(file.syntax == "proto3", "the file", "is not proto3")
        self.expect(file.package == folder, "the file", f"is in package {file.package}, want {folder}")
        for i, message in enumerate(file.message_type):
            self.judge_message(message, (FILE_MESSAGE, i), "")
        for i, enum in enumerate(file.enum_type):
            self.judge_enum(enum, (FILE_ENUM, i), "")
        for i, service in enumerate(file.service):
            self.judge_service(service, (FILE_SERVICE, i))
        return self.faults

    def judge_message(self, message, path, outer):
        where = outer + message.name
        self.judge_name(message.name, CAMEL, path, where)
        for i, field in enumerate(message.field):
            self.judge_name(field.name, LOWER_SNAKE, path + (MESSAGE_FIELD, i), f"{where}.{field.name}")
        made_up = {field.oneof_index for field in message.field if field.proto3_optional}
        for i, oneof in enumerate(message.oneof_decl):
            if i not in made_up:
                self.judge_name(oneof.name, LOWER_SNAKE, path + (MESSAGE_ONEOF, i), f"{where}.{oneof.name}")
        for i, enum in enumerate(message.enum_type):
            self.judge_enum(enum, path + (MESSAGE_ENUM, i), where + ".")
        for i, nested in enumerate(message.nested_type):
            self.judge_message(nested, path + (MESSAGE_NESTED, i), where + ".")

    def judge_enum(self, enum, path, outer):
        where = outer + enum.name
        self.judge_name(enum.name, CAMEL, path, where)
        prefix = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", enum.name).upper() + "_"
        for i, value in enumerate(enum.value):
            self.judge_name(value.name, UPPER_SNAKE, path + (ENUM_VALUE, i), f"{where}.{value.name}")
            self.expect(value.name.startswith(prefix), f"{where}.{value.name}",
                        f"does not begin with {prefix}")
            self.expect((value.name == prefix + "UNSPECIFIED") == (value.number == 0),
                        f"{where}.{value.name}", f"0 is {prefix}UNSPECIFIED, and nothing else is")

    def judge_service(self, service, path):
        self.judge_name(service.name, CAMEL, path, service.name)
        for i, method in enumerate(service.method):
            where = f"{service.name}.{method.name}"
            self.judge_name(method.name, CAMEL, path + (SERVICE_METHOD, i), where)
            for kind, name in (("Request", method.input_type), ("Response", method.output_type)):
                want = f".{self.file.package}.{method.name}{kind}"
                self.expect(name == want, where, f"has {name}, want {want}")

    def judge_name(self, name, form, path, where):
        self.expect(form.fullmatch(name), where, "is not named the usual way")
        self.expect_comment(path, where)

    def expect_comment(self, path, where):
        comment = self.comments.get(path, "")
        self.expect(comment, where, "has no comment")
        self.expect(not comment or comment.endswith("."), where, "has a comment that breaks off")

    def expect(self, holds, where, what):
        if not holds:
            self.faults.append(f"{where}: {what}")


def faults_below(folder):
    """Returns the faults of all .proto files below `folder`, and how many files there are."""
    names = sorted(
        os.path.relpath(os.path.join(place, name), folder)
        for place, _, found in os.walk(folder) for name in found if name.endswith(".proto"))
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "set")
        subprocess.run(["protoc", "-I", folder, "--include_source_info", "--descriptor_set_out", out, *names],
                       check=True)
        files = descriptor_pb2.FileDescriptorSet()
        with open(out, "rb") as content:
            files.ParseFromString(content.read())
    return [f"{file.name}: {fault}" for file in files.file for fault in FileJudge(file).judge()], len(names)


GOOD = """
// A file.

syntax = "proto3";
package a.v1;

// Calls.
service Things {
  // One call.
  rpc GetThing(GetThingRequest) returns (GetThingResponse);
}

// What.
message GetThingRequest {
  // How much.
  uint64 size_bytes = 1;

  // Perhaps.
  optional uint64 end = 2;

  // Which.
  oneof which {
    // This.
    uint64 this_one = 3;
  }

  // How.
  enum WayOut {
    // Not said.
    WAY_OUT_UNSPECIFIED = 0;

    // Up.
    WAY_OUT_UP = 1;
  }
}

// That.
message GetThingResponse {}
"""

# What is replaced in GOOD, by what, and what is said of it.
BENT = [
    ("// A file.\n", "", "the file: has no comment"),
    ("package a.v1", "package a.v2", "the file: is in package a.v2, want a.v1"),
    ("// Calls.\n", "", "Things: has no comment"),
    ("  // One call.\n", "", "Things.GetThing: has no comment"),
    ("// What.\n", "", "GetThingRequest: has no comment"),
    ("  // How much.\n", "", "GetThingRequest.size_bytes: has no comment"),
    ("How much.", "How", "GetThingRequest.size_bytes: has a comment that breaks off"),
    ("  // Perhaps.\n", "", "GetThingRequest.end: has no comment"),
    ("  // Which.\n", "", "GetThingRequest.which: has no comment"),
    ("    // This.\n", "", "GetThingRequest.this_one: has no comment"),
    ("  // How.\n", "", "GetThingRequest.WayOut: has no comment"),
    ("    // Up.\n", "", "GetThingRequest.WayOut.WAY_OUT_UP: has no comment"),
    ("size_bytes", "sizeBytes", "GetThingRequest.sizeBytes: is not named the usual way"),
    ("service Things", "service things", "things: is not named the usual way"),
    ("rpc GetThing(", "rpc ReadThing(", "Things.ReadThing: has .a.v1.GetThingRequest, want"),
    ("GetThingRe", "Get_ThingRe", "Get_ThingRequest: is not named the usual way"),
    ("WAY_OUT_UP", "UP", "GetThingRequest.WayOut.UP: does not begin with WAY_OUT_"),
    ("WAY_OUT_UNSPECIFIED", "WAY_OUT_DOWN", "WAY_OUT_DOWN: 0 is WAY_OUT_UNSPECIFIED"),
]


def faults_of_text(text):
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, "a/v1"))
        with open(os.path.join(folder, "a/v1/a.proto"), "w", encoding="utf-8") as file:
            file.write(text)
        return faults_below(folder)[0]


def self_test():
    """Returns what this test would overlook."""
    wrong = [f"a good file: {fault}" for fault in faults_of_text(GOOD)]
    for old, new, want in BENT:
        assert old in GOOD
        found = faults_of_text(GOOD.replace(old, new))
        if not any(want in fault for fault in found):
            wrong.append(f"{old!r} replaced by {new!r}: found {found}, want {want!r}")
    return wrong


def main():
    wrong = self_test()
    if wrong:
        print("the test itself is wrong:", *wrong, sep="\n  ")
        return 1
    faults, count = faults_below(os.path.join(ROOT, "proto"))
    if faults or count == 0:
        print(f"{len(faults)} faults in {count} files:", *faults, sep="\n  ")
        return 1
    print(f"{count} files of proto/ are explained, and named the usual way")
    return 0


if __name__ == "__main__":
    sys.exit(main())

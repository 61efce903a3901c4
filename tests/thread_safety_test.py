#!/usr/bin/env python3
"""Goal: every member that a lock guards is touched under that lock.

Method: clang 14 reads every product file with -Wthread-safety (g++ has no such check), without
making code. A file with a known mistake must be refused first, so that a green run means something.

usage: thread_safety_test.py <build folder with compile_commands.json>
"""

import os
import subprocess
import sys

from compile_commands import ROOT, run_on_each

CLANG = ["clang++-14", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wthread-safety",
         "-Werror"]

MISTAKE = """
#include "base/mutex.h"
class Counter {
 public:
  void Add() { ++count_; }
 private:
  sumlog::Mutex mu_;
  int count_ ABSL_GUARDED_BY(mu_) = 0;
};
void Use() { Counter counter; counter.Add(); }
"""


def main():
    mistake = subprocess.run(CLANG + ["-I" + os.path.join(ROOT, "src"), "-x", "c++", "-"],
                             input=MISTAKE, text=True, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    if mistake.returncode == 0 or "thread-safety" not in mistake.stderr:
        sys.exit("self-test: an unguarded access was not found:\n" + mistake.stderr)
    return run_on_each(sys.argv[1], lambda path, arguments: CLANG + arguments + [path])


if __name__ == "__main__":
    sys.exit(main())

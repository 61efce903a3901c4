#!/usr/bin/env python3
"""Runs clang-tidy 14 with the checks of .clang-tidy over every product file.

usage: clang_tidy.py <build folder with compile_commands.json>
"""

import sys

from compile_commands import run_on_each


def main():
    return run_on_each(sys.argv[1], lambda path, arguments: (
        ["clang-tidy-14", "--quiet", path, "--", "-std=c++20"] + arguments))


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env bash
# Goal: every C++ file is as clang-format 14 writes it.
set -euo pipefail
cd "$(dirname "$0")/.."
find include src storage tests bench \( -name '*.h' -o -name '*.cc' \) -print0 |
  xargs -0 -n 20 -P 2 clang-format-14 --dry-run -Werror

"""Runs a clang tool over the product's own files, as a compile_commands.json lists them."""

import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def product_files(build_folder):
    """[(path relative to the tree, folder, list of -I, -isystem, -D arguments)] of src and storage."""
    with open(os.path.join(build_folder, "compile_commands.json"), encoding="utf-8") as f:
        entries = json.load(f)
    files = {}
    for entry in entries:
        path = os.path.relpath(entry["file"], ROOT)
        if not path.startswith(("src/", "storage/")):
            continue
        arguments, words = [], shlex.split(entry["command"])
        for i, word in enumerate(words):
            if word.startswith(("-I", "-D")):
                arguments.append(word)
            elif word == "-isystem":
                arguments += [word, words[i + 1]]
        files[path] = (path, entry["directory"], arguments)
    return [files[path] for path in sorted(files)]


def run_on_each(build_folder, command_for):
    """Runs command_for(path, arguments) for each file, two at a time; returns the exit code."""
    files = product_files(build_folder)
    if not files:
        sys.exit("no files of src or storage in " + build_folder)

    def run(item):
        path, folder, arguments = item
        result = subprocess.run(command_for(os.path.join(ROOT, path), arguments), cwd=folder,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return path, result.returncode, result.stdout

    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for path, code, output in pool.map(run, files):
            if code != 0:
                failed += 1
                print("%s:\n%s" % (path, output))
    print("%d files, %d wrong" % (len(files), failed))
    return 1 if failed else 0

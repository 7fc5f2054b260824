#!/usr/bin/env python3
"""Runs clang-tidy over the sources of the library, the programs and the examples: `tidy.py BUILD_FOLDER`.

A file that passed is not looked at again until it, the project's headers it includes, its command, the
configuration or clang-tidy itself change.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
SECONDS_PER_FILE = 240


def find_tool():
    for name in ("clang-tidy-19", "clang-tidy"):
        path = shutil.which(name)
        if path:
            version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
            number = re.search(r"version (\d+)", version)
            if number and int(number.group(1)) >= 16:
                return path, version
    sys.exit("tidy: clang-tidy 19 is needed (scripts/install-dependencies installs it)")


class Contents:
    """The text of a file together with that of every project header it reaches."""

    def __init__(self, folders):
        self.folders = folders
        self.read = {}

    def reached(self, path, into):
        if path in into:
            return into
        if path not in self.read:
            with open(path, "rb") as file:
                self.read[path] = file.read()
        into[path] = self.read[path]
        for name in INCLUDE.findall(into[path].decode(errors="replace")):
            for folder in [os.path.dirname(path), *self.folders]:
                found = os.path.normpath(os.path.join(folder, name))
                if os.path.isfile(found):
                    self.reached(found, into)
                    break
        return into


def key(entry, contents, fixed):
    digest = hashlib.sha256(fixed)
    digest.update(entry["command"].encode())
    for path, text in sorted(contents.reached(entry["file"], {}).items()):
        digest.update(path.encode() + b"\0" + hashlib.sha256(text).digest())
    return digest.hexdigest()


def check(tool, build, path):
    try:
        # The commands are g++'s, with switches that clang does not know.
        run = subprocess.run(
            [tool, "-p", build, "--quiet", "--extra-arg=-Wno-unknown-warning-option", path],
            capture_output=True, text=True, timeout=SECONDS_PER_FILE, check=False)
        return run.returncode, run.stdout
    except subprocess.TimeoutExpired:
        return 1, f"{path}: not done after {SECONDS_PER_FILE} s\n"


def main(build):
    build = os.path.abspath(build)
    tool, version = find_tool()
    with open(os.path.join(ROOT, ".clang-tidy"), "rb") as file:
        fixed = version.encode() + file.read()
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    wanted = tuple(os.path.join(ROOT, folder, "") for folder in ("src", "examples"))
    entries = {entry["file"]: entry for entry in commands if entry["file"].startswith(wanted)}

    cache = os.path.join(ROOT, "build", "tidy")
    os.makedirs(cache, exist_ok=True)
    contents = Contents([os.path.join(ROOT, "include"), os.path.join(ROOT, "src"), os.path.join(build, "include")])
    stamps = {path: os.path.join(cache, key(entry, contents, fixed)) for path, entry in entries.items()}
    pending = [path for path, stamp in stamps.items() if not os.path.exists(stamp)]

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        runs = {pool.submit(check, tool, build, path): path for path in sorted(pending)}
        for run in concurrent.futures.as_completed(runs):
            status, output = run.result()
            if status == 0:
                with open(stamps[runs[run]], "w", encoding="utf-8"):
                    pass
            else:
                failed += 1
                print(output or f"{runs[run]}: clang-tidy ended with {status}", flush=True)
    print(f"clang-tidy: {len(entries)} files, {len(pending)} looked at, {failed} with problems", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: tidy.py BUILD_FOLDER")
    sys.exit(main(sys.argv[1]))

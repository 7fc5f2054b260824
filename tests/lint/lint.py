#!/usr/bin/env python3
"""Checks the project's own rules: `lint.py [ROOT]`. Prints PATH:LINE: [rule] message; exits with 1 on a problem.

A line that ends in a comment with NOLINT(rule): reason is exempt from that rule.
"""

import os
import shutil
import subprocess
import sys

import classes
import coroutines
import layers
import pages
import picture
import texts

CPP = (".hpp", ".cpp")
CODE = CPP + (".py", ".sh", ".cmake", "CMakeLists.txt")
SKIPPED_FOLDERS = {".git", "build", "out", "__pycache__"}

FILE_RULES = [
    ("await", CPP, lambda path, text: coroutines.await_problems(text)),
    ("default-argument", CPP, lambda path, text: coroutines.default_argument_problems(text)),
    ("banned", CPP, lambda path, text: coroutines.banned_problems(text)),
    ("header", CPP, texts.header_problems),
    ("length", CODE, texts.length_problems),
    ("columns", CPP, texts.column_problems),
    ("text", ("",), texts.text_problems),
]


def project_files(root):
    """The project's files, tracked or new, relative to its root."""
    is_checkout = os.path.exists(os.path.join(root, ".git")) and shutil.which("git")
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False) if is_checkout else None
    if listed and listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
        return sorted(name for name in set(names) if name and os.path.isfile(os.path.join(root, name)))
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def problems(files):
    """Yields (path, line, rule, message) for a map of paths to texts."""
    for path, text in files.items():
        for rule, endings, check in FILE_RULES:
            if path.endswith(endings):
                for line, message in check(path, text):
                    yield path, line, rule, message
    public = {path: text for path, text in files.items()
              if path.startswith("include/") and path.endswith(".hpp")}
    for path, line, message in classes.constructor_problems(public):
        yield path, line, "constructor", message
    for path, line, message in layers.layer_problems(files):
        yield path, line, "layers", message
    for path, line, message in texts.quote_problems(files):
        yield path, line, "quote", message
    for path, line, message in pages.page_problems(files):
        yield path, line, "page", message
    for path, line, message in picture.picture_problems(files):
        yield path, line, "picture", message


def exempt(text, line, rule):
    lines = text.splitlines()
    return 0 < line <= len(lines) and f"NOLINT({rule}):" in lines[line - 1]


def read_files(root):
    """The project's texts by path."""
    files = {}
    for path in project_files(root):
        try:
            with open(os.path.join(root, path), encoding="utf-8") as file:
                files[path] = file.read()
        except UnicodeDecodeError:
            continue
    return files


def main(root):
    files = read_files(root)
    found = sorted(problem for problem in problems(files)
                   if not exempt(files[problem[0]], problem[1], problem[2]))
    for path, line, rule, message in found:
        print(f"{path}:{line}: [{rule}] {message}")
    print(f"{len(files)} files, {len(found)} problems", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else os.getcwd()))

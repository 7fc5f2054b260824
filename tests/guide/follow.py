#!/usr/bin/env python3
"""Follows a guide word for word: types its commands, saves its files, and compares what is printed.

    follow.py docs/first-hour.md                      the whole guide, as this user on this machine
    follow.py docs/first-hour.md --shell 'chroot DIR env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin bash'
                                                      the whole guide, in a bare root
    follow.py docs/first-hour.md --installed PREFIX   without building and installing: with what is in PREFIX, in a home
                                                      folder and a network of its own

Exits with 77 when that network, or a program that the guide installs, is not to be had.
"""

import argparse
import fcntl
import os
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import guide
from terminal import Terminal, TerminalError

PRINT_LIMIT = 30
BLOCK_LIMIT = 150
WHOLE_LIMIT = 3600
SKIPPED = 77
INSIDE = "FOLLOW_INSIDE_PRIVATE_NETWORK"
NEEDED = ("python3", "node", "curl", "cmake", "ninja")


class Failure(Exception):
    pass


class Follower:
    def __init__(self, shell, environment, root):
        self.shell = shell
        self.environment = environment
        self.root = root
        self.terminals = {}

    def terminal(self, name):
        if name not in self.terminals:
            self.terminals[name] = Terminal(self.shell, self.environment)
        return self.terminals[name]

    def close(self):
        # The room service last: the others speak to it.
        for terminal in reversed(self.terminals.values()):
            terminal.close()

    def type(self, block):
        terminal = self.terminal(block.terminal)
        if block.interrupt:
            terminal.interrupt()
        terminal.type(block.commands)
        if not block.runs_on:
            first, last = terminal.finish(WHOLE_LIMIT if block.whole else BLOCK_LIMIT)
            if block.status == 0 and first != 0:
                raise Failure(f"a command failed with {first}:\n{terminal.printed()}")
            if block.status and last != block.status:
                raise Failure(f"exit status {last} and not {block.status}:\n{terminal.printed()}")
        self.compare(block)

    def compare(self, block):
        seen = self.terminal(block.seen_in)
        # What ended has printed all it had to say.
        limit = PRINT_LIMIT if seen.busy else 0
        if block.printed:
            seen.wait(lambda: not guide.missing_lines(block.printed, seen.printed()), limit,
                      "not all of this is printed, in this order:\n" + "\n".join(block.printed))
        elif block.fragment:
            seen.wait(lambda: block.fragment in seen.printed(), limit, "not printed: " + block.fragment)
            if block.http_status and f"HTTP {block.http_status}" not in seen.printed().splitlines():
                raise Failure(f"the status is not {block.http_status}:\n{seen.printed()}")
        elif block.runs_on:
            seen.wait(lambda: seen.printed().strip(), limit, "nothing printed")

    def save(self, file):
        if file.text != (self.root / file.source).read_text():
            raise Failure(f"this is not what stands in {file.source}")
        # examples/first_hour/matchmaker/main.cpp is the reader's ~/first-hour/matchmaker/main.cpp
        _, folder, *place = Path(file.source).parts
        target = f"~/{folder.replace('_', '-')}/{'/'.join(place)}"
        terminal = self.terminal("save")
        terminal.type(f"cat >{target} <<'END_OF_FILE'\n{file.text}END_OF_FILE\n")
        if terminal.finish(BLOCK_LIMIT)[0] != 0:
            raise Failure(f"can't save {target}: {terminal.printed()}")


def title(step):
    if isinstance(step, guide.File):
        return "save " + step.source
    lines = step.commands.strip().splitlines()
    return f"{step.terminal}$ {lines[0]}" + (f" (+{len(lines) - 1})" if len(lines) > 1 else "")


def follow(path, follower, whole):
    steps = guide.read(path.read_text())
    began = time.monotonic()
    try:
        for step in steps:
            left_out = isinstance(step, guide.Block) and step.whole and not whole
            print(f"{time.monotonic() - began:6.1f} s  {path.name}:{step.line}: "
                  f"{'(left out) ' if left_out else ''}{title(step)}", flush=True)
            if left_out:
                continue
            try:
                follower.save(step) if isinstance(step, guide.File) else follower.type(step)
            except (Failure, TerminalError) as failure:
                print(f"{path}:{step.line}: {failure}", file=sys.stderr)
                for name, terminal in follower.terminals.items():
                    print(f"---- terminal {name}:\n{terminal.printed()[-2000:]}", file=sys.stderr)
                return 1
    finally:
        follower.close()
    print(f"{len(steps)} steps followed in {time.monotonic() - began:.0f} s")
    return 0


def in_private_network(arguments):
    """Runs this program again where the guide's port numbers are free, whoever else uses them on this machine."""
    wrapped = ["unshare", "--net"] + (["--user", "--map-root-user"] if os.getuid() else [])
    if subprocess.run([*wrapped, "true"], capture_output=True, check=False).returncode != 0:
        print("skipped: this system allows no network of one's own (unshare --net)", file=sys.stderr)
        return SKIPPED
    os.environ[INSIDE] = "1"
    return os.execvp(wrapped[0], [*wrapped, sys.executable, *arguments])


def bring_loopback_up():
    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, get_flags, request))[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", flags | up))


def make_home(home, prefix, root):
    """A home in which the steps that build and install have been done."""
    (home / ".local").mkdir()
    for entry in prefix.iterdir():
        (home / ".local" / entry.name).symlink_to(entry)
    (home / "roomport").symlink_to(root)


def follow_installed(path, prefix, root):
    missing = [program for program in NEEDED if not shutil.which(program)]
    if missing:
        print("skipped: not installed: " + ", ".join(missing), file=sys.stderr)
        return SKIPPED
    bring_loopback_up()
    kept = {name: os.environ[name] for name in ("PATH", "CXX", "CMAKE_CXX_COMPILER_LAUNCHER")
            if name in os.environ}
    kept["CCACHE_DIR"] = os.environ.get("CCACHE_DIR", os.path.expanduser("~/.cache/ccache"))
    with tempfile.TemporaryDirectory(prefix="roomport-guide-") as folder:
        home = Path(folder)
        make_home(home, prefix, root)
        return follow(path, Follower(["bash"], dict(kept, HOME=folder, LANG="C.UTF-8"), root), whole=False)


def main():
    parser = argparse.ArgumentParser(description="Follows a guide word for word.")
    parser.add_argument("guide", type=Path)
    parser.add_argument("--shell", default="bash", help="the command that starts a terminal's shell")
    parser.add_argument("--installed", type=Path, metavar="PREFIX", help="use what is installed there")
    options = parser.parse_args()
    path = options.guide.resolve()
    root = path.parent.parent
    # What was started is ended in any case.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if not options.installed:
        return follow(path, Follower(shlex.split(options.shell), None, root), whole=True)
    if INSIDE not in os.environ:
        return in_private_network(sys.argv)
    return follow_installed(path, options.installed.resolve(), root)


if __name__ == "__main__":
    sys.exit(main())

"""Reads a guide: what its reader is to type, what is to be printed, and which files are to be saved.

A fenced block of `sh` is typed into a terminal, a block of `text` is what the block before it prints. A block after
`<!-- quoted from examples/FOLDER/FILE -->` is saved. Comments that the reader doesn't see tell the rest:

    <!-- follow: KEYS -->        about the fenced block of `sh` that comes next
    <!-- follow: KEYS            a block of its own; the code that begins the list item below, if any, is what it prints
    COMMANDS
    -->

A status after that code, as in `code` — 404:, is to be printed too, as a line "HTTP 404".

    terminal=NAME   where it is typed; `work` when not given
    interrupt       Ctrl-C is pressed there before
    runs-on         it doesn't end by itself; what it prints is waited for
    seen-in=NAME    what is printed comes in that terminal
    status=N        the exit status of its last command; 0 when not given, any when the block is in a comment
    whole           typed only when the whole guide is followed, installation included
"""

import re

KEYS = {"terminal", "interrupt", "runs-on", "seen-in", "status", "whole"}
PART = re.compile(
    r"^<!-- follow:(?P<keys>[^\n]*?)(?P<hidden>\n.*?)?(?:\n| )?-->$"
    r"|^<!-- quoted from (?P<file>\S+) -->$"
    r"|^```(?P<language>\w*)\n(?P<body>.*?)^```$"
    r"|^- `(?P<item>[^`]+)`(?: — (?P<http>\d{3}):)?", re.MULTILINE | re.DOTALL)


class Block:
    """Something to type: a visible block, or one in a comment."""

    def __init__(self, line, commands, keys, hidden):
        self.line = line
        self.commands = commands
        self.terminal = keys.get("terminal", "work")
        self.interrupt = "interrupt" in keys
        self.runs_on = "runs-on" in keys
        self.seen_in = keys.get("seen-in", self.terminal)
        self.status = int(keys["status"]) if "status" in keys else None if hidden else 0
        self.whole = "whole" in keys
        # Whole lines to be printed, and a fragment of one.
        self.printed = []
        self.fragment = None
        self.http_status = None


class File:
    """Something to save."""

    def __init__(self, line, source, text):
        self.line = line
        self.source = source
        self.text = text


class GuideError(Exception):
    pass


def read(text):
    """The steps of a guide, in order."""
    steps = []
    keys = source = open_block = None
    end = 0
    for part in PART.finditer(text):
        line = text.count("\n", 0, part.start()) + 1
        adjacent = not text[end:part.start()].strip()
        end = part.end()
        if keys is not None and part["language"] != "sh":
            raise GuideError(f"line {line}: a comment about a block of sh comes before something else")
        if part["keys"] is not None:
            keys = read_keys(line, part["keys"])
            if part["hidden"] is not None:
                open_block = Block(line, part["hidden"].strip() + "\n", keys, True)
                steps.append(open_block)
                keys = None
        elif part["file"]:
            source = part["file"]
        elif part["item"]:
            # A list elsewhere in the text says nothing of a block.
            if open_block and adjacent:
                open_block.fragment = part["item"]
                open_block.http_status = part["http"]
            open_block = None
        elif source:
            steps.append(File(line, source, part["body"]))
            source = None
        elif part["language"] == "sh":
            open_block = Block(line, part["body"], keys or {}, False)
            steps.append(open_block)
            keys = None
        elif part["language"] == "text" and steps and isinstance(steps[-1], Block):
            steps[-1].printed = part["body"].splitlines()
        else:
            raise GuideError(f"line {line}: this block is neither typed, nor printed, nor quoted from a file")
    for step in steps:
        if isinstance(step, Block) and step.runs_on and not step.printed and not step.fragment and step.status == 0:
            raise GuideError(f"line {step.line}: nothing says when this command has begun its work")
    return steps


def read_keys(line, text):
    keys = {}
    for word in text.split():
        key, _, value = word.partition("=")
        if key not in KEYS:
            raise GuideError(f"line {line}: unknown key {key!r}")
        keys[key] = value
    return keys


def alike(text):
    """A text with what differs from one run to the next taken out of it."""
    text = re.sub(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "PROCESS", text)
    # A made-up room id, or its beginning with an ellipsis.
    text = re.sub(r"\b[a-z\d]{20}\b|\b[a-z\d]{4}…", "ROOM", text)
    return re.sub(r"\d+", "N", text)


def missing_lines(expected, output):
    """The expected lines that are not printed, in this order; `…` stands for anything."""
    lines = iter([alike(line.rstrip()) for line in output.splitlines()])
    missing = []
    for line in expected:
        pattern = ".*".join(re.escape(piece) for piece in alike(line).split("…"))
        if not any(re.fullmatch(pattern, printed) for printed in lines):
            missing.append(line)
    return missing

"""What a page about the code names in backticks is there: files, folders, functions, other names.

A function, `name()`, has to stand in one of the files that are named beside it: in its row of a table, or in its paragraph.
A file may be named by its path or, where that is clear, by its end; `*` and `NAME` stand for any text in a path.
"""

import re
from fnmatch import fnmatchcase

PAGES = ("docs/architecture.md", "CONTRIBUTING.md")
# The way through the code is short: the first column of its table names no more files. More tell of a detour.
MOST_FILES = {"## The way of a room id down": 12, "## The way of a port back up": 18}

CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^[\w.*/-]+\.(?:hpp|cpp|py|mjs|cmake|md|txt|json|toml|dox|awk|svg|in|hpp\.in)$")
FOLDER = re.compile(r"^[\w.*-]+(?:/[\w.*-]+)*/$")
SCRIPT = re.compile(r"^scripts/[\w-]+$")
FUNCTION = re.compile(r"^([\w:~]+)\(\)$")
NAME = re.compile(r"^[a-z]\w*(?:::\w+)*$")
PLACEHOLDER = re.compile(r"NAME")


def page_problems(files):
    """Yields (path, line, message)."""
    words = None
    for page in PAGES:
        if page not in files:
            continue
        words = words or _words(files)
        text = FENCE.sub(lambda match: re.sub(r"[^\n]", "", match.group()), files[page])
        for line, block in _blocks(text):
            for message in _block_problems(files, words, block):
                yield page, line, message
        for heading, most in MOST_FILES.items():
            section = _section(text, heading)
            if section is not None:
                firsts = " ".join(line.split("|")[1] for line in section.split("\n") if line.startswith("|"))
                named = {name for name in _code(firsts) if FILE.match(name)}
                if len(named) > most:
                    line = text[:text.index(heading)].count("\n") + 1
                    yield page, line, f"{len(named)} files on this way; {most} at most"


def _block_problems(files, words, block):
    named = []
    for name in _code(block):
        if FILE.match(name):
            found = _find(files, name)
            if not found:
                yield f"there is no file {name}"
            elif len(found) > 1 and not _is_pattern(name):
                yield f"{name} is the end of {len(found)} paths: say which"
            named += found
        elif SCRIPT.match(name) and name not in files:
            yield f"there is no file {name}"
        elif FOLDER.match(name) and not _folders(files, name):
            yield f"there is no folder {name}"
    for name in _code(block):
        function = FUNCTION.match(name)
        if function:
            last = function.group(1).rsplit("::", 1)[-1]
            called = re.compile(rf"(?<!\w){re.escape(last)}(?:<[^;(]*>)?\s*\(")
            if not any(called.search(files[path]) for path in named):
                yield f"{name} is in none of the files named beside it"
        elif NAME.match(name):
            for word in re.split("::", name):
                if word not in words:
                    yield f"nothing is called {word}"


def _code(text):
    return CODE.findall(text)


def _is_pattern(name):
    return "*" in name or PLACEHOLDER.search(name)


def _find(files, name):
    if name in files:
        return [name]
    pattern = PLACEHOLDER.sub("*", name)
    return [path for path in files if fnmatchcase(path, pattern) or fnmatchcase(path, "*/" + pattern)]


def _folders(files, name):
    pattern = PLACEHOLDER.sub("*", name) + "*"
    return any(fnmatchcase(path, pattern) for path in files)


def _words(files):
    found = set()
    for path, text in files.items():
        if path not in PAGES and not path.startswith("tests/lint/") and not path.endswith(".md"):
            found.update(re.findall(r"\w+", text))
    return found


def _blocks(text):
    """Yields (line, text): the rows of tables, the items of lists, the paragraphs."""
    block, start = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        begins = line.startswith("|") or re.match(r"\s*(?:[-*]|\d+\.) ", line)
        if block and (begins or not line.strip()):
            yield start, "\n".join(block)
            block = []
        if line.strip():
            if not block:
                start = number
            block.append(line)
    if block:
        yield start, "\n".join(block)


def _section(text, heading):
    begin = text.find(heading + "\n")
    if begin < 0:
        return None
    end = text.find("\n## ", begin + 1)
    return text[begin:end if end >= 0 else len(text)]

"""Rules for any text of the project."""

import re

# A class with one job is not cut to please a limit; a file beyond this has several.
MAX_LINES = 700
MAX_COLUMNS = 132
MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:work|root|home|Users)/[\w.]")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")


def text_problems(path, text):
    """Yields (line, message)."""
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE_PATH.search(line):
            yield number, "names a path of one machine"
        if UNFINISHED.search(line):
            yield number, "names unfinished work"


def length_problems(path, text):
    lines = text.count("\n")
    if lines > MAX_LINES:
        yield MAX_LINES + 1, f"{lines} lines in one file; {MAX_LINES} at most: give its jobs files of their own"


def column_problems(path, text):
    """Comments may be wider than code, which clang-format keeps narrow, but not without end."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_COLUMNS and 'R"' not in line:
            yield number, f"{len(line)} columns; {MAX_COLUMNS} at most"


def header_problems(path, text):
    if not path.endswith(".hpp"):
        return
    if not text.startswith("#pragma once\n"):
        yield 1, "a header begins with #pragma once"
    for match in re.finditer(r"^\s*using namespace\b", text, re.MULTILINE):
        yield text.count("\n", 0, match.end()) + 1, "no `using namespace` in a header"


QUOTE = re.compile(r"^<!-- quoted from (\S+) -->\n+```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def quote_problems(files):
    """Yields (path, line, message) for code in a document that differs from the file it is quoted from."""
    for path, text in files.items():
        if not path.endswith(".md"):
            continue
        for match in QUOTE.finditer(text):
            source = files.get(match.group(1))
            line = text.count("\n", 0, match.start()) + 1
            if source is None:
                yield path, line, f"quotes {match.group(1)}, which does not exist"
            elif not _contains(source.splitlines(), match.group(2).splitlines()):
                yield path, line, f"the quotation differs from {match.group(1)}"


def _contains(lines, quoted):
    """Whether the quoted lines follow each other in lines, all with the same further indentation or none."""
    for start in range(len(lines) - len(quoted) + 1):
        part = lines[start:start + len(quoted)]
        first = next((index for index, line in enumerate(quoted) if line.strip()), None)
        if first is None:
            return False
        indent = part[first][:len(part[first]) - len(part[first].lstrip())]
        indent = indent[:max(0, len(indent) - (len(quoted[first]) - len(quoted[first].lstrip())))]
        if all(line == (indent + quote if quote else "") for line, quote in zip(part, quoted)):
            return True
    return False

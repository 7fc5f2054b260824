"""A lower part never includes a higher one."""

import re

BELOW = {
    "common": set(),
    "model": {"common"},
    "json": {"common", "model"},
    "http": {"common"},
    "wait": {"common", "model"},
    "hathora": {"common", "model", "json", "http", "wait"},
    "client": {"common", "model", "json", "http", "wait", "hathora"},
    "httpd": {"common", "http"},
    "program": {"common", "model", "json", "http", "wait", "hathora", "client"},
    "server": {"common", "model", "json", "http", "wait", "hathora", "client", "httpd", "program"},
    "cli": {"common", "model", "json", "http", "wait", "hathora", "client", "httpd", "program",
            "server"},
}
BELOW["poller"] = BELOW["server"]
PROGRAMS = {"program", "server", "cli", "poller"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def part_of(path):
    """The part a file of the project belongs to, or None."""
    folders = path.split("/")
    if folders[:2] == ["include", "roomport"]:
        return _public_part("/".join(folders[2:]))
    if folders[0] == "src" and len(folders) > 2:
        return folders[1]
    return None


def _public_part(rest):
    first = rest.split("/")[0].removesuffix(".hpp")
    return first if first in BELOW else "common"


def layer_problems(path, text):
    """Yields (line, message) for includes that go up, or into what is not for the file's eyes."""
    part = part_of(path)
    public = path.startswith("include/")
    user = path.startswith("examples/") and part is None
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        name = match.group(2)
        first = name.split("/")[0]
        if first == "roomport":
            used, private = _public_part(name[len("roomport/"):]), False
        elif match.group(1) == '"' and first in BELOW and "/" in name:
            used, private = first, True
        else:
            continue
        if private and (public or user):
            yield line, f"{name} is not public"
        elif part is None:
            continue
        elif used != part and used not in BELOW.get(part, set()):
            yield line, f"{part} must not know {used}: {name}"
        elif private and part in PROGRAMS and used not in PROGRAMS | {"httpd"}:
            yield line, f"{part} is a program and uses the library's public headers only: {name}"

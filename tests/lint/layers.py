"""A lower part never includes a higher one. What a part may know is said once, in src/*/CMakeLists.txt."""

import re

# roomport_part(NAME ... DEPENDS part...) and roomport_program(NAME ... PARTS part...), whose parts are what it may know.
CALL = re.compile(r"^\s*roomport_(?:part|program)\((.*?)\)", re.MULTILINE | re.DOTALL)
KEYWORDS = {"SOURCES", "APART", "DEPENDS", "LIBRARIES", "PARTS", "INSTALL"}
# What embedders link is this part and what lies below it.
LIBRARY = "client"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


class Layers:
    """The parts of the project, each with all parts below it."""

    def __init__(self, files):
        named = {}
        for path, text in files.items():
            folders = path.split("/")
            if len(folders) == 3 and folders[0] == "src" and folders[2] == "CMakeLists.txt":
                named[folders[1]] = set(_dependencies(text)) - {folders[1]}
        self.below = {part: _reachable(named, part) for part in named}
        self.library = self.below.get(LIBRARY, set()) | {LIBRARY}

    def part_of(self, path):
        """The part a file of the project belongs to, or None."""
        folders = path.split("/")
        if folders[:2] == ["include", "roomport"]:
            return self._public_part("/".join(folders[2:]))
        if folders[0] == "src" and len(folders) > 2:
            return folders[1]
        return None

    def included_parts(self, path, text):
        """Yields (line, name, part, whether it is private) for the includes of the project's own headers."""
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(2)) + 1
            name = match.group(2)
            first = name.split("/")[0]
            if first == "roomport":
                yield line, name, self._public_part(name[len("roomport/"):]), False
            elif match.group(1) == '"' and first in self.below and "/" in name:
                yield line, name, first, True

    def problems(self, path, text):
        """Yields (line, message) for includes that go up, or into what is not for the file's eyes."""
        part = self.part_of(path)
        if path.startswith("src/") and part is not None and part not in self.below:
            yield 1, f"src/{part}/CMakeLists.txt is missing: a folder of src is a part that names those it may know"
            return
        public = path.startswith("include/")
        user = path.startswith("examples/")
        for line, name, used, private in self.included_parts(path, text):
            if private and (public or user):
                yield line, f"{name} is not public"
            elif part is None or used == part:
                continue
            elif used not in self.below.get(part, set()):
                yield line, f"{part} must not know {used}: {name}"
            elif private and LIBRARY in self.below[part] and used in self.library:
                yield line, f"{part} is a program and uses the library's public headers only: {name}"

    def cycles(self):
        """The parts that lie below themselves."""
        return sorted(part for part, below in self.below.items() if part in below)

    def _public_part(self, rest):
        first = rest.split("/")[0].removesuffix(".hpp")
        return first if first in self.below else "common"


def layer_problems(files):
    """Yields (path, line, message)."""
    layers = Layers(files)
    for part in layers.cycles():
        yield f"src/{part}/CMakeLists.txt", 1, f"{part} depends on itself"
    for path, text in files.items():
        if path.endswith((".hpp", ".cpp")):
            for line, message in layers.problems(path, text):
                yield path, line, message


def _dependencies(text):
    for call in CALL.findall(text):
        keyword = None
        for word in call.split():
            if word in KEYWORDS:
                keyword = word
            elif keyword in {"DEPENDS", "PARTS"}:
                yield word


def _reachable(named, part):
    """All parts below one; what isn't a folder of src (a target within a part) is left out."""
    seen = set()
    pending = sorted(named[part])
    while pending:
        below = pending.pop()
        if below in named and below not in seen:
            seen.add(below)
            pending += named[below]
    return seen

#!/usr/bin/env python3
"""Draws the pictures of docs/architecture.md from the includes: `picture.py ROOT` puts them into the page.

An arrow says "includes". Where one follows from others it is left out, unless the picture has a circle.
"""

import os
import re
import sys

import layers

PAGE = "docs/architecture.md"
DRAWN = re.compile(r"(<!-- drawn from the includes: (\S+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def picture_problems(files):
    """Yields (path, line, message) for pictures that differ from what would be drawn now, and for parts that it does not explain."""
    page = files.get(PAGE)
    if page is None:
        return
    for part in sorted(layers.Layers(files).below):
        if f"\n| `{part}` |" not in page:
            yield PAGE, 1, f"the table of parts has no row for {part}"
    for match in DRAWN.finditer(page):
        if match.group(3) != draw(files, match.group(2)):
            line = page.count("\n", 0, match.start()) + 1
            yield PAGE, line, f"the picture of {match.group(2)} is not what the includes say: scripts/lint --fix draws it"


def redrawn(files):
    """The page with its pictures drawn anew."""
    return DRAWN.sub(lambda match: match.group(1) + draw(files, match.group(2)) + match.group(4), files[PAGE])


def draw(files, subject):
    """The picture of all parts (`parts`), or of the folders within one."""
    table = layers.Layers(files)
    edges = _part_edges(files, table) if subject == "parts" else _folder_edges(files, table, subject)
    nodes = sorted(set(edges).union(*edges.values()))
    lines = ["```mermaid", "flowchart TD"]
    lines += [f'    {_id(node)}["{node}"]' for node in nodes]
    lines += [f"    {_id(above)} --> {_id(below)}" for above, below in _reduced(edges)]
    return "\n".join(lines + ["```", ""])


def _part_edges(files, table):
    edges = {part: set() for part in table.below}
    for path, text in files.items():
        part = table.part_of(path)
        if part in edges and path.endswith((".hpp", ".cpp")):
            edges[part] |= {used for _, _, used, _ in table.included_parts(path, text)} - {part}
    return edges


def _folder_edges(files, table, part):
    edges = {}
    for path, text in files.items():
        if path.startswith(f"src/{part}/") and path.endswith((".hpp", ".cpp")):
            folder = os.path.dirname(path).removeprefix("src/")
            used = {os.path.dirname(name) for _, name, to, private in table.included_parts(path, text)
                    if private and to == part}
            edges.setdefault(folder, set()).update(used - {folder})
    return edges


def _reduced(edges):
    below = {node: _reachable(edges, node) for node in edges}
    has_circle = any(node in below[node] for node in edges)
    for above in sorted(edges):
        for to in sorted(edges[above]):
            others = edges[above] - {to}
            if has_circle or not any(to in below.get(other, set()) for other in others):
                yield above, to


def _reachable(edges, node):
    seen = set()
    pending = list(edges[node])
    while pending:
        below = pending.pop()
        if below not in seen:
            seen.add(below)
            pending += edges.get(below, ())
    return seen


def _id(node):
    return node.replace("/", "_")


def main(root):
    import lint  # pylint: disable=import-outside-toplevel,cyclic-import
    files = lint.read_files(root)
    with open(os.path.join(root, PAGE), "w", encoding="utf-8") as page:
        page.write(redrawn(files))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.getcwd())

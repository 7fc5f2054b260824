"""Public types that own something need a constructor of their own: as aggregates g++ 12 destroys them twice."""

import re

from cpp import Source

OWNING = {"string", "vector", "map", "unordered_map", "set", "deque", "list", "function", "shared_ptr", "unique_ptr",
          "weak_ptr", "any", "any_completion_handler", "any_io_executor"}
NOT_MEMBERS = {"using", "friend", "static", "typedef", "enum", "template", "struct", "class", "operator",
               "static_assert", "explicit", "virtual"}


def constructor_problems(files):
    """Yields (path, line, message). `files` maps the paths of all public headers to their texts."""
    classes = []
    for path, text in files.items():
        classes += [(path, *found) for found in _classes(Source(text))]
    owners = set(OWNING)
    grown = True
    while grown:
        grown = False
        for _, _, name, members, _ in classes:
            if name not in owners and members & owners:
                owners.add(name)
                grown = True
    for path, line, name, members, constructed in classes:
        if not constructed and members & owners:
            yield path, line, f"{name} owns a {sorted(members & owners)[0]}: declare a constructor (`= default` will do)"


def _classes(source):
    """Yields (line, name, words of the members' types, whether a constructor is declared) for each class."""
    for index, token in enumerate(source.tokens):
        if token.text not in {"class", "struct"} or source.text(index - 1) in {"enum", "<", ",", "friend"}:
            continue
        head = index + 1
        name = ""
        while source.text(head) not in {"{", ";", ":", "(", ")", ">", ",", "=", ""}:
            if source.tokens[head].kind == "word" and source.text(head) != "final":
                name = source.text(head)
            head += 1
        while source.text(head) not in {"{", ";", ""}:
            head += 1
        if source.text(head) == "{" and name and not re.search(r"<", source.text(index + 2)):
            members, constructed = _members(source, head, name)
            yield token.line, name, members, constructed


def _members(source, opening, name):
    words, constructed = set(), False
    statement = []
    index = opening + 1
    while index < source.partner.get(opening, opening):
        text = source.text(index)
        if text == "(":
            constructed = constructed or (source.text(index - 1) == name and source.text(index - 2) != "~")
            statement.append("(")
            index = source.partner.get(index, index)
        elif text == "{":
            body = "(" in statement or source.is_block(index)
            index = source.partner.get(index, index)
            if body and source.text(index + 1) != ";":
                statement = []
        elif text == ";":
            words |= _type_words(statement)
            statement = []
        elif text == ":" and statement and statement[-1] in {"public", "private", "protected"}:
            statement = []
        else:
            statement.append(text)
        index += 1
    return words, constructed


def _type_words(statement):
    """The words of a data member's type; nothing for another statement."""
    if not statement or "(" in statement or NOT_MEMBERS & set(statement):
        return set()
    if "*" in statement or "&" in statement:
        return set()
    if "=" in statement:
        statement = statement[:statement.index("=")]
    return set(statement[:-1])

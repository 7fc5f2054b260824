"""What g++ 12 miscompiles around co_await, and what of Asio and Beast is not to be used."""

import re

from cpp import Source

BANNED = [
    (r"\bawaitable_operators\b", "awaitable && and || are not safe here: use parallel_group inside one strand"),
    (r"boost/beast/ssl|\bbeast::ssl_stream\b", "beast::ssl_stream is not to be used: use asio::ssl::stream"),
    (r"\btcp_stream\b|\bbeast::basic_stream\b", "Beast's streams and their timeouts miss expired timers: use tcp::socket"),
    (r"\bget_lowest_layer\s*\([^;]*\)\s*\.\s*expires_", "Beast's timeouts miss expired timers: use a timer"),
    (r"\w*channel\w*\s*(?:\.|->)\s*cancel\s*\(", "channel.cancel() breaks later sends for good"),
    (r"#\s*include\s*<boost/asio\.hpp>", "include the specific headers of Asio: <boost/asio.hpp> costs seconds"),
]
HANDLER = re.compile(r"(?:any_completion_handler\s*<[^;{}]*>|\bhandler_type)\s+(\w+)\s*[;={]")


def await_problems(text):
    """Yields (line, message) for full expressions with co_await that g++ 12 miscompiles."""
    source = Source(text)
    seen = set()
    for index, token in enumerate(source.tokens):
        if token.text != "co_await":
            continue
        extent = source.full_expression(index)
        if extent in seen:
            continue
        seen.add(extent)
        for inside in source.outside_lambdas(*extent):
            problem = _problem(source, inside)
            if problem:
                yield source.tokens[inside].line, f"{problem} in a full expression with co_await: name it first"


def _problem(source, index):
    text = source.text(index)
    if text == "?":
        return "a ternary"
    if text == "throw":
        return "a throw"
    if text == "{" and not source.is_block(index):
        return "a braced list"
    if text == "[" and source.is_lambda(index) and _owns(source, index):
        return "a lambda that captures by value"
    return None


def _owns(source, index):
    """Whether a lambda captures anything else than references and `this`."""
    captures, depth = [""], 0
    for inside in range(index + 1, source.partner.get(index, index)):
        text = source.text(inside)
        depth += (text in {"(", "{", "["}) - (text in {")", "}", "]"})
        if text == "," and depth == 0:
            captures.append("")
        else:
            captures[-1] += text
    return any(capture and capture != "this" and not capture.startswith("&") for capture in captures)


def default_argument_problems(text):
    """Yields (line, message) for coroutines with a braced default argument."""
    source = Source(text)
    for index, token in enumerate(source.tokens):
        if token.text != "awaitable" or source.text(index + 1) != "<":
            continue
        opening = _parameters(source, index + 1)
        if opening is None:
            continue
        for inside in range(opening, source.partner[opening]):
            if source.text(inside) == "{" and not source.is_block(inside):
                yield source.tokens[inside].line, (
                    "a braced default argument of a coroutine is destroyed twice by g++ 12: write `= type()`")


def _parameters(source, index):
    """The `(` of the function whose result type's `<` stands at index, if it is a function."""
    depth = 0
    while index < len(source.tokens):
        depth += (source.text(index) == "<") - (source.text(index) == ">")
        index += 1
        if depth == 0:
            break
    while source.tokens[index:] and (source.tokens[index].kind == "word" or source.text(index) == "::"):
        index += 1
    if source.text(index) == "(" and index in source.partner and source.tokens[index - 1].kind == "word":
        return index
    return None


def banned_problems(text):
    """Yields (line, message) for what is not to be used at all."""
    code = _without_comments(text)
    for pattern, message in BANNED:
        for match in re.finditer(pattern, code):
            yield code.count("\n", 0, match.start()) + 1, message
    for name in set(HANDLER.findall(code)):
        for match in re.finditer(rf"(?:^|[;{{}}])\s*(?:this->)?({name})\s*=(?!=)", code, re.MULTILINE):
            yield code.count("\n", 0, match.start(1)) + 1, (
                f"assigning the completion handler {name} is not safe: construct it")


def _without_comments(text):
    def blank(match):
        return "\n" * match.group().count("\n")
    return re.sub(r"//[^\n]*|/\*.*?\*/", blank, text, flags=re.DOTALL)

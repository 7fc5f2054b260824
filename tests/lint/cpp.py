"""Just enough C++ to ask about full expressions: tokens, and the blocks and expressions they form."""

import re
from bisect import bisect_right
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:[^\n\\]|\\.)*)
      |(?P<raw>(?:u8|[uUL])?R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)")
      |(?P<text>(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+')
      |(?P<number>\.?\d(?:[eEpP][+-]|'?[\w.])*)
      |(?P<word>[A-Za-z_]\w*)
      |(?P<sign>->|::|&&|\|\||<=>|[=!<>+\-*/%&|^]=|.)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE)

OPENERS = {"(": ")", "[": "]", "{": "}"}
CLOSERS = {close: opening for opening, close in OPENERS.items()}
CONDITIONS = {"if", "while", "switch", "for", "catch", "constexpr"}


@dataclass
class Token:
    kind: str
    text: str
    line: int


class Source:
    """The tokens of one file, with the partner of every bracket."""

    def __init__(self, text):
        starts = [match.start() for match in re.finditer(r"^", text, re.MULTILINE)]
        self.tokens = []
        for match in TOKEN.finditer(text):
            kind = match.lastgroup if match.lastgroup != "mark" else "raw"
            if match.group("skip") is None:
                self.tokens.append(Token(kind, match.group(), bisect_right(starts, match.start())))
        self.partner = {}
        pending = []
        for index, token in enumerate(self.tokens):
            if token.text in OPENERS:
                pending.append(index)
            elif token.text in CLOSERS:
                while pending and self.tokens[pending[-1]].text != CLOSERS[token.text]:
                    pending.pop()
                if pending:
                    opening = pending.pop()
                    self.partner[opening] = index
                    self.partner[index] = opening

    def text(self, index):
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def is_lambda(self, index):
        """Whether `[` at index introduces a lambda and is neither a subscript, a binding nor an attribute."""
        if self.text(index) != "[" or self.text(index + 1) == "[" or self.text(index - 1) == "[":
            return False
        before = self.tokens[index - 1] if index else None
        if before is None:
            return True
        if before.text in {")", "]", "auto", "&&", "&"} and self.text(index - 1) != "(":
            # `auto& [a, b]` and `auto&& [a, b]` bind; `x & [..]` does not occur.
            return False
        return before.kind == "sign" or before.text in {"return", "co_return", "co_await", "co_yield"}

    def is_block(self, index):
        """Whether `{` at index opens a block or a body, and not a braced list."""
        before = index - 1
        if before < 0 or self.text(before) in {"{", "}", ";", ":", ")", "]", "else", "do", "try", "const",
                                               "noexcept", "mutable", "override", "final"}:
            # `f({` and `x{{` are lists whose outer bracket is one.
            if self.text(before) == "{":
                return self.is_block(before)
            return True
        # A trailing return type (`) -> awaitable<void> {`) or the head of a class or namespace.
        while before >= 0 and self.text(before) not in {";", "{", "}", "(", ")", ",", "=", "return"}:
            if self.text(before) in {"->", "namespace", "struct", "class", "enum", "union", "requires"}:
                return True
            before -= 1
        return False

    def full_expression(self, index):
        """The half-open range of tokens of the full expression that the token at index belongs to."""
        first = index
        while first > 0:
            previous = first - 1
            text = self.text(previous)
            if text == ";":
                break
            if text == "}":
                if self._ends_statement(previous):
                    break
                first = self.partner.get(previous, previous)
            elif text in CLOSERS:
                first = self.partner.get(previous, previous)
            elif text == "{" and self.is_block(previous):
                break
            elif text == "(" and self.text(previous - 1) in CONDITIONS:
                break
            else:
                first = previous
        last = index
        while last < len(self.tokens):
            text = self.text(last)
            if text == ";":
                break
            if text in OPENERS:
                last = self.partner.get(last, last) + 1
            elif text in CLOSERS:
                opening = self.partner.get(last, -1)
                if opening < first:
                    break
                last += 1
            else:
                last += 1
        return first, last

    def outside_lambdas(self, first, last):
        """The indices of a range without those in the bodies of lambdas."""
        index = first
        while index < last:
            yield index
            if self.text(index) == "{" and self.is_block(index):
                index = self.partner.get(index, index)
            index += 1

    def _ends_statement(self, closing):
        opening = self.partner.get(closing, -1)
        if opening < 0 or not self.is_block(opening):
            return False
        following = self.text(closing + 1)
        return following not in {",", ")", ";", ".", "(", "]", "->"}

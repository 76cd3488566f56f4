"""Reads a wording: words with simple placeholders like {{ when }}, blank lines between paragraphs. Says what is wrong with
it in sentences, takes it apart where they stand, and fills it in. Reads as Django's templates do, of which these are the least
part."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.template import TemplateSyntaxError
from django.template.base import Lexer, Parser, Token, TokenType, Variable
from django.utils.html import escape

LOOSE_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
SINGLE_BRACES = re.compile(r"\{\s*(\w+)\s*\}")


@dataclass(frozen=True, slots=True)
class Line:
    names: tuple[str, ...]
    plain: tuple[str, ...]
    """The words around the placeholders: before the first, between, after the last."""
    rich: tuple[str, ...]
    """The same, escaped."""

    @property
    def alone(self) -> str:
        """The placeholder that this line consists of, if it is nothing else."""
        return self.names[0] if self.plain == ("", "") else ""

    def as_text(self, values: Mapping[str, str]) -> str:
        return _filled(self.plain, self.names, values)

    def as_html(self, values: Mapping[str, str]) -> str:
        return _filled(self.rich, self.names, values)


def _filled(words: tuple[str, ...], names: tuple[str, ...], values: Mapping[str, str]) -> str:
    said = [words[0]]
    for name, after in zip(names, words[1:], strict=True):
        said += values[name], after
    return "".join(said).strip()


def faults_in(wording: str, known: Collection[str]) -> list[str]:
    """What somebody has to put right before it can be used, each in a sentence; none where all is well."""
    found: dict[str, None] = {}
    for token in Lexer(wording).tokenize():
        if fault := _fault_of(token, known):
            found[fault] = None
    return list(found)


def _fault_of(token: Token, known: Collection[str]) -> str:
    if token.token_type == TokenType.TEXT:
        return _fault_of_words(token.contents, known)
    if token.token_type != TokenType.VAR:
        return "Only placeholders like {{ name }} can be used here; {% … %} and {# … #} cannot."
    name = _name_in(token)
    if not name:
        return f"“{{{{ {token.contents} }}}}” cannot be used: a placeholder is one word between the braces."
    if name in known:
        return ""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"There is no placeholder “{{{{ {name} }}}}” in this message." + (
        f" Did you mean {{{{ {near[0]} }}}}?" if near else ""
    )


def _fault_of_words(words: str, known: Collection[str]) -> str:
    if loose := LOOSE_BRACES.search(words):
        around = words[max(loose.start() - 10, 0) : loose.end() + 20].split("\n")[0].strip()
        return f"A brace is missing or too many at “{around}”. A placeholder looks like {{{{ name }}}}, on one line."
    for single in SINGLE_BRACES.finditer(words):
        if single[1] in known:
            return f"“{single[0]}” has single braces. Write {{{{ {single[1]} }}}}."
    return ""


def _name_in(token: Token) -> str:
    """The one word of a placeholder; empty for anything that Django would read as more."""
    try:
        expression = Parser([]).compile_filter(token.contents)
    except TemplateSyntaxError:
        return ""
    var = expression.var
    is_simple = isinstance(var, Variable) and not expression.filters and not var.translate and var.literal is None
    return var.lookups[0] if is_simple and len(var.lookups) == 1 else ""


@functools.lru_cache(maxsize=512)
def names_in(wording: str) -> frozenset[str]:
    return frozenset(_name_in(token) for token in Lexer(wording).tokenize() if token.token_type == TokenType.VAR) - {""}


@functools.lru_cache(maxsize=512)
def read(wording: str) -> tuple[tuple[Line, ...], ...]:
    """Its paragraphs, each of lines, ready to be filled in; of a wording without faults."""
    tidy = "\n".join(line.strip() for line in wording.strip().splitlines())
    return tuple(tuple(_line(line) for line in part.splitlines()) for part in re.split(r"\n{2,}", tidy) if part)


def _line(words: str) -> Line:
    names, around = [], [""]
    for token in Lexer(words).tokenize():
        if token.token_type == TokenType.TEXT:
            around[-1] += token.contents
        elif token.token_type == TokenType.VAR and (name := _name_in(token)):
            names.append(name)
            around.append("")
        else:
            raise ValueError("A wording with faults cannot be filled in.")
    return Line(tuple(names), tuple(around), tuple(map(escape, around)))

"""The shape of what is agreed to: clauses, questions with their right answer, a typed name, a drawn signature.

Values in, values out.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

LONGEST_CLAUSE = 600
LONGEST_DRAWING = 400_000
PNG = "data:image/png;base64,"
PNG_STARTS = b"\x89PNG\r\n\x1a\n"
QUESTION = {"ask", "options", "right", "explain"}


def fault_in_clauses(clauses: Any) -> str:
    """What is wrong with a list of clauses, as a sentence; empty where nothing is."""
    if not isinstance(clauses, list) or not clauses:
        return "There is no clause yet: what is agreed to needs at least one to tick."
    if not all(isinstance(each, str) and each.strip() and len(each) <= LONGEST_CLAUSE for each in clauses):
        return f"Each clause is a sentence of at most {LONGEST_CLAUSE} characters."
    if len({each.strip() for each in clauses}) < len(clauses):
        return "A clause stands there twice."
    return ""


def fault_in_questions(questions: Any) -> str:
    if not isinstance(questions, list) or not questions:
        return "There is no question yet: at least one shows that the text was understood."
    for number, question in enumerate(questions, start=1):
        if fault := _fault_in_question(question):
            return f"Question {number}: {fault}"
    return ""


def _fault_in_question(question: Any) -> str:
    if not isinstance(question, dict) or set(question) != QUESTION:
        return "it needs what is asked, the options, which of them is right, and an explanation."
    options, right = question["options"], question["right"]
    if not all(isinstance(question[key], str) and question[key].strip() for key in ("ask", "explain")):
        return "what is asked and the explanation are sentences."
    if not isinstance(options, list) or not 2 <= len(options) <= 6:
        return "it needs two to six options."
    if not all(isinstance(each, str) and each.strip() for each in options) or len(set(options)) < len(options):
        return "each option is a sentence of its own."
    if isinstance(right, bool) or not isinstance(right, int) or not 0 <= right < len(options):
        return "mark the option that is right."
    return ""


def wrong_answers(questions: Sequence[Mapping[str, Any]], answers: Mapping[int, int | None]) -> list[int]:
    """The places of the questions whose answer is not the right one."""
    return [place for place, question in enumerate(questions) if answers.get(place) != question["right"]]


def tidy(name: str) -> str:
    return " ".join(name.split())


def is_name_of(typed: str, name: str) -> bool:
    """Whether somebody of this name would sign so: capitals, accents, dots and dashes do not matter, nor do middle names."""
    signed, known = _words(typed), _words(name)
    if not signed or not known:
        return False
    return signed == known or (len(signed) > 1 and len(known) > 1 and (signed[0], signed[-1]) == (known[0], known[-1]))


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.findall(r"\w+", "".join(each for each in plain if not unicodedata.combining(each)).replace("'", ""))


def is_drawing(address: str) -> bool:
    """Whether it is a PNG as a data address, of a size that a signature has."""
    if not address.startswith(PNG) or len(address) > LONGEST_DRAWING:
        return False
    try:
        return base64.b64decode(address.removeprefix(PNG), validate=True).startswith(PNG_STARTS)
    except (binascii.Error, ValueError):
        return False


def drawing_bytes(address: str) -> bytes:
    return base64.b64decode(address.removeprefix(PNG))


def spell_questions(questions: Sequence[Mapping[str, Any]]) -> str:
    """Questions as people edit them; `read_questions` reads it back."""
    return "\n\n".join(_spelled(each) for each in questions)


def _spelled(question: Mapping[str, Any]) -> str:
    marks = ("*" if place == question["right"] else "-" for place in range(len(question["options"])))
    options = [f"{mark} {option}" for mark, option in zip(marks, question["options"], strict=True)]
    return "\n".join([question["ask"], *options, f"= {question['explain']}"])


def read_questions(text: str) -> list[dict[str, Any]]:
    """Raises ValueError with a sentence for what cannot be read."""
    blocks = [block for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]
    return [_read_question(number, block.strip().splitlines()) for number, block in enumerate(blocks, start=1)]


def _read_question(number: int, lines: Sequence[str]) -> dict[str, Any]:
    ask, *rest = (line.strip() for line in lines)
    if any(line[:1] not in ("*", "-", "=") for line in rest):
        raise ValueError(f"Question {number}: after the first line, each line begins with “*”, “-” or “=”.")
    options = [line for line in rest if line[0] != "="]
    right = [place for place, line in enumerate(options) if line[0] == "*"]
    if len(right) != 1:
        raise ValueError(f"Question {number}: mark exactly one option as right, with “*” before it.")
    question = {
        "ask": ask,
        "options": [line[1:].strip() for line in options],
        "right": right[0],
        "explain": " ".join(line[1:].strip() for line in rest if line[0] == "="),
    }
    if fault := _fault_in_question(question):
        raise ValueError(f"Question {number}: {fault}")
    return question

"""What each kind of question takes, raises and tells."""

from __future__ import annotations

from typing import Any

import pytest

from clients.areas import AREAS
from clients.questions import Asked, Option, Raised, Unfit, check, faults, raised, told

HEART = Asked(
    "heart", "many", "Do you have any of these?", True, (Option("none", "None"), Option("clot", "A clot", "stop"))
)
FEVER = Asked("fever", "yes_no", "Do you have a fever?", True, (Option("yes", "Yes", "stop"), Option("no", "No")))
PLACES = Asked("places", "areas", "Which areas?")


def asked(kind: str, **more: Any) -> Asked:
    return Asked("it", kind, "What about it?", **more)


@pytest.mark.parametrize(
    ("question", "given", "kept"),
    [
        (asked("short"), "  Sam ", "Sam"),
        (asked("short"), "   ", None),
        (asked("short"), "x" * 200, "x" * 200),
        (asked("long"), "one\ntwo", "one\ntwo"),
        (asked("yes_no"), "no", "no"),
        (HEART, ["clot", "none"], ["none", "clot"]),
        (asked("date"), "1984-02-29", "1984-02-29"),
        (PLACES, {"avoid": ["neck", "face"], "focus": []}, {"avoid": ["face", "neck"]}),
        (PLACES, {}, None),
        (asked("chakras"), {"heart": "blocked", "root": "balanced"}, {"root": "balanced", "heart": "blocked"}),
        (asked("short"), None, None),
    ],
)
def test_an_answer_that_fits_is_kept_in_one_spelling(question: Asked, given: Any, kept: Any) -> None:
    assert check(question, given) == kept


@pytest.mark.parametrize(
    ("question", "given", "says"),
    [
        (asked("short"), "n" * 10_000, "longer than 200"),
        (asked("long"), "n" * 5001, "longer than 5000"),
        (asked("short"), "\0", "cannot be kept"),
        (asked("short"), "\ud800", "cannot be kept"),
        (asked("short"), 5, "cannot be kept"),
        (asked("yes_no"), "perhaps", "answers that are given"),
        (asked("one", options=(Option("a", "A"),)), "b", "answers that are given"),
        (HEART, ["clot", "cold"], "answers that are given"),
        (HEART, "clot", "answers that are given"),
        (asked("date"), "2026-02-29", "Write the date"),
        (asked("date"), "0001-01-01", "the year"),
        (PLACES, {"focus": ["neck"], "avoid": ["neck"]}, "“Neck” cannot be both"),
        (PLACES, {"focus": ["elbow"]}, "areas that are listed"),
        (PLACES, {"press": ["neck"]}, "answers that are given"),
        (PLACES, ["neck"], "answers that are given"),
        (asked("chakras"), {"root": "fine"}, "answers that are given"),
        (HEART, [], "Please answer this"),
        (HEART, None, "Please answer this"),
        (asked("short", is_required=True), "  ", "Please answer this"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_in_a_sentence(question: Asked, given: Any, says: str) -> None:
    with pytest.raises(Unfit, match=says):
        check(question, given)


def test_what_an_answer_raises() -> None:
    assert raised(HEART, ["none"]) == []
    assert raised(HEART, ["clot"]) == [Raised("stop", "Do you have any of these? A clot")]
    assert raised(FEVER, "yes") == [Raised("stop", "Do you have a fever? Yes")]
    assert raised(FEVER, None) == []
    assert raised(PLACES, {"focus": ["neck"]}) == []
    assert raised(PLACES, {"avoid": ["face", "neck"]}) == [Raised("avoid", "To leave out: face, neck")]
    assert raised(asked("long"), "a clot") == []


def test_answers_are_told_in_words() -> None:
    assert told(HEART, ["none", "clot"]) == ["None", "A clot"]
    assert told(asked("yes_no"), "yes") == ["Yes"]
    assert told(asked("date"), "1984-02-29") == ["29 February 1984"]
    assert told(PLACES, {"avoid": ["neck"]}) == ["To leave out: neck"]
    assert told(asked("chakras"), {"root": "balanced"}) == ["Root: Balanced"]
    assert told(asked("long"), "one\ntwo") == ["one", "two"]
    assert told(asked("long"), None) == []


def test_what_keeps_a_version_from_being_published() -> None:
    one = asked("one")
    assert faults([]) == ["There is no section yet."]
    assert faults([("You", [asked("short")])]) == []
    assert faults([("You", [])]) == ["The section “You” has no question yet."]
    assert faults([("You", [one]), ("More", [one])]) == [
        "“What about it?” has no choice yet.",
        "The name “it” stands for two questions.",
        "“What about it?” has no choice yet.",
    ]
    wrong = asked("yes_no", options=(Option("maybe", "Maybe"),))
    assert faults([("You", [wrong])])[0].endswith("its choices are named “yes” and “no”.")
    assert faults([("You", [asked("date", options=(Option("a", "A"),))])]) == ["“What about it?” takes no choices."]


def test_no_area_has_two_names() -> None:
    assert len(set(AREAS.values())) == len(AREAS) == 30

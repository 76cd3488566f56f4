"""Parts are as Django's templates render them, though each template is asked once for what stands around its values."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string

from outbox.parts import Box, Button, Code, Part, Points

AWKWARD = ("", "<b>&\"'", "{{ when }} {% if %}", "two\nlines", "“é” 12.", "1")
PARTS: list[tuple[Part, str, dict[str, Any]]] = [
    *((Box(AWKWARD[:number]), "box", {"lines": AWKWARD[:number]}) for number in range(len(AWKWARD) + 1)),
    *((Points(AWKWARD[:number]), "points", {"lines": AWKWARD[:number]}) for number in range(1, len(AWKWARD) + 1)),
    *((Code(line), "code", {"line": line}) for line in AWKWARD),
    *((Button(each, "/a?b=1&c=2"), "button", {"label": each, "url": "/a?b=1&c=2"}) for each in AWKWARD),
    *((Button(each, "/a", quiet=True), "link", {"label": each, "url": "/a"}) for each in AWKWARD),
]


@pytest.mark.parametrize(("part", "name", "values"), PARTS, ids=lambda each: str(each))
def test_part_is_as_its_template_renders_it(part: Part, name: str, values: dict[str, Any]) -> None:
    assert part.html() == render_to_string(f"emails/_{name}.html", values).strip()


def test_address_with_script_in_it_stays_words() -> None:
    assert "<script>" not in Button("<script>", '"><script>').html()

"""Whatever is done to a chain shows: any change, insertion, removal, other order, and with a mark a cut or a new writing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import chain
from vault.chain import GENESIS, Fault, Finding, Link, Mark
from vault.errors import NotAWord
from vault.tests.factories import NOW

WORDS = st.from_regex(chain.WORD, fullmatch=True)
MOMENTS = st.datetimes(min_value=dt.datetime(2020, 1, 1), max_value=dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))
DETAILS = st.dictionaries(WORDS, st.none() | st.booleans() | st.integers() | WORDS | st.lists(WORDS), max_size=3)


@st.composite
def chains(draw: st.DrawFn, smallest: int = 1) -> list[Link]:
    said = st.tuples(MOMENTS, WORDS, st.none() | st.integers(0, 2**62), WORDS, WORDS, DETAILS)
    return grown(draw(st.lists(said, min_size=smallest, max_size=8)))


def grown(said: list[tuple[Any, ...]]) -> list[Link]:
    links: list[Link] = []
    for at, kind, actor_id, subject, thing, details in said:
        link = Link(0, at, kind, actor_id, subject, thing, chain.canonical(details), GENESIS, "")
        links.append(chain.appended(mark_at(links[-1]) if links else None, link))
    return links


def mark_at(link: Link) -> Mark:
    return Mark(link.seq, link.hash, "an anchor")


def fault_of(links: list[Link], *marks: Mark) -> Fault | None:
    return chain.examine(links, marks).fault


@given(chains())
def test_untouched_chain_is_intact(links):
    marks = [mark_at(link) for link in links]
    assert chain.examine(links, marks) == Finding(len(links), links[-1].at, len(links), None)


@given(chains(), st.data())
def test_any_change_of_one_value_shows(links, data):
    place = data.draw(st.integers(0, len(links) - 1))
    name = data.draw(st.sampled_from([*Link._fields]))
    old = getattr(links[place], name)
    others = {
        "seq": st.integers(0, 2**62),
        "at": MOMENTS,
        "actor_id": st.none() | st.integers(0, 2**62),
        "prev": st.text(max_size=64) | st.binary(min_size=32, max_size=32).map(bytes.hex),
        "hash": st.text(max_size=64) | st.binary(min_size=32, max_size=32).map(bytes.hex),
    }
    new = data.draw(others.get(name, st.text(max_size=20)).filter(lambda value: value != old))
    altered = [*links[:place], links[place]._replace(**{name: new}), *links[place + 1 :]]
    fault = fault_of(sorted(altered, key=lambda link: link.seq), mark_at(links[-1]))
    assert fault is not None


@given(chains(smallest=2), st.data())
def test_change_that_makes_its_own_hash_anew_shows(links, data):
    place = data.draw(st.integers(0, len(links) - 2))
    forged = links[place]._replace(kind="forged.")
    forged = forged._replace(hash=chain.hash_of(forged))
    fault = fault_of([*links[:place], forged, *links[place + 1 :]])
    assert fault is not None and fault.seq == place + 2


@given(chains(), st.data())
def test_removal_shows(links, data):
    place = data.draw(st.integers(0, len(links) - 1))
    fault = fault_of([*links[:place], *links[place + 1 :]], mark_at(links[-1]))
    assert fault is not None and fault.seq == place + 1


@given(chains(), st.data())
def test_removal_that_closes_the_gap_shows(links, data):
    """The numbers and hashes after the gap are made anew, as somebody with the database would."""
    place = data.draw(st.integers(0, len(links) - 1))
    rest = [*links[:place]]
    for link in links[place + 1 :]:
        rest.append(chain.appended(mark_at(rest[-1]) if rest else None, link))
    assert fault_of(rest) is None
    assert fault_of(rest, mark_at(links[-1])) is not None


@given(chains(), st.data())
def test_insertion_shows(links, data):
    place = data.draw(st.integers(0, len(links)))
    after = mark_at(links[place - 1]) if place else None
    new = chain.appended(after, links[0]._replace(kind="forged."))
    inserted = [*links[:place], new, *links[place:]]
    assert fault_of(inserted, mark_at(links[-1])) is not None or place == len(links)


@given(chains(smallest=2), st.data())
def test_other_order_shows(links, data):
    first = data.draw(st.integers(0, len(links) - 2))
    second = data.draw(st.integers(first + 1, len(links) - 1))
    swapped = list(links)
    swapped[first] = links[second]._replace(seq=links[first].seq)
    swapped[second] = links[first]._replace(seq=links[second].seq)
    fault = fault_of(swapped)
    assert fault is not None and fault.seq == first + 1


@given(chains(), st.data())
def test_cut_tail_shows_against_an_anchor_and_only_so(links, data):
    keep = data.draw(st.integers(0, len(links) - 1))
    assert fault_of(links[:keep]) is None
    fault = fault_of(links[:keep], mark_at(links[-1]))
    assert fault == Fault(keep + 1, f"The entries after {keep} were removed: an anchor names entry {len(links)}.")


@given(chains(), st.data())
def test_chain_written_anew_as_a_whole_shows_against_an_anchor(links, data):
    place = data.draw(st.integers(0, len(links) - 1))
    said = [(link.at, link.kind, link.actor_id, link.subject, link.object, {}) for link in links]
    said[place] = (NOW, "forged.", None, "", "", {"forged": 1})
    forged = grown(said)
    assert fault_of(forged) is None
    assert fault_of(forged, mark_at(links[-1])) is not None


@pytest.mark.parametrize(
    "details",
    [
        {"why": "left knee hurts"},
        {"mail": "sam@example.com"},
        {"a": {"b": ["fine", "not fine"]}},
        {"not fine": 1},
        {"a": 1.5},
        {"a": "é"},
        {"a": "x" * 121},
        {1: "a"} | {"a": object()},
        {"a": b"bytes"},
        {"line": "a\n"},
    ],
)
def test_ledger_takes_words_of_nobody(details):
    with pytest.raises(NotAWord) as refused:
        chain.canonical(details)
    assert "knee" not in str(refused.value)


def test_details_have_one_spelling():
    assert chain.canonical({"b": [1, None, True], "a": {"c": "x"}}) == '{"a":{"c":"x"},"b":[1,null,true]}'

"""The envelope: what opens, and everything that does not."""

from __future__ import annotations

import os
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import crypto
from vault.crypto import BLOCK, HEADER_BYTES, KeyRing, Place, SubjectKey
from vault.errors import KeyMissing, Unreadable

HERE = Place("care_note", "words", "row-1", "client:1")
KEY = SubjectKey(bytes(range(32)))
OLD, NEW = bytes(32), bytes([7]) * 32


@given(st.binary(max_size=3000))
def test_what_is_sealed_opens_where_it_was_sealed(plain):
    assert KEY.open(KEY.seal(plain, HERE), HERE) == plain


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 10_000, 1_048_576])
def test_every_length_comes_back(size):
    plain = os.urandom(size)
    assert KEY.open(KEY.seal(plain, HERE), HERE) == plain


@pytest.mark.parametrize("tail", [b"", b"\x80", b"\0", b"\x80\0\0", b"\0\x80"])
def test_words_that_end_like_the_filling_come_back(tail):
    plain = b"words" + tail
    assert KEY.open(KEY.seal(plain, HERE), HERE) == plain


def test_length_does_not_tell_yes_from_no():
    assert len({len(KEY.seal(word, HERE)) for word in (b"", b"no", b"yes", b"sometimes, in winter")}) == 1
    assert len(KEY.seal(bytes(BLOCK), HERE)) == len(KEY.seal(b"", HERE)) + BLOCK


def test_same_words_are_never_sealed_alike():
    assert len({KEY.seal(b"words", HERE) for _ in range(100)}) == 100


@pytest.mark.parametrize("part", Place._fields)
def test_moved_value_does_not_open(part):
    sealed = KEY.seal(b"words", HERE)
    with pytest.raises(Unreadable):
        KEY.open(sealed, HERE._replace(**{part: "another"}))


def test_no_two_places_read_alike():
    sealed = KEY.seal(b"words", Place("ab", "c", "d", "e"))
    with pytest.raises(Unreadable):
        KEY.open(sealed, Place("a", "bc", "d", "e"))


def test_every_flipped_bit_shows():
    sealed = KEY.seal(b"words", HERE)
    for place in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[place // 8] ^= 1 << place % 8
        with pytest.raises(Unreadable):
            KEY.open(bytes(altered), HERE)


@pytest.mark.parametrize("length", range(HEADER_BYTES + 16 + BLOCK))
def test_cut_value_does_not_open(length):
    with pytest.raises(Unreadable):
        KEY.open(KEY.seal(b"words", HERE)[:length], HERE)


def test_value_of_another_key_does_not_open():
    with pytest.raises(Unreadable):
        SubjectKey(OLD).open(KEY.seal(b"words", HERE), HERE)


def test_keys_show_and_lend_themselves_to_nobody():
    ring = KeyRing([NEW, OLD])
    assert (repr(KEY), str(ring), f"{KEY}") == ("<SubjectKey>", "<KeyRing>", "<SubjectKey>")
    for held in (KEY, ring):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(held)


def test_ring_wraps_with_the_newest_and_unwraps_with_all():
    before, after = KeyRing([OLD]), KeyRing([NEW, OLD])
    wrapped = before.wrap_new("client:1")
    assert crypto.key_id(after.wrap_new("client:1")).hex() == after.newest_id == KeyRing([NEW]).newest_id
    assert after.unwrap(wrapped, "client:1").id == before.unwrap(wrapped, "client:1").id


def test_rewrapped_secret_is_the_same_under_the_newest_key():
    wrapped = KeyRing([OLD]).wrap_new("client:1")
    again = KeyRing([NEW, OLD]).rewrap(wrapped, "client:1")
    assert KeyRing([NEW]).unwrap(again, "client:1").id == KeyRing([OLD]).unwrap(wrapped, "client:1").id


def test_ring_without_the_key_names_it():
    old = KeyRing([OLD])
    with pytest.raises(KeyMissing) as missing:
        KeyRing([NEW]).unwrap(old.wrap_new("client:1"), "client:1")
    assert f"lacks the key {old.newest_id}," in missing.value.for_operators
    assert str(missing.value) == Unreadable.sentence


def test_secret_of_another_subject_does_not_unwrap():
    ring = KeyRing([NEW])
    with pytest.raises(Unreadable):
        ring.unwrap(ring.wrap_new("client:1"), "client:2")


def test_pseudonym_and_digest_need_the_key():
    assert KEY.pseudonym("client:1") == KEY.pseudonym("client:1") != SubjectKey(OLD).pseudonym("client:1")
    assert KEY.digest("client:1") != KEY.pseudonym("client:1")
    assert KEY.digest("yes") != SubjectKey(OLD).digest("yes")

"""Whose messages somebody may see. A row says whom it reached and what it is about ("client:17", "booking:4"); the apps
above say, in AppConfig.ready, which of their rows this member of staff may see, and how they are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

if TYPE_CHECKING:
    from accounts.models import User


class Sight(NamedTuple):
    rows: Callable[[User, dt.datetime], QuerySet[Any]]
    """Those about whom, or about which, this user may see messages."""
    search: tuple[str, ...]
    """Where to look for a word, like "name__icontains"."""
    page: str
    """The admin's page of one row."""


_sights: dict[str, Sight] = {}


def register(prefix: str, sight: Sight) -> None:
    """`prefix` as it stands before the colon."""
    _sights[prefix] = sight


def seen_by(user: User, now: dt.datetime) -> Q:
    """The messages to, or about, those whom this user may see."""
    found = Q(user_id=user.pk)
    for prefix, sight in _sights.items():
        names = _names(prefix, sight.rows(user, now))
        found |= Q(whom__in=names) | Q(about__in=names)
    return found


def about_word(word: str, user: User, now: dt.datetime) -> Q:
    """The messages to, or about, somebody or something that is called so."""
    found = Q(recipient__icontains=word)
    for prefix, sight in _sights.items():
        called = Q()
        for lookup in sight.search:
            called |= Q(**{lookup: word})
        names = _names(prefix, sight.rows(user, now).filter(called))
        found |= Q(whom__in=names) | Q(about__in=names)
    return found


def _names(prefix: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Of each row the name by which messages know it."""
    name = Concat(Value(f"{prefix}:"), Cast("pk", CharField(max_length=40)))
    return rows.order_by().annotate(_known_as=name).values("_known_as")


class Known(NamedTuple):
    label: str
    page: str
    pk: int


def who(names: Iterable[str], user: User, now: dt.datetime) -> dict[str, Known]:
    """How those are called whom this user may see; one query for each kind of row."""
    wanted: dict[str, set[int]] = {}
    for name in names:
        prefix, _, pk = name.partition(":")
        if prefix in _sights and pk.isdecimal():
            wanted.setdefault(prefix, set()).add(int(pk))
    found = {}
    for prefix, pks in wanted.items():
        sight = _sights[prefix]
        for row in sight.rows(user, now).filter(pk__in=pks):
            found[f"{prefix}:{row.pk}"] = Known(str(row), sight.page, row.pk)
    return found

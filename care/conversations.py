"""The verbs of the conversation before: a client writes, the therapist answers, declines or closes. The only writer of lines.

Nothing that is written leaves this place: mails say that a message is waiting, and no more.
"""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction

from accounts.models import User
from bookings.models import Therapist
from care import notices
from care.errors import ConversationOver, NoMessages, NothingWritten, TooMuchAtOnce
from care.models import Conversation, ConversationState, Line, WatchedWord
from clients.models import Client, Restriction, RestrictionKind

UNANSWERED = 20
"""So many lines a client may write before an answer comes."""


@transaction.atomic
def write(client: Client, therapist: Therapist, words: str, *, by: User, now: dt.datetime) -> Line:
    """The client's line; their first opens the conversation. Raises NothingWritten, NoMessages, ConversationOver,
    TooMuchAtOnce."""
    if not words.strip():
        raise NothingWritten
    if is_blocked(client):
        raise NoMessages
    Conversation.objects.get_or_create(client=client, therapist=therapist, defaults={"opened_at": now})
    conversation = _locked(client, therapist)
    if conversation.state != ConversationState.OPEN:
        raise ConversationOver
    if _unanswered(conversation) >= UNANSWERED:
        raise TooMuchAtOnce
    return _add(conversation, words, by=by, now=now, is_clients=True)


@transaction.atomic
def reply(conversation: Conversation, words: str, *, by: User, now: dt.datetime) -> Line:
    """The therapist's answer. Raises NothingWritten, ConversationOver."""
    if not words.strip():
        raise NothingWritten
    standing = _locked(conversation.client, conversation.therapist)
    if standing.state != ConversationState.OPEN:
        raise ConversationOver
    return _add(standing, words, by=by, now=now, is_clients=False)


@transaction.atomic
def decline(conversation: Conversation, words: str, *, by: User, now: dt.datetime) -> Conversation:
    """The therapist does not go on with it; the client reads the neutral words. Raises NothingWritten, ConversationOver."""
    reply(conversation, words, by=by, now=now)
    return _end(conversation, ConversationState.DECLINED, by, now)


@transaction.atomic
def close(conversation: Conversation, *, by: User, now: dt.datetime) -> Conversation:
    """All is said. Raises ConversationOver if it was ended already."""
    return _end(conversation, ConversationState.CLOSED, by, now)


@transaction.atomic
def reopen(conversation: Conversation, *, by: User, now: dt.datetime) -> Conversation:
    """The therapist may take it up again. Raises ConversationOver if it is open."""
    ended = Conversation.objects.filter(pk=conversation.pk).exclude(state=ConversationState.OPEN)
    if not ended.update(state=ConversationState.OPEN, ended_at=None, ended_by=None):
        raise ConversationOver("This conversation is open already.")
    conversation.refresh_from_db()
    return conversation


@transaction.atomic
def say_last_word(client: Client, therapist: Therapist, words: str, *, by: User, now: dt.datetime) -> Line:
    """What the practice has to tell stands in the thread, also where it is closed; whether it is open stays as it is."""
    Conversation.objects.get_or_create(client=client, therapist=therapist, defaults={"opened_at": now})
    return _add(_locked(client, therapist), words, by=by, now=now, is_clients=False)


def close_all(client: Client, *, by: User, now: dt.datetime) -> None:
    """With a block, every thread of the client's ends without a word."""
    Conversation.objects.filter(client=client, state=ConversationState.OPEN).update(
        state=ConversationState.CLOSED, ended_at=now, ended_by=by
    )


def is_blocked(client: Client) -> bool:
    return Restriction.objects.filter(client=client, kind=RestrictionKind.BLOCK, until=None).exists()


def _locked(client: Client, therapist: Therapist) -> Conversation:
    found = Conversation.objects.select_for_update(of=("self",)).select_related("client", "therapist__user")
    return found.get(client=client, therapist=therapist)


def _unanswered(conversation: Conversation) -> int:
    last = conversation.lines.filter(is_clients=False).order_by("-at").values_list("at", flat=True).first()
    written = conversation.lines.filter(is_clients=True)
    return (written.filter(at__gt=last) if last else written).count()


def _add(conversation: Conversation, words: str, *, by: User, now: dt.datetime, is_clients: bool) -> Line:
    words = words.strip()
    line = Line.objects.create(
        conversation=conversation,
        at=now,
        by=by,
        is_clients=is_clients,
        words=words,
        is_marked=is_clients and _is_marked(words),
    )
    notices.announce(line, now)
    return line


def _is_marked(words: str) -> bool:
    """Whether a word of the practice's list stands in it as a word of its own."""
    said = " ".join(re.findall(r"\w+", words.casefold()))
    watched = (
        " ".join(re.findall(r"\w+", each.casefold())) for each in WatchedWord.objects.values_list("word", flat=True)
    )
    return any(word and f" {word} " in f" {said} " for word in watched)


def _end(conversation: Conversation, state: str, by: User, now: dt.datetime) -> Conversation:
    standing = Conversation.objects.filter(pk=conversation.pk, state=ConversationState.OPEN)
    if not standing.update(state=state, ended_at=now, ended_by=by):
        raise ConversationOver
    conversation.refresh_from_db()
    return conversation

"""The conversation before: written by both, sealed, ended by the therapist, and marked by the practice's own list."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.tests.factories import make_owner
from bookings.tests.factories import make_therapist
from care import conversations, messages, restricting
from care.errors import ConversationOver, NoMessages, NothingWritten, TooMuchAtOnce
from care.models import CannedReply, Conversation, Line, WatchedWord
from care.tests.factories import NOW, make_conversation
from clients import reaching
from clients.tests.factories import make_client_with_account
from outbox.models import Message, State
from outbox.registry import NotWanted
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


def waiting() -> list[tuple[str, str]]:
    return list(Message.objects.filter(state=State.PLANNED).order_by("pk").values_list("kind", "recipient"))


def test_first_line_opens_the_conversation_and_the_therapist_is_told() -> None:
    talk = make_conversation("I would like to keep my left shoulder out.")
    line = Line.objects.get()
    assert (line.words, line.is_clients, line.is_marked, line.at) == (
        "I would like to keep my left shoulder out.",
        True,
        False,
        NOW,
    )
    assert waiting() == [("message_to_therapist", talk.therapist.user.email)]


def test_several_lines_before_an_answer_are_one_mail() -> None:
    make_conversation("One.", "Two.", "Three.")
    assert [kind for kind, _ in waiting()] == ["message_to_therapist"]


def test_answer_tells_the_client_and_takes_the_mail_to_the_therapist_out_of_the_way() -> None:
    talk = make_conversation()
    conversations.reply(talk, "Thank you.", by=talk.therapist.user, now=LATER)
    to_client = Message.objects.get(kind="message_waiting")
    to_therapist = Message.objects.get(kind="message_to_therapist")
    assert to_client.recipient == talk.client.email
    assert (messages.still_wanted(to_client, LATER), messages.still_wanted(to_therapist, LATER)) == (True, False)


def test_mail_says_nothing_of_the_message() -> None:
    make_practice(name="Still Water")
    talk = make_conversation("It is about my scar.")
    conversations.reply(talk, "We leave the scar out.", by=talk.therapist.user, now=LATER)
    for message in Message.objects.all():
        said = messages.say(message, LATER)
        assert said.subject == "A message is waiting for you at Still Water"
        assert "scar" not in said.subject + said.text + said.html + said.kept
    client_link = messages.say(Message.objects.get(kind="message_waiting"), LATER).text
    assert f"/my/messages/{talk.therapist.slug}/" in client_link


def test_declined_conversation_takes_no_more_lines_until_it_is_opened_again() -> None:
    talk = make_conversation()
    by = talk.therapist.user
    conversations.decline(talk, "This is not part of what we offer.", by=by, now=LATER)
    talk.refresh_from_db()
    assert (talk.state, talk.ended_at, talk.ended_by) == ("declined", LATER, by)
    with pytest.raises(ConversationOver):
        conversations.write(talk.client, talk.therapist, "But", by=talk.client.user, now=LATER)
    with pytest.raises(ConversationOver):
        conversations.reply(talk, "Also", by=by, now=LATER)
    with pytest.raises(ConversationOver):
        conversations.close(talk, by=by, now=LATER)
    conversations.reopen(talk, by=by, now=LATER)
    conversations.write(talk.client, talk.therapist, "Thank you.", by=talk.client.user, now=LATER)
    assert Line.objects.count() == 3


def test_open_conversation_is_not_opened_again() -> None:
    talk = make_conversation()
    with pytest.raises(ConversationOver):
        conversations.reopen(talk, by=talk.therapist.user, now=LATER)


def test_empty_line_is_not_written_by_either() -> None:
    talk = make_conversation()
    with pytest.raises(NothingWritten):
        conversations.write(talk.client, talk.therapist, " \n", by=talk.client.user, now=LATER)
    with pytest.raises(NothingWritten):
        conversations.decline(talk, "", by=talk.therapist.user, now=LATER)
    talk.refresh_from_db()
    assert (talk.state, Line.objects.count()) == ("open", 1)


def test_twenty_lines_wait_for_an_answer_and_then_go_on() -> None:
    talk = make_conversation(*["More."] * conversations.UNANSWERED)
    with pytest.raises(TooMuchAtOnce):
        conversations.write(talk.client, talk.therapist, "One more.", by=talk.client.user, now=LATER)
    conversations.reply(talk, "I read it.", by=talk.therapist.user, now=LATER)
    conversations.write(talk.client, talk.therapist, "Good.", by=talk.client.user, now=LATER + dt.timedelta(minutes=1))
    assert Line.objects.count() == conversations.UNANSWERED + 2


def test_blocked_client_writes_nothing_and_learns_nothing_more() -> None:
    talk = make_conversation()
    restricting.restrict(talk.client, "block", why="Reason.", by=make_owner(), now=LATER)
    with pytest.raises(NoMessages) as refused:
        conversations.write(talk.client, make_therapist(), "Hello", by=talk.client.user, now=LATER)
    assert str(refused.value) == "We are sorry: messages are not possible."
    talk.refresh_from_db()
    assert talk.state == "closed"


def test_list_ships_empty_and_marks_whole_words_alone() -> None:
    assert WatchedWord.objects.count() == 0
    for word in ("Lingam", "happy ending"):
        WatchedWord.objects.create(word=word)
    make_conversation("About LINGAM, please", "A happy, ending?", "unhappy endings", "happy end", "linga")
    assert list(Line.objects.values_list("is_marked", flat=True)) == [True, True, False, False, False]


def test_therapists_own_line_is_never_marked() -> None:
    WatchedWord.objects.create(word="knee")
    talk = make_conversation("Hello")
    conversations.reply(talk, "How is the knee?", by=talk.therapist.user, now=LATER)
    assert not Line.objects.filter(is_marked=True).exists()


def test_neutral_replies_are_there_from_the_first_day() -> None:
    assert list(CannedReply.objects.values_list("title", flat=True)) == [
        "Thank you",
        "Let us talk in person",
        "Not part of what we offer",
        "A question for your doctor",
        "We cannot go on",
    ]


def test_everybody_sees_their_own_threads() -> None:
    talk, other = make_conversation(), make_conversation()
    seen = {
        name: set(Conversation.objects.for_user(user))
        for name, user in {
            "client": talk.client.user,
            "therapist": other.therapist.user,
            "owner": make_owner(),
            "stranger": make_client_with_account().user,
        }.items()
    }
    assert seen == {"client": {talk}, "therapist": {other}, "owner": {talk, other}, "stranger": set()}


def test_mail_that_a_message_waits_is_not_sent_to_who_chose_to_get_none() -> None:
    talk = make_conversation()
    reaching.choose(talk.client, {"message": []}, texts=False, by=talk.client.user, now=NOW)
    conversations.reply(talk, "Thank you.", by=talk.therapist.user, now=LATER)
    assert [kind for kind, _ in waiting()] == ["message_to_therapist"]


def test_choice_made_after_the_mail_was_planned_is_asked_again_before_it_goes() -> None:
    talk = make_conversation()
    conversations.reply(talk, "Thank you.", by=talk.therapist.user, now=LATER)
    reaching.choose(talk.client, {"message": []}, texts=False, by=talk.client.user, now=LATER)
    with pytest.raises(NotWanted):
        messages.still_wanted(Message.objects.get(kind="message_waiting"), LATER)

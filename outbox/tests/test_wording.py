"""What messages say: each kind's own words, placeholders, text and HTML from one source."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import TemplateDoesNotExist
from django.test import override_settings
from django.utils import timezone

from outbox import registry, wording
from outbox.models import Channel, Message, Wording
from outbox.parts import LEFT_OUT, Box, Button, Links, Points
from outbox.placeholders import faults_in
from outbox.registry import Kind
from outbox.wording import Words
from practice.models import Practice

PRACTICE = Practice(name="Still & Water", phone="020 1", email="hello@still.example")
KNOWN = {"client", "when", "button", "practice"}
EVERY_KIND = [(kind, channel) for kind in registry.kinds() for channel in wording.channels_of(kind)]


def letter(text: str, subject: str = "Hello", channel: str = Channel.EMAIL, **values: Any) -> registry.Said:
    return wording.fill_in(Words(subject, text), values, PRACTICE, channel)


def test_every_kind_has_a_title_a_group_and_a_sample_of_just_its_placeholders() -> None:
    assert len(registry.kinds()) >= 20
    for kind, channel in EVERY_KIND:
        assert kind.title and kind.group in registry.GROUPS
        assert set(kind.sample(channel)) == set(kind.placeholders), kind.name
        assert set(kind.in_sms) | set(kind.needs) <= set(kind.placeholders), kind.name
    assert len({kind.title for kind in registry.kinds()}) == len(registry.kinds())


@pytest.mark.parametrize(("kind", "channel"), EVERY_KIND, ids=lambda each: getattr(each, "name", each))
def test_words_that_ship_have_no_faults_and_fill_in_whole(kind: Kind, channel: str) -> None:
    words = wording.shipped(kind.name, channel)

    assert wording.faults_of(kind, channel, words) == {"subject": [], "text": []}
    said = wording.fill_in(words, kind.sample(channel), PRACTICE, channel)
    assert "{" not in said.subject + said.text + said.kept and "\n\n\n" not in said.text
    assert "http" not in said.kept
    if channel == Channel.SMS:
        assert (said.subject, said.html) == ("", "") and "http" not in said.text
    else:
        assert said.subject and "{{" not in said.html


def test_no_words_that_ship_name_a_session_or_a_kind_of_work() -> None:
    for kind, channel in EVERY_KIND:
        words = wording.shipped(kind.name, channel)
        for telling in ("tantric", "massage", "intake", "consent"):
            assert telling not in words.subject.lower(), kind.name
            if channel == Channel.SMS:
                assert telling not in words.text.lower(), kind.name


def test_one_text_makes_the_text_and_the_html() -> None:
    said = letter(
        "Hello {{ client }},\n\n{{ facts }}\n\n{{ times }}\n\nRooms & <quiet>\nsecond line\n\n{{ button }}",
        client="Sam <b>",
        facts=Box(("Thursday", "With Mara & Jo")),
        times=Points(("One", "Two")),
        button=Button("See it", "http://x.example/?a=1&b=2"),
    )

    assert said.text == (
        "Hello Sam <b>,\n\nThursday\nWith Mara & Jo\n\n- One\n- Two\n\nRooms & <quiet>\nsecond line\n\n"
        "See it: http://x.example/?a=1&b=2\n\nStill & Water\n020 1\nhello@still.example\n"
    )
    for piece in (
        "<p>Hello Sam &lt;b&gt;,</p>",
        "<strong>Thursday</strong><br>With Mara &amp; Jo</p>",
        "<ul><li>One</li><li>Two</li></ul>",
        "<p>Rooms &amp; &lt;quiet&gt;<br>second line</p>",
        'href="http://x.example/?a=1&amp;b=2"',
        "Still &amp; Water",
    ):
        assert piece in said.html


def test_what_is_kept_has_no_link() -> None:
    links = Links((Button("Cancel", "http://x.example/s3cret"), Button("Move", "http://x.example/other", quiet=True)))
    said = letter("{{ links }}", links=links)
    assert "http://x.example/s3cret" in said.text and "http://x.example/other" in said.html
    assert said.kept.startswith(f"Cancel: {LEFT_OUT}\nMove: {LEFT_OUT}\n") and "http" not in said.kept


def test_lines_and_paragraphs_that_nothing_is_left_of_are_left_out() -> None:
    said = letter("One\n\n{{ terms }}\n\nTwo\n{{ terms }}\nThree\n\n{{ times }}", terms="", times=Points(()))
    assert said.text.startswith("One\n\nTwo\nThree\n\nStill & Water")
    assert "<p>One</p>\n<p>Two<br>Three</p>\n<p style" in said.html


def test_a_value_is_never_read_as_a_wording() -> None:
    said = letter("Hello {{ client }}", client="{{ practice }} {% now 'Y' %}")
    assert "Hello {{ practice }} {% now 'Y' %}" in said.text


def test_line_break_in_a_name_never_reaches_the_subject() -> None:
    said = letter("Hello", subject="For {{ client }}", client="Sam\r\nBcc: all@example.com\u2028x\x0bq")
    assert said.subject == "For Sam Bcc: all@example.com x q"


def test_value_that_is_missing_is_an_error_not_a_gap() -> None:
    with pytest.raises(KeyError, match="client"):
        letter("Hello {{ client }}")


def test_text_message_has_neither_subject_nor_html() -> None:
    said = letter("{{ practice }}: {{ when }}", channel=Channel.SMS, when="Thursday, 10:00")
    assert said == registry.Said("", "Still & Water: Thursday, 10:00", "", "Still & Water: Thursday, 10:00")


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("Hello {{ client }}, {{when}}", []),
        ("Hello {{ cleint }}", ["There is no placeholder “{{ cleint }}” in this message. Did you mean {{ client }}?"]),
        ("{{ zzz }} {{ zzz }}", ["There is no placeholder “{{ zzz }}” in this message."]),
        ("{% now 'Y' %}", ["Only placeholders like {{ name }} can be used here; {% … %} and {# … #} cannot."]),
        ("{# a #}", ["Only placeholders like {{ name }} can be used here; {% … %} and {# … #} cannot."]),
        ("{{ client.email }}", ["“{{ client.email }}” cannot be used: a placeholder is one word between the braces."]),
        ("{{ client|upper }}", ["“{{ client|upper }}” cannot be used: a placeholder is one word between the braces."]),
        ("{{ client when }}", ["“{{ client when }}” cannot be used: a placeholder is one word between the braces."]),
        ('{{ "client" }}', ['“{{ "client" }}” cannot be used: a placeholder is one word between the braces.']),
        ("{{ _(client) }}", ["“{{ _(client) }}” cannot be used: a placeholder is one word between the braces."]),
        ("{{ 5 }}", ["“{{ 5 }}” cannot be used: a placeholder is one word between the braces."]),
        ("{{ }}", ["“{{  }}” cannot be used: a placeholder is one word between the braces."]),
        ("{{ __class__ }}", ["“{{ __class__ }}” cannot be used: a placeholder is one word between the braces."]),
        (
            "On {{ when\n}}",
            ["A brace is missing or too many at “On {{ when”. A placeholder looks like {{ name }}, on one line."],
        ),
        ("On { when }", ["“{ when }” has single braces. Write {{ when }}."]),
        ("A smile {o} stays", []),
    ],
)
def test_fault_in_a_wording_is_said_in_a_sentence(text: str, faults: list[str]) -> None:
    assert faults_in(text, KNOWN) == faults


def test_wording_without_what_it_is_sent_for_is_refused() -> None:
    kind = registry.named("therapist_invited")
    assert kind is not None
    faults = wording.faults_of(kind, Channel.EMAIL, Words("Welcome", "Hello {{ name }}"))
    assert faults["text"] == [
        "Please keep {{ button }} (the link to choose a password) somewhere in the text: without it the message is of no use."
    ]


def test_block_has_no_place_in_a_subject_nor_a_letters_placeholder_in_a_text_message() -> None:
    kind = registry.named("booking_confirmed")
    assert kind is not None
    assert wording.faults_of(kind, Channel.EMAIL, Words("{{ facts }}", "{{ facts }}"))["subject"] == [
        "There is no placeholder “{{ facts }}” in this message."
    ]
    assert wording.faults_of(kind, Channel.SMS, Words("", "{{ session }}"))["text"] == [
        "There is no placeholder “{{ session }}” in this message."
    ]


@pytest.mark.django_db
def test_practices_own_words_are_taken_and_those_that_ship_where_they_can_no_longer_be_filled_in() -> None:
    kind = registry.named("booking_confirmed")
    assert kind is not None
    ships = wording.shipped(kind.name, Channel.EMAIL)
    assert wording.current(kind, Channel.EMAIL) == ships
    own = Wording.objects.create(kind=kind.name, subject="See you", text="{{ facts }}", changed_at=timezone.now())
    assert wording.current(kind, Channel.EMAIL) == Words("See you", "{{ facts }}")
    Wording.objects.filter(pk=own.pk).update(text="{{ facts }} {{ gone_since }}")
    assert wording.current(kind, Channel.EMAIL) == ships
    assert wording.current(kind, Channel.SMS) == wording.shipped(kind.name, Channel.SMS)


@pytest.mark.django_db
def test_letter_is_written_with_the_practices_own_words() -> None:
    Wording.objects.create(
        kind="therapist_invited", subject="Welcome, {{ name }}", text="{{ button }}", changed_at=timezone.now()
    )
    kind = registry.named("therapist_invited")
    assert kind is not None
    said = wording.write(Message(kind=kind.name), kind.sample(Channel.EMAIL), PRACTICE)
    assert said.subject == "Welcome, Mara"


def test_translation_is_a_folder_and_what_it_lacks_ships(settings: Any, tmp_path: Any) -> None:
    (tmp_path / "emails" / "de").mkdir(parents=True)
    (tmp_path / "emails" / "de" / "booking_reminder.subject.txt").write_text("Erinnerung: {{ when }}\n")
    templates = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    with override_settings(TEMPLATES=templates, LANGUAGE_CODE="de-at"):
        words = wording.shipped("booking_reminder", Channel.EMAIL)
    assert words == Words("Erinnerung: {{ when }}", wording.shipped("booking_reminder", Channel.EMAIL).text)


def test_kind_without_words_is_an_error_that_names_the_file() -> None:
    with pytest.raises(TemplateDoesNotExist, match=r"emails/nothing\.subject\.txt"):
        wording.shipped("nothing", Channel.EMAIL)


@pytest.mark.parametrize("text", ["{{ when|upper }}", "{% if when %}{% endif %}", "{# when #}", "{{ a.b }}"])
def test_wording_with_faults_is_never_filled_in(text: str) -> None:
    with pytest.raises(ValueError, match="with faults"):
        letter(text, when="now")

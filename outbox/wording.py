"""What a message says: the practice's own wording of its kind, or the one that ships, filled in. One text makes both the
text and the HTML of a letter. Only reads."""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.template import Context as Filling
from django.template import Template, TemplateDoesNotExist
from django.template.loader import get_template

from outbox import parts, registry
from outbox.models import Channel, Message, Wording
from outbox.parts import Context, Value
from outbox.placeholders import Line, faults_in, names_in, read
from outbox.registry import Attachment, Kind, Said
from practice.models import Practice

EVERYWHERE = {"practice": "the practice's name", "phone": "the practice's telephone number"}
"""Placeholders that each message has."""


@dataclass(frozen=True, slots=True)
class Words:
    """A subject (none for a text message) and a text, with their placeholders."""

    subject: str
    text: str


def write(message: Message, context: Context, practice: Practice, attachments: tuple[Attachment, ...] = ()) -> Said:
    """The message as it goes out now, on its channel. KeyError where `context` lacks what the kind promises."""
    kind = registry.kind_of(message)
    words = message.words or current(kind, message.channel)
    return fill_in(words, context, practice, message.channel, attachments)


def current(kind: Kind, channel: str) -> Words:
    """The practice's own words; those that ship where there are none, or where a newer release cannot fill them in."""
    own = Wording.objects.filter(kind=kind.name, channel=channel, language="").values_list("subject", "text").first()
    words = Words(*own) if own else None
    return words if words and is_usable(kind.name, channel, words) else shipped(kind.name, channel)


@functools.lru_cache(maxsize=512)
def is_usable(name: str, channel: str, words: Words) -> bool:
    kind = registry.named(name)
    return kind is not None and not any(faults_of(kind, channel, words).values())


def placeholders_of(kind: Kind, channel: str) -> dict[str, str]:
    """What may stand in a text of this kind on this channel, and what each stands for."""
    known = {**kind.placeholders, **EVERYWHERE}
    return {name: known[name] for name in (*kind.in_sms, *EVERYWHERE)} if channel == Channel.SMS else known


def faults_of(kind: Kind, channel: str, words: Words) -> dict[str, list[str]]:
    """By field, in sentences. A subject is one line of plain words; a letter has what it is sent for."""
    known = placeholders_of(kind, channel)
    sample = kind.sample(channel)
    plain = [name for name in known if isinstance(sample.get(name, ""), str)]
    text = faults_in(words.text, known)
    if channel == Channel.EMAIL and not text:
        text = [_missing(name, known[name]) for name in kind.needs if name not in names_in(words.text)]
    return {"subject": faults_in(words.subject, plain), "text": text}


def _missing(name: str, stands_for: str) -> str:
    return f"Please keep {{{{ {name} }}}} ({stands_for}) somewhere in the text: without it the message is of no use."


def shipped(name: str, channel: str) -> Words:
    """The words that ship, in the site's language where there are any, else in English. TemplateDoesNotExist where a kind
    has none for that channel."""
    if channel == Channel.SMS:
        return Words("", _file(f"{name}.sms.txt"))
    return Words(_file(f"{name}.subject.txt").strip(), _file(f"{name}.txt"))


def channels_of(kind: Kind) -> list[str]:
    """E-mail always; text messages where words for one ship."""
    return [Channel.EMAIL, *([Channel.SMS] if has_sms(kind.name) else [])]


def has_sms(name: str) -> bool:
    try:
        shipped(name, Channel.SMS)
    except TemplateDoesNotExist:
        return False
    return True


def _file(name: str) -> str:
    """Unfilled: the template's own source."""
    language = settings.LANGUAGE_CODE
    for folder in (f"{language}/", f"{language.partition('-')[0]}/", ""):
        try:
            return _template(f"{folder}{name}").source  # type: ignore[no-any-return]
        except TemplateDoesNotExist:
            continue
    raise TemplateDoesNotExist(f"emails/{name}")


def fill_in(
    words: Words, context: Context, practice: Practice, channel: str, attachments: tuple[Attachment, ...] = ()
) -> Said:
    values: dict[str, Value] = {"practice": practice.name, "phone": practice.phone, **context}
    used = names_in(words.subject + words.text)
    if missing := used - values.keys():
        raise KeyError(", ".join(sorted(missing)))
    plain, kept = ({name: form(values[name]) for name in used} for form in (parts.as_text, parts.as_kept))
    text = _plain(words.text, plain)
    text_kept = text if kept == plain else _plain(words.text, kept)
    if channel == Channel.SMS:
        return Said(subject="", text=text, html="", kept=text_kept)
    closing = "\n\n" + "\n".join(line for line in (practice.name, practice.phone, practice.email) if line) + "\n"
    before, after = _frame(practice.name, practice.phone, practice.email, _template("_letter.html"))
    return Said(
        subject=" ".join(_plain(words.subject, plain).split()),
        text=text + closing,
        html=before + _rich(words.text, values) + after,
        kept=text_kept + closing,
        attachments=attachments,
    )


def _template(name: str) -> Template:
    return get_template(f"emails/{name}").template  # type: ignore[attr-defined, no-any-return]


@functools.lru_cache(maxsize=8)
def _frame(name: str, phone: str, email: str, template: Template) -> tuple[str, str]:
    """What stands before and after each letter's own words; it is told no more than these."""
    mark = secrets.token_hex()
    practice = {"name": name, "phone": phone, "email": email}
    before, after = template.render(Filling({"practice": practice, "body": mark})).split(mark)
    return before, after


def _plain(wording: str, values: dict[str, str]) -> str:
    """Lines and paragraphs that nothing is left of are left out."""
    paragraphs = [[line.as_text(values) for line in lines] for lines in read(wording)]
    return "\n\n".join("\n".join(filter(None, lines)) for lines in paragraphs if any(lines))


def _rich(wording: str, values: dict[str, Value]) -> str:
    return "\n".join(filter(None, (_paragraph(lines, values) for lines in read(wording))))


def _paragraph(lines: tuple[Line, ...], values: dict[str, Value]) -> str:
    if len(lines) == 1 and lines[0].alone:
        return parts.alone_in_html(values[lines[0].alone])
    within = {name: parts.within_html(values[name]) for line in lines for name in line.names}
    said = "<br>".join(filter(None, (line.as_html(within) for line in lines)))
    return f"<p>{said}</p>" if said else ""

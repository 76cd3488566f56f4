import smtplib
from email.message import EmailMessage

import pytest

from practice.demo import inbox

pytestmark = pytest.mark.urls("practice.tests.demo_urls")


def a_mail(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    for name, value in (
        {"From": "hello@demo.example", "To": "sam@example.com", "Subject": "Your session"} | headers
    ).items():
        mail[name] = value
    mail.set_content("See you on Monday — https://example.com/x\n")
    mail.add_alternative("<p>See you on <b>Monday</b></p>\n", subtype="html")
    mail.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="session.ics")
    return mail


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(inbox, "FOLDER", tmp_path / "mail")
    return tmp_path / "mail"


@pytest.fixture
def kept(folder):
    """One message, really sent over SMTP."""
    with inbox.receiving() as port, smtplib.SMTP("127.0.0.1", port) as sender:
        sender.send_message(a_mail())
    return inbox.read_all()[0]


def test_message_arrives_as_it_was_sent(kept):
    assert (kept.subject, kept.to, kept.text, kept.html) == (
        "Your session",
        "sam@example.com",
        "See you on Monday — https://example.com/x\n",
        "<p>See you on <b>Monday</b></p>\n",
    )
    assert [part.get_filename() for part in kept.attachments] == ["session.ics"]


def test_newest_message_comes_first_and_one_address_can_be_asked_for(folder):
    for to, subject in [("sam@example.com", "one"), ("kim@example.com", "two"), ("sam@example.com", "three")]:
        inbox.keep(inbox.FOLDER, [to], a_mail(To=to, Subject=subject).as_bytes())
    assert [mail.subject for mail in inbox.read_all()] == ["three", "two", "one"]
    assert [mail.subject for mail in inbox.read_all("SAM@example.com")] == ["three", "one"]


def test_only_the_newest_are_kept(folder, monkeypatch):
    monkeypatch.setattr(inbox, "KEPT", 2)
    for subject in ("one", "two", "three"):
        inbox.keep(inbox.FOLDER, ["sam@example.com"], a_mail(Subject=subject).as_bytes())
    assert [mail.subject for mail in inbox.read_all()] == ["three", "two"]


@pytest.mark.django_db
def test_pages_show_the_message(client, kept):
    listed = client.get("/demo/mail/")
    assert f'href="/demo/mail/{kept.number}/"' in listed.text
    shown = client.get(f"/demo/mail/{kept.number}/")
    assert "See you on Monday" in shown.text
    assert f'<a href="/demo/mail/{kept.number}/attachments/0/">session.ics</a>' in shown.text
    assert "frame-src 'self'" in shown.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_html_is_shown_in_a_sandbox_without_scripts(client, kept):
    shown = client.get(f"/demo/mail/{kept.number}/html/")
    policy = shown.headers["Content-Security-Policy"]
    assert shown.text == kept.html
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.django_db
def test_attachment_is_downloaded(client, kept):
    got = client.get(f"/demo/mail/{kept.number}/attachments/0/")
    assert (got.content, got.headers["Content-Disposition"]) == (
        b"BEGIN:VCALENDAR\r\n",
        'attachment; filename="session.ics"',
    )


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/demo/mail/1/", "/demo/mail/1/html/", "/demo/mail/1/attachments/0/"])
def test_unknown_message_is_not_found(client, folder, path):
    assert client.get(path).status_code == 404


@pytest.mark.django_db
@pytest.mark.urls("practice.urls")
def test_other_modes_have_no_mail_page(client):
    assert client.get("/demo/mail/").status_code == 404

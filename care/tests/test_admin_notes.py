"""The note, the record and reflections on the practice's side: what is typed is kept, and who finds what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_front_desk, make_owner
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking, make_therapist
from care import notes, plans, reflections
from care.energy import Point
from care.models import EnergyChart, NoteState, Phrase, Reflection, SessionNote
from care.plans import Work
from care.tests.factories import make_incident, make_note, make_refusal, make_sheet, make_signed_note, make_visit
from clients.models import CareRelation
from clients.opened import readings
from clients.tests.factories import make_client_with_account, make_consent, make_published
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
CHART = {"root": Point("blocked", "Cold feet."), "heart": Point("balanced")}


@pytest.fixture(autouse=True)
def practice() -> Any:
    return make_practice()


@pytest.fixture
def visit() -> Booking:
    """A session of two hours ago, by a therapist who treats the client."""
    now = timezone.now().replace(microsecond=0, second=0)
    booking = make_visit(client=make_client_with_account(), starts_at=now - dt.timedelta(hours=3))
    CareRelation.objects.create(client=booking.client, user=booking.therapist.user, since=now)
    return booking


def browser_of(user: Any) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def write_url(booking: Booking) -> str:
    return reverse("admin:care_sessionnote_write", args=[booking.pk])


def page_of(note: SessionNote) -> str:
    return reverse("admin:care_sessionnote_change", args=[note.pk])


def record_of(booking: Booking) -> str:
    return reverse("admin:care_record", args=[booking.client_id])


def typed(**overrides: Any) -> dict[str, Any]:
    return {
        "seen": "0",
        "done": "Back.",
        "response": "",
        "aftercare": "Rest.",
        "plan": "",
        "root": "blocked",
    } | overrides


# The note


def test_note_is_saved_then_signed_with_its_chart(visit: Booking) -> None:
    browser = browser_of(visit.therapist.user)
    answer = browser.post(write_url(visit), typed(**{"save": "1", "root-note": "Cold feet."}), follow=True)
    assert "The draft is saved" in answer.content.decode()
    browser.post(write_url(visit), typed(seen="1", sign="1", shares_aftercare="on"))
    note = SessionNote.objects.get()
    assert (note.state, note.done, note.shared_at is not None) == (NoteState.SIGNED, "Back.", True)
    assert EnergyChart.objects.get().points == {"root": Point("blocked")}
    shown = browser.get(write_url(visit), follow=True)
    assert shown.redirect_chain == [(page_of(note), 302)]
    assert "Rest." in shown.content.decode()


def test_what_is_to_be_shared_is_kept_with_the_draft_and_shared_with_the_signature(visit: Booking) -> None:
    browser = browser_of(visit.therapist.user)
    ticks = ["shares_aftercare", "shares_chart", "shares_chart_notes"]
    browser.post(write_url(visit), typed(save="1", **dict.fromkeys(ticks[:2], "on")))
    draft, form = SessionNote.objects.get(), browser.get(write_url(visit)).context["form"]
    assert [bool(form[name].value()) for name in ticks] == [True, True, False]
    assert (draft.shared_at, draft.chart.shared_at) == (None, None)
    browser.post(write_url(visit), typed(seen="1", save="1", shares_chart="on"))
    form = browser.get(write_url(visit)).context["form"]
    assert [bool(form[name].value()) for name in ticks] == [False, True, False]
    browser.post(write_url(visit), typed(seen="2", sign="1", shares_chart="on"))
    note = SessionNote.objects.get()
    assert (note.to_share, note.shared_at, note.chart.shared_at is not None) == (None, None, True)


def test_form_begins_with_the_areas_agreed_and_the_last_plan_and_charts_beside_it(visit: Booking) -> None:
    before = make_visit(
        client=visit.client, therapist=visit.therapist, starts_at=visit.starts_at - dt.timedelta(days=7)
    )
    make_signed_note(before, plan="Begin with the feet.", points=CHART)
    Booking.objects.filter(pk=visit.pk).update(status=Status.CONFIRMED, started_at=None, ended_at=None)
    make_sheet(booking=Booking.objects.get(pk=visit.pk), by=visit.therapist.user)
    Booking.objects.filter(pk=visit.pk).update(status=Status.COMPLETED, started_at=visit.starts_at)
    answer = browser_of(visit.therapist.user).get(write_url(visit))
    said = answer.content.decode()
    assert "Begin with the feet." in said
    assert "heart balanced" in said
    assert answer.context["form"].initial["areas"] == ["neck", "upper-back", "lower-back"]


def test_draft_that_was_saved_elsewhere_is_put_beside_what_was_typed(visit: Booking) -> None:
    make_note(visit, done="From the first window.")
    browser = browser_of(visit.therapist.user)
    answer = browser.post(write_url(visit), typed(done="From the second window.", save="1"))
    said = answer.content.decode()
    assert "saved in another window" in said
    assert "From the first window." in said
    assert "From the second window." in said
    again = typed(seen=answer.context["form"]["seen"].value(), done="From both.", save="1")
    browser.post(write_url(visit), again)
    assert SessionNote.objects.get().done == "From both."


def test_note_signed_a_second_time_says_so_and_keeps_what_was_typed(visit: Booking) -> None:
    make_signed_note(visit, done="The first.")
    answer = browser_of(visit.therapist.user).post(write_url(visit), typed(done="The second.", sign="1"))
    assert "was signed in the meantime" in answer.content.decode()
    assert "The second." in answer.content.decode()
    assert SessionNote.objects.get().done == "The first."


@pytest.mark.parametrize("button", ["save", "sign"])
def test_empty_note_is_refused_in_a_sentence(visit: Booking, button: str) -> None:
    answer = browser_of(visit.therapist.user).post(write_url(visit), {"seen": "0", button: "1"})
    assert "Please write" in answer.content.decode()
    assert SessionNote.objects.count() == 0


def test_session_that_did_not_take_place_leads_back_with_a_sentence(visit: Booking) -> None:
    Booking.objects.update(status=Status.NO_SHOW)
    answer = browser_of(visit.therapist.user).get(write_url(visit), follow=True)
    assert "this session has not taken place" in answer.content.decode()


def test_phrase_is_put_in_without_scripts_and_nothing_is_saved(visit: Booking) -> None:
    phrase = Phrase.objects.create(section="done", words="Slow opening.", user=visit.therapist.user)
    sent = typed(add="done", pick_done=str(phrase.pk), areas=["neck"])
    answer = browser_of(visit.therapist.user).post(write_url(visit), sent)
    form = answer.context["form"]
    assert (form["done"].value(), form["areas"].value(), form["root"].value()) == (
        "Back. Slow opening.",
        ["neck"],
        "blocked",
    )
    assert SessionNote.objects.count() == 0


@pytest.mark.parametrize("sent", [{"root": "cured"}, {"areas": ["tail"]}, {"seen": "x"}, {"done": "x" * 5001}])
def test_what_the_form_does_not_offer_is_refused_beside_its_field(visit: Booking, sent: dict[str, Any]) -> None:
    answer = browser_of(visit.therapist.user).post(write_url(visit), typed(save="1") | sent)
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == set(sent)
    assert SessionNote.objects.count() == 0


def test_another_therapists_phrases_are_not_offered(visit: Booking) -> None:
    Phrase.objects.create(section="done", words="Somebody else's.", user=make_therapist().user)
    assert "Somebody else" not in browser_of(visit.therapist.user).get(write_url(visit)).content.decode()


def test_signed_note_is_amended_and_shown_to_the_client_or_no_longer(visit: Booking) -> None:
    note = make_signed_note(visit, aftercare="Rest.", points=CHART)
    browser = browser_of(visit.therapist.user)
    browser.post(page_of(note), {"amend": "1", "words": "The left shoulder.", "reason": "Wrong side."})
    said = browser.get(page_of(note)).content.decode()
    assert said.index("Back and neck") < said.index("Wrong side.") < said.index("The left shoulder.")
    for button in ("share_aftercare", "share_chart_notes"):
        browser.post(page_of(note), {button: "1"})
    note = SessionNote.objects.get()
    assert (note.shared_at is not None, note.chart.shared_at is not None, note.chart.shares_notes) == (True, True, True)
    for button in ("unshare_aftercare", "unshare_chart"):
        browser.post(page_of(note), {button: "1"})
    note = SessionNote.objects.get()
    assert (note.shared_at, note.chart.shared_at) == (None, None)


def test_amendment_without_a_reason_is_not_kept(visit: Booking) -> None:
    note = make_signed_note(visit)
    answer = browser_of(visit.therapist.user).post(page_of(note), {"amend": "1", "words": "Left."})
    assert "Please say why" in answer.content.decode()
    assert note.amendments.count() == 0


def test_draft_is_read_by_its_therapist_alone(visit: Booking) -> None:
    note = make_note(visit, done="Not finished.")
    other = make_therapist().user
    CareRelation.objects.create(client=visit.client, user=other, since=timezone.now())
    said = browser_of(other).get(page_of(note)).content.decode()
    assert "Not finished." not in said
    assert "still writing" in said


def test_colleague_who_treats_the_client_reads_and_does_not_amend(visit: Booking) -> None:
    note = make_signed_note(visit)
    other = make_therapist().user
    browser = browser_of(other)
    assert [browser.get(url).status_code for url in (page_of(note), write_url(visit))] == [404, 404]
    CareRelation.objects.create(client=visit.client, user=other, since=timezone.now())
    assert "Back and neck" in browser.get(page_of(note)).content.decode()
    browser.post(page_of(note), {"amend": "1", "words": "Left.", "reason": "Wrong side."})
    assert note.amendments.count() == 0


def test_front_desk_finds_no_note_no_record_and_no_word_of_them(visit: Booking) -> None:
    note = make_signed_note(visit)
    browser = browser_of(make_front_desk())
    for url in (write_url(visit), page_of(note), record_of(visit), reverse("admin:care_sessionnote_changelist")):
        assert browser.get(url).status_code == 403
    said = browser.get(reverse("admin:bookings_booking_change", args=[visit.pk])).content.decode()
    assert "Session note" not in said


def test_list_of_notes_begins_with_what_waits(visit: Booking) -> None:
    said = browser_of(visit.therapist.user).get(reverse("admin:care_sessionnote_changelist")).content.decode()
    assert write_url(visit) in said
    make_signed_note(visit)
    said = browser_of(visit.therapist.user).get(reverse("admin:care_sessionnote_changelist")).content.decode()
    assert "Every session that ended has its signed note" in said


# The record


def fill(visit: Booking) -> SessionNote:
    """One of each kind."""
    now = timezone.now()
    note = make_signed_note(visit, now=now, plan="Feet first.", points=CHART)
    notes.amend(note, "The left shoulder.", reason="Wrong side.", by=note.author, now=now)
    make_consent(visit.client, make_published(now), now)
    make_incident(visit.client, by=visit.therapist.user, what="A remark.", consequence="warn")
    standing, length = plans.standing(visit.client, visit.therapist), visit.session_type.lengths.get()
    work = Work(length, 4, 14, "Breath and grounding.")
    plans.make(
        visit.client, visit.therapist, work, by=visit.therapist.user, now=now, seen=standing.number if standing else 0
    )
    make_refusal(make_booking(client=visit.client, status=Status.REQUESTED))
    return note


def test_record_is_one_line_of_time_with_all_that_was_written(visit: Booking) -> None:
    fill(visit)
    said = browser_of(visit.therapist.user).get(record_of(visit)).content.decode()
    for words in (
        "Feet first.",
        "Wrong side.",
        "A remark.",
        "Heart",
        "signed",
        "the request was declined",
        "Breath and grounding.",
    ):
        assert words in said
    [reading] = readings(visit.client)
    assert reading.first.object == "record:record"


@pytest.mark.parametrize(
    ("kind", "has", "lacks"),
    [
        ("note", "Feet first.", "A remark."),
        ("incident", "A remark.", "Feet first."),
        ("plan", "Breath and grounding.", "Feet first."),
    ],
)
def test_record_shows_one_kind_alone(visit: Booking, kind: str, has: str, lacks: str) -> None:
    fill(visit)
    said = browser_of(visit.therapist.user).get(record_of(visit), {"kind": kind}).content.decode()
    assert has in said
    assert lacks not in said


def test_record_is_taken_away_as_a_pdf_and_leaves_a_line(visit: Booking) -> None:
    fill(visit)
    url = reverse("admin:care_record_pdf", args=[visit.client_id])
    answer = browser_of(make_owner()).get(url)
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert [each.first.object for each in readings(visit.client)] == ["record:copy"]


def test_empty_record_and_empty_kind_say_what_comes() -> None:
    client = make_client_with_account()
    browser = browser_of(make_owner())
    url = reverse("admin:care_record", args=[client.pk])
    assert "Nothing is kept yet" in browser.get(url).content.decode()
    assert "nothing of this kind" in browser.get(url, {"kind": "chart"}).content.decode()


def test_therapist_who_does_not_treat_the_client_is_led_to_the_way_in_need(visit: Booking) -> None:
    answer = browser_of(make_therapist().user).get(record_of(visit))
    assert answer.headers["Location"] == reverse("admin:clients_client_open", args=[visit.client_id])


def test_record_of_three_of_each_asks_no_more_than_of_one(
    visit: Booking, django_assert_max_num_queries: Callable
) -> None:
    fill(visit)
    browser = browser_of(make_owner())
    counted = []
    for _ in range(2):
        with django_assert_max_num_queries(60) as asked:
            browser.get(record_of(visit))
        counted.append(len(asked))
        for days in (7, 14) if not counted[1:] else ():
            start = visit.starts_at - dt.timedelta(days=days)
            fill(make_visit(client=visit.client, therapist=visit.therapist, starts_at=start))
    assert counted[1] <= counted[0] + 1


def test_record_says_what_is_not_a_page_as_the_nearest_one(visit: Booking) -> None:
    fill(visit)
    for page in ("0", "x", "99"):
        assert browser_of(make_owner()).get(record_of(visit), {"page": page}).status_code == 200


# Reflections


def test_reflection_is_its_authors_alone(visit: Booking) -> None:
    author = visit.therapist.user
    browser = browser_of(author)
    add = reverse("admin:care_reflection_add") + f"?client={visit.client_id}&booking={visit.pk}"
    browser.post(add, {"words": "I was tired, and it showed."})
    reflection = Reflection.objects.get()
    page = reverse("admin:care_reflection_change", args=[reflection.pk])
    assert "I was tired" in browser.get(page).content.decode()
    owner = browser_of(make_owner())
    assert owner.get(page).status_code == 404
    assert visit.client.name not in owner.get(reverse("admin:care_reflection_changelist")).content.decode()
    assert "I was tired" not in owner.get(record_of(visit)).content.decode()


def test_reflection_given_to_another_author_opens_for_nobody(visit: Booking) -> None:
    made = reflections.write(visit.client, "Mine.", by=visit.therapist.user, now=timezone.now())
    owner = make_owner()
    Reflection.objects.filter(pk=made.pk).update(author=owner)
    assert Reflection.objects.for_user(owner).get().words != "Mine."


def test_reflection_is_changed_and_removed_for_good(visit: Booking) -> None:
    made = reflections.write(visit.client, "Mine.", by=visit.therapist.user, now=timezone.now())
    browser = browser_of(visit.therapist.user)
    page = reverse("admin:care_reflection_change", args=[made.pk])
    browser.post(page, {"words": "Better said."})
    assert Reflection.objects.get().words == "Better said."
    assert "Please write something first" in browser.post(page, {"words": " "}).content.decode()
    browser.post(page, {"remove": "1"})
    assert Reflection.objects.count() == 0


# Phrases


def test_therapist_keeps_own_phrases_and_the_practices_stay_the_owners(visit: Booking) -> None:
    practices = Phrase.objects.filter(user=None).first()
    browser = browser_of(visit.therapist.user)
    browser.post(reverse("admin:care_phrase_add"), {"section": "plan", "words": "Feet first.", "order": "0"})
    assert Phrase.objects.get(words="Feet first.").user == visit.therapist.user
    assert practices is not None
    gone = reverse("admin:care_phrase_delete", args=[practices.pk])
    assert browser.post(gone, {"post": "yes"}).status_code == 403
    assert browser_of(make_owner()).post(gone, {"post": "yes"}).status_code == 302

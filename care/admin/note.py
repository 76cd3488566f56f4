"""The session note on the tablet: written in a minute beside what stood last time, signed, amended, and what is shared of it.

Nothing that was typed is lost on a refusal: the form comes back with it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone

from bookings.models import Booking
from bookings.permissions import may_answer
from care import charts, notes, record, unsigned
from care.admin.page import CareAdmin, typed
from care.errors import NoNoteYet
from care.models import BoundarySheet, NoteState, Phrase, SessionNote
from care.noteforms import AmendForm, NoteForm, initial_of, with_phrase
from practice.admin_site import OfficeAdmin, clock

BESIDE = 4
"""So many earlier charts stand beside the new one."""
DONE = {
    "share_aftercare": "The client reads the aftercare on their page from now on.",
    "unshare_aftercare": "The client does not see the aftercare any more.",
    "share_chart": "The client sees the chart on their page from now on.",
    "share_chart_notes": "The client sees the chart with your notes on it from now on.",
    "unshare_chart": "The client does not see the chart any more.",
}


class LateFilter(admin.BooleanFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "late entry"


@admin.register(SessionNote)
class SessionNoteAdmin(CareAdmin):
    to_client = "booking__client"
    reads = "note"
    author = "author"
    template = "note"
    list_display = ["when", "who", "session", "written_by", "state", "late"]
    list_select_related = ["booking__client", "booking__session_type", "author"]
    list_filter = ["state", ("is_late_entry", LateFilter)]
    search_fields = ["booking__client__name"]
    ordering = ["-booking__starts_at"]
    show_full_result_count = False
    change_list_template = "admin/care/notes.html"

    def get_urls(self) -> list[Any]:
        write = self.admin_site.admin_view(self.write_view)
        return [path("booking/<int:booking>/", write, name="care_sessionnote_write"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        waiting = unsigned.waiting(request.user, timezone.now())[: self.list_per_page]
        return super().changelist_view(request, {"waiting": waiting} | (extra_context or {}))

    # A draft

    def write_view(self, request: HttpRequest, booking: int) -> HttpResponse:
        """The note of one session for whoever gave it: GET shows the form, POST saves, signs, or puts a phrase in."""
        self.demand(request, "change")
        found = get_object_or_404(
            Booking.objects.for_user(request.user).select_related("client", "therapist__user", "session_type"),
            pk=booking,
        )
        note = SessionNote.objects.filter(booking=found).select_related("booking__client", "chart", "author").first()
        if not may_answer(found, request.user):
            return self._read_only(request, note)
        if note and note.is_signed and request.method == "GET":
            return self.to_row(note)
        if not notes.may_be_written(found):
            messages.error(request, NoNoteYet.sentence)
            return redirect("admin:bookings_booking_change", found.pk)
        self.note(request, found.client, is_theirs=True)
        form = self._form(request, found, note)
        if form.is_bound and form.is_valid() and self._act(request, found, form):
            signed = SessionNote.objects.filter(booking=found, state=NoteState.SIGNED).first()
            return self.to_row(signed) if signed else redirect("admin:care_sessionnote_write", found.pk)
        return self._shown(request, found, form)

    def _read_only(self, request: HttpRequest, note: SessionNote | None) -> HttpResponse:
        """For who treats the client too: the note as far as it is there for them."""
        if note is None or not self.get_queryset(request).filter(pk=note.pk).exists():
            raise Http404
        return self.to_row(note)

    def _form(self, request: HttpRequest, booking: Booking, note: SessionNote | None) -> NoteForm:
        user = request.user
        if request.method == "POST" and "add" in request.POST:
            return NoteForm(user=user, initial=with_phrase(request.POST, request.POST["add"], user))
        sheet = BoundarySheet.objects.filter(booking=booking).first()
        return NoteForm(typed(request), user=user, initial=initial_of(note, sheet.areas if sheet else 0))

    def _act(self, request: HttpRequest, booking: Booking, form: NoteForm) -> bool:
        verb = notes.sign if "sign" in request.POST else notes.save_draft
        said = "The note is signed." if "sign" in request.POST else "The draft is saved. It still waits to be signed."
        given: dict[str, Any] = {"seen": form.version(), "by": request.user, "now": timezone.now()}
        return self.attempt(request, form, lambda: verb(booking, form.written(), **given), said)

    def _shown(self, request: HttpRequest, booking: Booking, form: NoteForm) -> HttpResponse:
        """Beside the form what stood last time; and where somebody else saved since, what stands now."""
        kept = SessionNote.objects.filter(booking=booking).select_related("booking", "chart", "author").first()
        changed = kept if kept and form.is_bound and form.cleaned_data.get("seen", 0) != kept.version else None
        if changed:
            form.data = form.data.copy()
            form.data["seen"] = str(changed.version)
        earlier = SessionNote.objects.filter(booking__client=booking.client, state=NoteState.SIGNED)
        last = earlier.filter(booking__starts_at__lt=booking.starts_at).order_by("-booking__starts_at")
        beside = [each for each in record.charts_of(booking.client) if each.note.booking_id != booking.pk]
        return self.page(
            request,
            title=f"Session note: {booking.client}, {clock(booking.starts_at)}",
            form=form,
            booking=booking,
            note=kept,
            changed=changed,
            last=last.select_related("booking").first(),
            charts=beside[:BESIDE][::-1],
            template="write",
        )

    # A note as it stands

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        note = self.opened(request, object_id)
        is_mine = self.may(request, "change") and may_answer(note.booking, request.user)
        if not note.is_signed:
            if is_mine:
                return redirect("admin:care_sessionnote_write", note.booking_id)
            return self.page(request, title=f"Session note: {note.booking.client}", note=note, booking=note.booking)
        form = AmendForm(typed(request) if "amend" in request.POST else None) if is_mine else None
        if form and request.method == "POST" and self._change(request, note, form):
            return self.to_row(note)
        return self.page(
            request,
            title=f"Session note: {note.booking.client}, {clock(note.booking.starts_at)}",
            form=form,
            note=note,
            booking=note.booking,
            amendments=note.amendments.select_related("by", "note__booking"),
            button="Add the amendment",
        )

    def _change(self, request: HttpRequest, note: SessionNote, form: AmendForm) -> bool:
        """An amendment, or what the client is shown."""
        by, now = request.user, timezone.now()
        if "amend" in request.POST:
            if not form.is_valid():
                return False
            said = form.cleaned_data
            return self.attempt(
                request,
                form,
                lambda: notes.amend(note, said["words"], reason=said["reason"], by=by, now=now),
                "The amendment stands beside the note.",
            )
        chart = getattr(note, "chart", None)
        acts: dict[str, Any] = {
            "share_aftercare": lambda: notes.share_aftercare(note, by=by, now=now),
            "unshare_aftercare": lambda: notes.unshare_aftercare(note, by=by, now=now),
        }
        if chart:
            acts |= {
                "share_chart": lambda: charts.share(chart, with_notes=False, by=by, now=now),
                "share_chart_notes": lambda: charts.share(chart, with_notes=True, by=by, now=now),
                "unshare_chart": lambda: charts.unshare(chart, by=by, now=now),
            }
        name = next((each for each in acts if each in request.POST), "")
        if name:
            self.attempt(request, None, acts[name], DONE[name])
        return bool(name)

    @admin.display(description="session", ordering="booking__session_type")
    def session(self, note: SessionNote) -> str:
        return str(note.booking.session_type)

    @admin.display(description="start", ordering="booking__starts_at")
    def when(self, note: SessionNote) -> str:
        return clock(note.booking.starts_at)

    @admin.display(description="client")
    def who(self, note: SessionNote) -> str:
        return str(note.booking.client)

    @admin.display(description="late entry")
    def late(self, note: SessionNote) -> str:
        return "a late entry" if note.is_late_entry else "–"

    @admin.display(description="by")
    def written_by(self, note: SessionNote) -> str:
        return str(note.author.name or note.author)


@admin.register(Phrase)
class PhraseAdmin(OfficeAdmin):
    """One's own phrases, and the practice's; those are the owner's to change."""

    list_display = ["words", "section", "whose", "order"]
    list_filter = ["section"]
    fields = ["section", "words", "order"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Phrase]:
        return Phrase.objects.for_user(request.user).select_related("user")

    def has_change_permission(self, request: HttpRequest, obj: Phrase | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_theirs(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Phrase | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_theirs(request, obj)

    def _is_theirs(self, request: HttpRequest, phrase: Phrase | None) -> bool:
        return phrase is None or phrase.user_id == request.user.pk or request.user.is_superuser

    def save_model(self, request: HttpRequest, obj: Phrase, form: Any, change: bool) -> None:
        """The owner's new phrases are for everybody, a therapist's for themselves."""
        if not change and not request.user.is_superuser:
            obj.user = request.user
        super().save_model(request, obj, form, change)

    @admin.display(description="whose")
    def whose(self, phrase: Phrase) -> str:
        return "yours" if phrase.user_id else "everybody's"

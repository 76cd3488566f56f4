"""The words of each kind of message: all of them in a list, one to edit with its preview, a test to oneself."""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from outbox import editing, registry, segments, wording
from outbox.errors import NoNumber
from outbox.forms import WordingForm, filled
from outbox.models import Channel, Wording
from outbox.registry import GROUPS, Kind
from outbox.wording import Words
from practice.admin_site import ReadOnlyAdmin

LETTER = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],  # letters carry their style inside; this one page runs no script at all
    "frame-ancestors": [SELF],
}
CHANNELS = dict(Channel.choices)


@admin.register(Wording)
class WordingAdmin(ReadOnlyAdmin):
    def get_urls(self) -> list[Any]:
        pages = [
            ("of/<slug:called>/<slug:channel>/", self.editor, "edit"),
            ("of/<slug:called>/<slug:channel>/shipped/", self.take_shipped, "shipped"),
            ("of/<slug:called>/<slug:channel>/preview/<slug:form>/", self.preview, "preview"),
            ("of/<slug:called>/test/send/", require_POST(self.test), "test"),
        ]
        own = [
            path(address, self.admin_site.admin_view(view), name=f"outbox_wording_{name}")
            for address, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Every kind, group by group, with its channels and whose words they are."""
        self._demand(request)
        own = {(each.kind, each.channel): each for each in Wording.objects.select_related("changed_by")}
        groups: dict[str, list[dict[str, Any]]] = {}
        for kind in registry.kinds():
            lines = [self._line(kind, channel, own.get((kind.name, channel))) for channel in wording.channels_of(kind)]
            groups.setdefault(GROUPS[kind.group], []).append({"kind": kind, "lines": lines})
        return self._page(request, "words", title="What messages say", groups=groups)

    def _line(self, kind: Kind, channel: str, own: Wording | None) -> dict[str, Any]:
        is_usable = own is None or wording.is_usable(kind.name, channel, Words(own.subject, own.text))
        return {"channel": channel, "label": CHANNELS[channel], "own": own, "is_usable": is_usable}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self._demand(request)
        own = self.get_object(request, object_id)
        if own is None:
            raise Http404
        return redirect("admin:outbox_wording_edit", own.kind, own.channel)

    @method_decorator(csp_update({"frame-src": [SELF]}))  # type: ignore[arg-type]
    def editor(self, request: HttpRequest, called: str, channel: str) -> HttpResponse:
        kind = self._kind(request, called, channel)
        own = Wording.objects.filter(kind=called, channel=channel, language="").select_related("changed_by").first()
        words = Words(own.subject, own.text) if own else wording.shipped(called, channel)
        form = WordingForm(
            request.POST if request.method == "POST" else None, kind=kind, channel=channel, initial=words
        )
        if request.method == "POST" and form.is_valid():
            editing.save(kind, channel, form.words(), by=request.user, now=timezone.now())
            messages.success(request, f"“{kind.title}” has your words from now on.")
            return redirect("admin:outbox_wording_edit", called, channel)
        placeholders = wording.placeholders_of(kind, channel)
        return self._page(
            request,
            "edit",
            title=f"{kind.title}, {CHANNELS[channel]}",
            kind=kind,
            channel=channel,
            form=form,
            own=own,
            needs=kind.needs if channel == Channel.EMAIL else (),
            placeholders=[(each, f"{{{{ {each} }}}}", stands_for) for each, stands_for in placeholders.items()],
            others=[(each, CHANNELS[each]) for each in wording.channels_of(kind) if each != channel],
        )

    def take_shipped(self, request: HttpRequest, called: str, channel: str) -> HttpResponse:
        """GET asks, POST does."""
        kind = self._kind(request, called, channel)
        if request.method == "POST":
            editing.take_shipped(kind, channel, by=request.user, now=timezone.now())
            messages.success(request, f"“{kind.title}” has the shipped words again.")
            return redirect("admin:outbox_wording_edit", called, channel)
        title = f"Back to the shipped words: {kind.title}, {CHANNELS[channel]}"
        shipped = wording.shipped(called, channel)
        return self._page(request, "shipped", title=title, kind=kind, channel=channel, shipped=shipped)

    @method_decorator(xframe_options_sameorigin)
    @method_decorator(csp(LETTER))  # type: ignore[arg-type]
    def preview(self, request: HttpRequest, called: str, channel: str, form: str) -> HttpResponse:
        """Filled in with the sample: the letter itself, or its text. A POST shows what is being typed; nothing is kept."""
        kind = self._kind(request, called, channel)
        if form not in ("letter", "text") or (form == "letter" and channel != Channel.EMAIL):
            raise Http404
        words = wording.current(kind, channel)
        faults: list[str] = []
        if request.method == "POST":
            words = Words(request.POST.get("subject", "")[:200], request.POST.get("text", "")[:5000])
            found = wording.faults_of(kind, channel, words)
            faults = [*found["subject"], *found["text"]]
        if faults:
            return render(request, "admin/outbox/faults.html", {"faults": faults})
        said = filled(kind, channel, words)
        if form == "letter":
            return HttpResponse(said.html)
        shown = {"said": said, "letters": len(said.text), "parts": segments.count(said.text), "channel": channel}
        return render(request, "admin/outbox/text.html", shown)

    def test(self, request: HttpRequest, called: str) -> HttpResponse:
        """A letter to oneself; with a number, a text message to it."""
        channel = Channel.SMS if "number" in request.POST else Channel.EMAIL
        kind, number = self._kind(request, called, channel), request.POST.get("number", "").strip()
        try:
            if channel == Channel.SMS and not number:
                raise NoNumber("Please give the number that the test goes to.")
            message = editing.send_test(kind, to=request.user, now=timezone.now(), number=number)
        except NoNumber as reason:
            messages.error(request, str(reason))
        else:
            messages.success(request, f"A test of “{kind.title}” is on its way to {message.recipient}.")
        return redirect("admin:outbox_wording_edit", called, channel)

    def _demand(self, request: HttpRequest) -> None:
        if not request.user.has_perm("outbox.change_wording"):
            raise PermissionDenied

    def _kind(self, request: HttpRequest, called: str, channel: str) -> Kind:
        self._demand(request)
        kind = registry.named(called)
        if kind is None or not kind.worded or channel not in wording.channels_of(kind):
            raise Http404
        return kind

    def _page(self, request: HttpRequest, template: str, **shown: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media, **shown}
        return render(request, f"admin/outbox/{template}.html", context)

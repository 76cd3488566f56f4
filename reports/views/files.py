"""Reports taken away: each table and the rows behind it as a file at once, and the long ones ordered, watched and fetched.

A file is made whole before its first byte leaves, so that what fails is a page that says so and nobody gets half a table.
"""

from __future__ import annotations

import tempfile
import uuid
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from practice.models import Practice
from reports import catalogue, exports, files, question, taking
from reports.asking import Asked
from reports.catalogue import Entry
from reports.errors import NoSuchReport, NoSuchTable, TooLong, TooMany
from reports.models import ReportFile
from reports.taking import Taken

IN_MEMORY = 4_194_304
"""Bytes of a file that is made at once; what is larger goes through the disk."""


@require_http_methods(["GET", "HEAD", "POST"])
def rows(request: HttpRequest, slug: str, ending: str) -> HttpResponse:
    return table(request, slug, taking.ROWS, ending)


@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest, slug: str, table: str, ending: str) -> HttpResponse:
    """GET gives the file, or where it is long the page that offers to order it; POST orders it."""
    entry, asked = _entry(request, slug), _asked(request)
    if ending not in exports.TYPES:
        raise Http404
    if request.method == "POST":
        return redirect("report_file", files.order(entry, asked, table, ending).ref)
    out = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    try:
        taken = taking.write(entry, asked, table, ending, out, tell=taking.at_most(settings.REPORT_ROWS_AT_ONCE))
    except (TooMany, TooLong):
        out.close()
        return _long(request, entry, asked, table, ending)
    except NoSuchTable:
        out.close()
        raise Http404 from None
    taking.note(entry, request.user, table, taken, asked.now)
    out.seek(0)
    name = taking.name(slug, table, ending, asked.period)
    return FileResponse(out, as_attachment=True, filename=name, content_type=exports.TYPES[ending])


def _entry(request: HttpRequest, slug: str) -> Entry:
    try:
        return catalogue.found(slug, request.user)
    except NoSuchReport:
        raise Http404 from None


def _asked(request: HttpRequest) -> Asked:
    wanted, practice = question.read(request.GET), Practice.objects.current()
    return question.asked(wanted, by=request.user, practice=practice, now=timezone.now())


def _long(request: HttpRequest, entry: Entry, asked: Asked, key: str, form: str) -> HttpResponse:
    shown = {
        "title": entry.title,
        "entry": entry,
        "period": asked.period,
        "form": form.upper(),
        "query": request.GET.urlencode(),
    }
    return render(request, "reports/file_long.html", {**admin.site.each_context(request), **shown})


# Those that were ordered


@require_safe
def ordered(request: HttpRequest) -> HttpResponse:
    shown = {"title": "Your files", "files": _own(request).order_by("-ordered_at", "-pk"), "kept": files.KEPT_FOR}
    return render(request, "reports/files.html", {**admin.site.each_context(request), **shown})


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, file: uuid.UUID) -> HttpResponse:
    """How far it is; the button takes it away for good, also while it is made."""
    found = get_object_or_404(_own(request), ref=file)
    if request.method == "POST":
        files.delete(found)
        messages.success(request, "The file is deleted.")
        return redirect("report_files")
    shown: dict[str, Any] = {"title": found.title, "file": found, "kept": files.KEPT_FOR}
    return render(request, "reports/file.html", {**admin.site.each_context(request), **shown})


@require_safe
def download(request: HttpRequest, file: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(_own(request), ref=file)
    if not found.is_ready:
        return redirect("report_file", found.ref)
    entry = _entry(request, found.slug)
    taking.note(entry, request.user, found.what, Taken(found.rows_done, found.has_names), timezone.now())
    named = {"Content-Disposition": f'attachment; filename="{found.name}"', "Content-Length": str(found.size)}
    return StreamingHttpResponse(files.content(found), content_type=exports.TYPES[found.form], headers=named)


def _own(request: HttpRequest) -> Any:
    return ReportFile.objects.for_user(request.user).there(timezone.now())

"""The practice's side: the admin with the practice's name and clock, entered through the site's one sign-in.

Knows how every page of it behaves; what the pages show is in each app's admin.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any, ClassVar, NamedTuple

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest
from django.db import models
from django.forms import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache

from practice import navigation
from practice.forms import NATIVE
from practice.models import Practice

NOT_OURS = {"auth", "account", "mfa"}
"""Groups, confirmed addresses and second factors are kept by their own pages; nobody edits those rows."""

Paths = Callable[[admin.AdminSite], list[URLPattern]]


class Happened(NamedTuple):
    """One line of what happened to a row."""

    at: dt.datetime
    who: str
    what: str
    why: str = ""


Story = Callable[[models.Model], Iterable[Happened]]


class PracticeSite(admin.AdminSite):
    site_header = site_title = "Practice"
    index_title = "Settings and lists"
    site_url = "/"
    empty_value_display = "–"
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._pages: list[Paths] = []
        self._stories: list[Story] = []

    def add_pages(self, paths: Paths) -> None:
        """Pages that are not of one model, such as the day; each app's admin adds its own."""
        self._pages.append(paths)

    def add_story(self, story: Story) -> None:
        """Where else it is kept what happened to a row than among the edits of these pages."""
        self._stories.append(story)

    def story(self, row: models.Model) -> list[Happened]:
        """All of it, the newest first; who may see it is decided by the page."""
        edits = LogEntry.objects.filter(
            object_id=str(row.pk), content_type=ContentType.objects.get_for_model(row)
        ).select_related("user")
        found = [Happened(each.action_time, str(each.user), each.get_change_message()) for each in edits]
        found += [each for story in self._stories for each in story(row)]
        return sorted(found, key=lambda each: each.at)[::-1]

    def get_urls(self) -> list[Any]:
        own = [path("settings/", self.admin_view(self.settings), name="settings")]
        return [*own, *(each for paths in self._pages for each in paths(self)), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The calendar is where the practice's side begins."""
        return redirect("admin:calendar")

    def settings(self, request: HttpRequest) -> HttpResponse:
        """All lists that this member of staff may see, by what they are about."""
        return super().index(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"bar": navigation.bar(request)}

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models_given = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        ours = [model for model in models_given if model._meta.app_label not in NOT_OURS]
        super().register(ours, admin_class, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Each page is answered, and its template rendered, with the practice's clock; a client finds nothing here."""

        def with_clock(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with timezone.override(Practice.objects.current().zone):
                response = view(request, *args, **kwargs)
                if hasattr(response, "render") and not response.is_rendered:
                    response.render()
            return response

        checked = super().admin_view(update_wrapper(with_clock, view), cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return checked(request, *args, **kwargs)

        return update_wrapper(inner, checked)

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The one sign-in of the site, so that its throttles and second factor hold on this way in too."""
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise Http404
            return redirect("admin:index")
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect(f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("admin:index")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        found = super().get_app_list(request, app_label)
        return found if app_label else navigation.grouped(found)


RELATED = ("can_add_related", "can_change_related", "can_delete_related", "can_view_related")


class PlainFields:
    """Fields with plain labels and the browser's own pickers, without the small pictures beside each choice."""

    formfield_overrides = NATIVE
    labels: ClassVar[dict[str, str]] = {}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.labels:
            kwargs["label"] = self.labels[db_field.name]
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        for name in RELATED:
            if hasattr(getattr(field, "widget", None), name):
                setattr(field.widget, name, False)
        return field


class OfficeFormSet(BaseInlineFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = "Delete this row"


class OfficeInline(PlainFields, admin.TabularInline):
    """Rows in a table; each field carries its column's name for those who do not see the table."""

    extra = 0
    formset = OfficeFormSet

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            getattr(field.widget, "widget", field.widget).attrs["aria-label"] = str(field.label)
        return field


class OfficeAdmin(PlainFields, admin.ModelAdmin):
    """What the lists and forms of every app share."""

    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Called by what it lists. A filter hands on whatever stands in the address, and PostgreSQL takes no NUL."""
        if any("\0" in value for _, values in request.GET.lists() for value in values):
            raise BadRequest("NUL in the address.")
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Edits made on these pages and what verbs did, together; only to those who may see the row."""
        row = self.get_object(request, unquote(object_id))
        told = self.admin_site.story(row) if row and self.has_view_or_change_permission(request, row) else []
        return super().history_view(request, object_id, {"story": told} | (extra_context or {}))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What is in use stays, whoever asks; that is said rather than that bookings are nobody's to delete."""
        nested, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return nested, counts, set() if protected else lacking, protected


class ReadOnlyAdmin(OfficeAdmin):
    """Rows that are looked at here and written elsewhere."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def clock(at: dt.datetime | None) -> str:
    """“Thu 4 Jun 2026, 10:00” on the practice's clock, which is the active one on these pages."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"

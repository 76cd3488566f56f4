"""Who may sign in, in which role, and the tokens that stand for them. For the owner alone.

No password is seen or set here: a link is sent, with which its owner sets one.
"""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import records
from accounts.models import ApiToken, Role, User
from accounts.permissions import is_last_owner
from practice.admin_site import OfficeAdmin, ReadOnlyAdmin, clock


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["email", "name", "role", "is_active"]
        help_texts = {
            "role": "Owner: everything. Therapist: bookings, clients and their own hours. Front desk: bookings and clients.",
            "is_active": "Without it nobody signs in with this account, and its tokens are refused.",
        }

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        stays = said.get("role") == Role.OWNER and said.get("is_active")
        if self.instance.pk and not stays and is_last_owner(self.instance):
            raise forms.ValidationError("This is the only owner who can sign in. Make somebody else an owner first.")
        return said


@admin.register(User)
class UserAdmin(OfficeAdmin):
    form = UserForm
    list_display = ["email", "name", "role", "is_active", "last_seen"]
    list_filter = ["role", "is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    change_form_template = "admin/accounts/user/change_form.html"

    def get_urls(self) -> list[Any]:
        send = self.admin_site.admin_view(require_POST(self.send_link))
        return [path("<int:pk>/send-link/", send, name="accounts_user_send_link"), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        seen = ["confirmed", "last_seen", "joined"] if obj else []
        return ["email", "name", "role", "is_active", *seen]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """The address is changed by whoever reads its mail, on their own page."""
        return ["email", "confirmed", "last_seen", "joined"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """An account is closed by taking away that it may sign in; what it did stays told."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if change:
            obj.save()
            return
        obj.set_unusable_password()
        obj.save()
        EmailAddress.objects.create(user=obj, email=obj.email, primary=True, verified=False)
        messages.info(request, "The account is made. Send a link next, with which its owner sets a password.")

    def send_link(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, user) or not user.is_active:
            messages.error(request, "A link goes to accounts that may sign in.")
            return redirect("admin:accounts_user_change", pk)
        form = ResetPasswordForm({"email": user.email})
        if form.is_valid():
            form.save(request)
            messages.success(request, f"A link to set a password is on its way to {user.email}.")
        return redirect("admin:accounts_user_change", pk)

    @admin.display(description="last signed in", ordering="last_login")
    def last_seen(self, user: User) -> str:
        return clock(user.last_login)

    @admin.display(description="account since")
    def joined(self, user: User) -> str:
        return clock(user.date_joined)

    @admin.display(description="address confirmed", boolean=True)
    def confirmed(self, user: User) -> bool:
        return user.has_confirmed_address


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens are made on the command line and shown there once; here they are seen in use, and revoked."""

    list_display = ["__str__", "user", "created", "used", "revoked"]
    list_select_related = ["user"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "user__email"]
    ordering = ["-created_at"]
    fields = ["name", "user", "created", "used", "revoked"]
    actions = ["revoke"]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_apitoken")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            records.revoke(token, now=timezone.now())
        messages.success(request, "Revoked. From now on they are refused.")

    @admin.display(description="made", ordering="created_at")
    def created(self, token: ApiToken) -> str:
        return clock(token.created_at)

    @admin.display(description="last used", ordering="last_used_at")
    def used(self, token: ApiToken) -> str:
        return clock(token.last_used_at)

    @admin.display(description="revoked", ordering="revoked_at")
    def revoked(self, token: ApiToken) -> str:
        return clock(token.revoked_at)

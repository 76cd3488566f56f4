import pytest
from django.http import HttpResponse

from accounts.tests.factories import make_owner
from clients.tests.factories import make_client
from practice.middleware import PERMISSIONS, Refused
from vault import records
from vault.errors import NotAWord
from vault.tests.factories import NOW, make_entry

pytestmark = pytest.mark.django_db

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
COMMON = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": PERMISSIONS,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def sorted_policy(policy: str) -> list[str]:
    return sorted(part.strip() for part in policy.split(";"))


@pytest.mark.parametrize("path", ["/", "/boundaries/", "/accounts/login/", "/admin/login/", "/healthz", "/not-here/"])
def test_every_answer_carries_the_headers(client, path):
    answer = client.get(path)
    found = {name: answer.headers.get(name) for name in COMMON}
    assert sorted_policy(found.pop("Content-Security-Policy")) == sorted_policy(POLICY)
    assert found == {name: value for name, value in COMMON.items() if name != "Content-Security-Policy"}


@pytest.mark.parametrize("path", ["/", "/sessions/", "/boundaries/", "/privacy/", "/terms/", "/contact/"])
def test_public_pages_may_be_indexed_and_kept(client, path):
    answer = client.get(path)
    assert (answer.headers.get("X-Robots-Tag"), answer.headers.get("Cache-Control")) == (None, None)


@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/", "/healthz", "/not-here/", "/my/"])
def test_everything_else_may_not(client, path):
    answer = client.get(path)
    assert (answer.headers["X-Robots-Tag"], answer.headers["Cache-Control"]) == ("noindex", "no-store")


def test_public_page_is_not_kept_for_someone_signed_in(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("sam@example.com"))
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_signing_out_clears_what_the_browser_kept(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("sam@example.com"))
    assert client.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_what_is_refused_where_no_page_says_it_has_a_page_of_its_own(client):
    owner, person = make_owner(), make_client()
    make_entry(subject=person.vault_subject())
    records.destroy(person.vault_subject(), by=owner.pk, now=NOW, why="erasure")
    client.force_login(owner)

    answer = client.get(f"/admin/clients/client/{person.pk}/journey/")

    assert answer.status_code == 403
    assert "This record has been erased." in answer.content.decode()


def test_a_fault_of_ours_is_not_said_to_be_anybodys_else(rf):
    answered = Refused(lambda request: HttpResponse()).process_exception(rf.get("/"), NotAWord("details"))
    assert answered is None

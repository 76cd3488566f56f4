"""The keys that sessions are asked for by."""

import pytest

from accounts.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("key", ['"abcdefgh\\000ijkl"', '"abcdefgh\\303\\244ijkl"', "abcdefgh ijkl", "x" * 5000])
def test_session_key_that_was_never_given_out_is_nobody(client, settings, key):
    client.force_login(make_user())
    assert client.get("/my/").status_code == 200
    client.cookies.clear()
    answer = client.get("/my/", headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={key}"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/my/")

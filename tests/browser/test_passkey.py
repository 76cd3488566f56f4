"""A passkey in a real Chromium with an authenticator of its own: added after a password, then enough by itself."""

import re

import pytest

from accounts.tests.factories import make_owner
from tests.browser import scene
from tests.browser.scene import faults

pytestmark = pytest.mark.django_db(transaction=True)

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_alone_is_both_factors_of_the_practices_side(page, live_server, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    scene.build()
    owner, site = make_owner(password=scene.PASSWORD), live_server.url.replace("127.0.0.1", "localhost")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    page.goto(f"{site}/admin/")
    scene.fill(page, {"E-mail": owner.email, "Password": scene.PASSWORD})
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="A second step when you sign in").wait_for()
    page.get_by_role("link", name="Add one").click()
    page.get_by_label("Password").fill(scene.PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Sign in with it alone, without the password").check()
    assert faults(page) == []
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url(re.compile("/2fa/(?!webauthn/add)"))

    page.goto(f"{site}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.goto(f"{site}/accounts/login/?next=/admin/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{site}/admin/calendar/**")
    page.locator("#calendar[data-drawn]").wait_for()

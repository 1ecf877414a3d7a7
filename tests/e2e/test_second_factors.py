"""Somebody sets up what they sign in with: an authenticator app, then a passkey that needs no password."""

from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Shop, sign_in

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def at_localhost(base_url: str, make_page: Callable[..., Page]) -> Callable[..., Page]:
    """Give browsers that call this machine by its name: passkeys belong to names."""
    return lambda **options: make_page(base_url=base_url.replace("127.0.0.1", "localhost"), **options)


def with_passkeys(page: Page) -> Any:
    """Plug an authenticator into a browser."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    plugged = devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return devices, plugged["authenticatorId"]


def open_account(page: Page) -> None:
    page.goto("/console/account")
    expect(page.get_by_role("heading", name="Your account", level=1)).to_be_visible()


def test_an_authenticator_app_is_asked_for_after_the_password(
    shop: Shop, at_localhost: Callable[..., Page]
) -> None:
    page = sign_in(at_localhost(viewport=PHONE), shop)
    open_account(page)
    page.get_by_role("link", name="Set up").click()
    expect(page.get_by_role("img", name="To be scanned by your authenticator app")).to_be_visible()
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("status")).to_contain_text("Your authenticator app is set up.")
    code = page.get_by_role("listitem").get_by_role("code").first.inner_text()

    other = at_localhost()
    other.goto("/console/sign-in")
    other.get_by_label("Email").fill(shop.email)
    other.get_by_label("Password").fill(shop.password)
    other.get_by_role("button", name="Sign in").click()
    other.get_by_label("Code").fill(code)
    other.get_by_role("button", name="Verify").click()
    expect(other.get_by_role("heading", name="Orders", level=1)).to_be_visible()


def test_a_passkey_signs_in_without_a_password(shop: Shop, at_localhost: Callable[..., Page]) -> None:
    page = sign_in(at_localhost(), shop)
    devices, authenticator = with_passkeys(page)
    open_account(page)
    page.get_by_label("Name of the passkey").fill("Office laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("status")).to_contain_text("The passkey is added.")
    page.get_by_role("button", name="Sign out").click()

    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Orders", level=1)).to_be_visible()
    open_account(page)
    expect(page.get_by_text("last used")).to_be_visible()

    page.goto("/console/verify?next=/console/account")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Your account", level=1)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    devices.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("No passkey was used.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_where_no_passkey_can_work_none_is_offered(make_page: Callable[..., Page]) -> None:
    page = make_page()
    page.goto("/console/sign-in")

    expect(page.get_by_label("Email")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)

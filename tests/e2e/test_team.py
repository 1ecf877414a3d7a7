"""Somebody is invited, joins, forgets the password, and gets in again: by the e-mails alone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Shop, sign_in

FIRST = "several quiet harbors"
SECOND = "a lantern over water"


def test_somebody_joins_by_invitation_and_sets_a_new_password(
    shop: Shop, merchant: Page, make_page: Callable[..., Page]
) -> None:
    email = f"noah@{shop.slug}.example"
    merchant.goto("/console/settings/team")
    merchant.get_by_label("Email").fill(email)
    merchant.get_by_label("Role", exact=True).select_option(label="agent")
    merchant.get_by_role("button", name="Invite").click()
    expect(merchant.get_by_role("status")).to_contain_text(email)

    noah = make_page(viewport=PHONE)
    invited = shop.mails_to(email)[0]
    assert invited["event"] == "member_invited"
    noah.goto(invited["links"]["Join the team"])
    noah.get_by_label("Your name").fill("Noah Berg")
    noah.get_by_label("Password").fill(FIRST)
    noah.get_by_role("button", name="Join the team").click()
    expect(noah.get_by_role("status")).to_contain_text("You are now agent of")

    forgetful = make_page()
    forgetful.goto("/console/sign-in")
    forgetful.get_by_role("link", name="Forgot your password?").click()
    forgetful.get_by_label("Email").fill(email)
    forgetful.get_by_role("button", name="Send link").click()
    expect(forgetful.get_by_role("status")).to_contain_text("an e-mail is on its way")
    forgetful.goto(shop.mails_to(email)[0]["links"]["Set a new password"])
    forgetful.get_by_label("New password").fill(SECOND)
    forgetful.get_by_role("button", name="Set password").click()
    expect(forgetful.get_by_role("status")).to_contain_text("Your new password is set.")
    sign_in(forgetful, Shop(shop.kit, shop.slug, email, SECOND, ""))

    merchant.goto("/console/settings/audit")
    expect(merchant.get_by_role("row", name="Joined the team")).to_contain_text("Noah Berg")
    noah.goto("/console/orders")
    expect(noah.get_by_role("heading", name="Sign in", level=1)).to_be_visible()

"""Second factors: set up on one's own account, asked for after the password, replaced by recovery codes."""

from __future__ import annotations

import time

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shared.domain.audit import AuditKind
from shared.storage.records import (
    AuditRecord,
    ConsoleSessionRecord,
    MerchantRecord,
    RecoveryCodeRecord,
    UserRecord,
)
from tests.unit.console.browsing import Browser, Shop, links_named, message, read, value_of, words_of

WRONG = ("alert", "That code is wrong, or it was used before. Try the next one.")


def set_up(browser: Browser) -> tuple[str, list[str]]:
    """Set an authenticator app up, and give its secret and the recovery codes."""
    page = browser.page("/console/account/authenticator")
    secret = words_of(page.find("code", class_="secret"))
    answer = browser.send("/console/account/authenticator", code=pyotp.TOTP(secret).now())
    assert answer.status_code == 200
    return secret, [words_of(code) for code in read(answer).find_all("code", class_="secret")]


def next_code(secret: str) -> str:
    """Give the code of the step after this one, which a clock a little fast would show."""
    return pyotp.TOTP(secret).at(time.time() + 30)


def fresh(app: Flask) -> Browser:
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


def verify(browser: Browser, code: str, **more: str):
    page = browser.page("/console/sign-in/code")
    return browser.post(
        "/console/sign-in/code", data={"csrf_token": value_of(page, "csrf_token"), "code": code, **more}
    )


def kinds(shop: Shop) -> list[str]:
    with shop.db.snapshot(shop.merchant_id) as tx:
        return list(tx.session.scalars(select(AuditRecord.kind).order_by(AuditRecord.id)))


def require(shop: Shop) -> None:
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(
            update(MerchantRecord)
            .where(MerchantRecord.id == shop.merchant_id)
            .values(second_factor_required=True)
        )


def test_setting_an_app_up_brings_ten_recovery_codes_once(owner: Browser, shop: Shop) -> None:
    _secret, codes = set_up(owner)

    assert len(set(codes)) == 10
    page = owner.page("/console/account/recovery-codes")
    assert "10 codes left" in words_of(page.find("main"))
    assert not any(code in page.get_text() for code in codes)
    assert {"second_factor_added", "recovery_codes_made"} <= set(kinds(shop))


def test_the_secret_is_kept_sealed_and_codes_hashed(owner: Browser, shop: Shop) -> None:
    secret, codes = set_up(owner)

    with shop.db.begin_untenanted() as tx:
        user = tx.session.scalars(select(UserRecord).where(UserRecord.email == shop.email)).one()
        digests = tx.session.scalars(
            select(RecoveryCodeRecord.digest).where(RecoveryCodeRecord.user_id == user.id)
        ).all()
    assert user.totp_secret is not None
    assert secret.encode() not in user.totp_secret
    assert not any(code.replace("-", "").encode() in digest for code in codes for digest in digests)


def test_a_wrong_first_code_sets_nothing_up(owner: Browser, app: Flask, shop: Shop) -> None:
    owner.page("/console/account/authenticator")
    answer = owner.send("/console/account/authenticator", code="000000")

    assert answer.status_code == 422
    assert "That code is wrong." in message(read(answer))[1]
    assert fresh(app).sign_in(shop.email).location == "/console/orders"


def test_the_password_alone_leads_to_the_second_step_and_no_further(
    owner: Browser, app: Flask, shop: Shop
) -> None:
    set_up(owner)
    browser = fresh(app)

    answer = browser.sign_in(shop.email, following="?next=/console/requests")

    assert answer.location == "/console/sign-in/code?next=/console/requests"
    assert browser.get("/console/orders").status_code == 303
    assert words_of(browser.page(answer.location).h1) == "One more step"


def test_the_code_of_the_app_lets_in_and_leads_on(owner: Browser, app: Flask, shop: Shop) -> None:
    secret, _codes = set_up(owner)
    browser = fresh(app)
    browser.sign_in(shop.email)

    answer = verify(browser, next_code(secret))

    assert (answer.status_code, answer.location) == (303, "/console/orders")
    assert browser.get("/console/orders").status_code == 200


def test_a_code_that_was_used_opens_nothing(owner: Browser, app: Flask, shop: Shop) -> None:
    secret, _codes = set_up(owner)
    code = next_code(secret)
    for browser, status in ((fresh(app), 303), (fresh(app), 422)):
        browser.sign_in(shop.email)
        answer = verify(browser, code)
        assert answer.status_code == status
    assert message(read(answer)) == WRONG


def test_a_recovery_code_lets_in_once(owner: Browser, app: Flask, shop: Shop) -> None:
    _secret, codes = set_up(owner)
    for status in (303, 422):
        browser = fresh(app)
        browser.sign_in(shop.email)
        assert verify(browser, f" {codes[0].lower().replace('-', ' ')} ").status_code == status

    assert "9 codes left" in words_of(owner.page("/console/account/recovery-codes").find("main"))
    assert AuditKind.RECOVERY_CODE_USED in kinds(shop)


def test_a_new_set_ends_the_old_one(owner: Browser, app: Flask, shop: Shop) -> None:
    _secret, codes = set_up(owner)
    made = read(owner.send("/console/account/recovery-codes"))
    browser = fresh(app)
    browser.sign_in(shop.email)

    assert verify(browser, codes[0]).status_code == 422
    assert verify(browser, words_of(made.find("code", class_="secret"))).status_code == 303


def test_recovery_codes_alone_are_not_made(owner: Browser) -> None:
    assert owner.told(owner.send("/console/account/recovery-codes"))[0] == "alert"


def test_the_sixth_code_in_a_minute_has_to_wait_and_failures_are_noted(
    owner: Browser, app: Flask, shop: Shop
) -> None:
    set_up(owner)
    browser = fresh(app)
    browser.sign_in(shop.email)

    assert [verify(browser, "000000").status_code for _ in range(6)] == [422] * 5 + [429]
    assert kinds(shop).count("sign_in_failed") == 5


def test_nobody_begins_with_the_second_step(visitor: Browser) -> None:
    assert visitor.get("/console/sign-in/code").location == "/console/sign-in"


def test_an_empty_code_is_asked_for(owner: Browser, app: Flask, shop: Shop) -> None:
    set_up(owner)
    browser = fresh(app)
    browser.sign_in(shop.email)

    answer = verify(browser, "")

    assert answer.status_code == 422
    assert "Enter the code." in message(read(answer))[1]


def test_a_removed_app_is_asked_for_no_more(owner: Browser, app: Flask, shop: Shop) -> None:
    set_up(owner)
    assert owner.told(owner.send("/console/account/authenticator/remove")) == (
        "status",
        "The authenticator app is removed.",
    )

    assert fresh(app).sign_in(shop.email).location == "/console/orders"
    assert owner.told(owner.send("/console/account/authenticator/remove"))[0] == "alert"


def test_who_lacks_what_the_shop_asks_for_is_led_to_set_it_up(owner: Browser, shop: Shop) -> None:
    require(shop)

    assert owner.get("/console/orders").location == "/console/account"
    page = owner.page("/console/account")
    assert "Northlight Home asks for a second factor." in words_of(page.find("main"))
    set_up(owner)
    assert owner.get("/console/orders").status_code == 200


def test_the_last_second_factor_stays_where_a_shop_asks_for_one(owner: Browser, shop: Shop) -> None:
    set_up(owner)
    require(shop)

    told = owner.told(owner.send("/console/account/authenticator/remove"))

    assert told[0] == "alert"
    assert "Northlight Home asks for a second factor." in told[1]


def age(shop: Shop) -> None:
    """Let the last proof of who somebody is be eleven minutes old."""
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(
            update(ConsoleSessionRecord)
            .where(ConsoleSessionRecord.merchant_id == shop.merchant_id)
            .values(verified_at=func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 11))
        )


def test_after_ten_minutes_one_proves_again_who_one_is(owner: Browser, shop: Shop) -> None:
    age(shop)
    assert owner.get("/console/orders").status_code == 200

    asked = owner.get("/console/account/authenticator")
    assert asked.location == "/console/verify?next=/console/account/authenticator"
    assert words_of(owner.page(asked.location).h1) == "Confirm that it is you"
    assert owner.send(asked.location, own_password="something else").status_code == 422
    answer = owner.send(asked.location, own_password="correct horse battery staple")

    assert (answer.status_code, answer.location) == (303, "/console/account/authenticator")
    assert owner.get(answer.location).status_code == 200


def test_a_button_that_asks_for_proof_is_pressed_once(owner: Browser, shop: Shop) -> None:
    set_up(owner)
    age(shop)

    asked = owner.send("/console/account/authenticator/remove", referrer="/console/account")

    assert asked.status_code == 307
    answer = owner.send(asked.location, own_password="correct horse battery staple")
    assert (answer.status_code, answer.location) == (307, "/console/account/authenticator/remove")
    assert owner.told(owner.send(answer.location))[0] == "status"


def test_a_form_that_was_held_before_another_is_not_sent_on(owner: Browser, shop: Shop) -> None:
    set_up(owner)
    age(shop)
    first = owner.send("/console/account/authenticator/remove", referrer="/console/account")
    second = owner.send("/console/account/recovery-codes", referrer="/console/account")

    for asked in (first.location, "/console/verify?held=guessed&next=/console/account"):
        answer = owner.send(asked, own_password="correct horse battery staple")
        assert (answer.status_code, answer.location) == (303, "/console/account")
    answer = owner.send(second.location, own_password="correct horse battery staple")
    assert (answer.status_code, answer.location) == (307, "/console/account/recovery-codes")


def test_the_sixth_wrong_proof_has_to_wait(owner: Browser) -> None:
    wrong = [owner.send("/console/verify", own_password="something else").status_code for _ in range(6)]

    assert wrong == [422] * 5 + [429]


@pytest.mark.parametrize("address", ["/console/sign-in/passkey", "/console/verify/passkey"])
def test_an_invented_passkey_opens_nothing(owner: Browser, app: Flask, address: str) -> None:
    browser = owner if "verify" in address else fresh(app)
    question = browser.get("/console/sign-in/passkey").get_json()
    assert question["userVerification"] == "required"

    answer = browser.send(address, credential='{"id": "AAAA", "rawId": "AAAA", "type": "public-key"}')

    said = message(read(answer)) if browser is owner else browser.told(answer)
    assert said[0] == "alert"


def test_an_invented_new_passkey_is_not_kept(owner: Browser) -> None:
    question = owner.get("/console/account/passkeys").get_json()
    assert question["authenticatorSelection"]["residentKey"] == "required"

    answer = owner.send("/console/account/passkeys", name="Phone", credential="{}")

    assert owner.told(answer)[0] == "alert"
    page = owner.page("/console/account")
    assert len(links_named(page, "Set up")) == 1


def test_a_passkey_that_is_not_there_cannot_be_removed(owner: Browser) -> None:
    path = "/console/account/passkeys/0190b4a8-0000-7000-8000-000000000000/remove"

    assert owner.send(path).status_code == 404

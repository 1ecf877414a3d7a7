"""Passwords: forgotten (forgot_password, reset_password), changed (change_password), and good enough."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from shared.actions import passwords
from shared.passwords import Weakness, weakness
from shared.storage.records import PasswordResetRecord
from tests.unit.console.browsing import PASSWORD, Browser, Shop, message, read, words_of
from tests.unit.console.mailing import link_in, mails, text_of
from tests.unit.console.test_second_step import fresh, kinds, set_up
from tests.unit.console.test_team import follow

NEW = "several quiet harbors"


def test_known_and_unknown_addresses_are_answered_alike(visitor: Browser, shop: Shop) -> None:
    known = visitor.send("/console/forgot", email=shop.email)
    unknown = visitor.send("/console/forgot", email=f"nobody-{shop.email}")

    assert (known.status_code, unknown.status_code) == (200, 200)
    assert message(read(known)) == message(read(unknown))
    assert message(read(known))[0] == "status"
    assert visitor.send("/console/forgot", email="").status_code == 422


def test_a_link_sets_a_new_password_once_and_ends_every_session(
    owner: Browser, app: Flask, shop: Shop
) -> None:
    passwords.look_up(shop.db, shop.email.upper())
    mail = mails(shop)[0]
    assert mail["To"] == shop.email
    browser = fresh(app)
    assert words_of(read(follow(browser, link_in(mail))).h1) == "Set a new password"
    assert browser.send("/console/reset", password="password1234").status_code == 422

    answer = browser.send("/console/reset", password=NEW)

    assert answer.location == "/console/sign-in"
    assert message(browser.page(answer.location)) == ("status", "Your new password is set. Sign in with it.")
    assert owner.get("/console/orders").status_code == 303
    assert fresh(app).sign_in(shop.email).status_code == 422
    assert fresh(app).sign_in(shop.email, NEW).location == "/console/orders"
    assert follow(fresh(app), link_in(mail)).status_code == 410
    assert browser.send("/console/reset", password=NEW).status_code == 410
    assert "Your password was changed" in text_of(mails(shop)[-1])
    assert {"password_reset_asked", "password_reset"} <= set(kinds(shop))


def test_a_new_password_does_not_pass_by_the_second_factor(owner: Browser, app: Flask, shop: Shop) -> None:
    set_up(owner)
    passwords.look_up(shop.db, shop.email)
    browser = fresh(app)
    follow(browser, link_in(mails(shop)[0]))
    browser.send("/console/reset", password=NEW)

    assert browser.sign_in(shop.email, NEW).location == "/console/sign-in/code"


def test_a_link_is_good_for_an_hour(visitor: Browser, shop: Shop) -> None:
    passwords.look_up(shop.db, shop.email)
    link = link_in(mails(shop)[0])
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(
            update(PasswordResetRecord)
            .where(PasswordResetRecord.merchant_id == shop.merchant_id)
            .values(expires_at=PasswordResetRecord.created_at + timedelta(0))
        )

    assert follow(visitor, link).status_code == 410
    assert follow(visitor, "/console/reset/made-up").status_code == 410


def test_at_most_three_links_an_hour_are_mailed_and_none_to_strangers(shop: Shop) -> None:
    for _ in range(5):
        passwords.look_up(shop.db, shop.email)
    passwords.look_up(shop.db, f"nobody-{shop.email}")

    assert len(mails(shop)) == 3


def test_a_password_is_changed_by_who_knows_the_present_one(owner: Browser, app: Flask, shop: Shop) -> None:
    other = fresh(app)
    other.sign_in(shop.email)
    change = "/console/account/password"
    wrong = owner.send(change, current="something else", new=NEW)
    weak = owner.send(change, current=PASSWORD, new="qwertyuiop12")
    assert (wrong.status_code, weak.status_code) == (422, 422)
    assert "not your current password" in message(read(wrong))[1]
    assert "tried first" in message(read(weak))[1]

    told = owner.told(owner.send(change, current=PASSWORD, new=NEW))

    assert told == ("status", "Your password is changed. Your other sessions have ended.")
    assert owner.get("/console/orders").status_code == 200
    assert other.get("/console/orders").status_code == 303
    assert fresh(app).sign_in(shop.email, NEW).location == "/console/orders"
    assert mails(shop)[-1]["Subject"] == "Your password for Rescind has changed"


def test_present_passwords_are_not_guessed_here_either(owner: Browser) -> None:
    change = "/console/account/password"
    codes = [owner.send(change, current="something else", new=NEW).status_code for _ in range(6)]

    assert codes == [422] * 5 + [429]


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("correct horse", None),
        ("zwölf Monde über", None),
        ("short", Weakness.TOO_SHORT),
        ("x" * 1_001, Weakness.TOO_LONG),
        ("Password1234", Weakness.COMMON),
        ("aaaaaaaaaaaa", Weakness.COMMON),
        ("abcabcabcabc", Weakness.COMMON),
        ("123456789012", Weakness.COMMON),
        ("1234567890qwertyuiop", Weakness.COMMON),
        ("letmein letmein", Weakness.COMMON),
        ("4321drowssap", Weakness.COMMON),
        ("Maya@example.com", Weakness.OWN_ADDRESS),
    ],
)
def test_length_and_commonness_decide_and_nothing_else(password: str, found: Weakness | None) -> None:
    assert weakness(password, "maya@example.com") is found

"""Signing in and out of the console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import create_engine, delete, func, insert, select, update

from shared.domain.permissions import Role
from shared.queries.sign_in import member
from shared.storage.engine import open_database
from shared.storage.records import ClockRecord, ConsoleSessionRecord, DoorRecord, MembershipRecord
from tests.unit.console.browsing import PASSWORD, Browser, Shop, message, read, words_of

WRONG = ("alert", "That e-mail and password do not match. Check both, then try again.")


def test_the_right_password_opens_the_orders(visitor: Browser, shop: Shop) -> None:
    response = visitor.sign_in(shop.email)

    assert (response.status_code, response.location) == (303, "/console/orders")
    page = visitor.page("/console/orders")
    assert "Maya Lindqvist , owner" in words_of(page.find("nav"))


def test_the_address_is_taken_in_any_case(visitor: Browser, shop: Shop) -> None:
    assert visitor.sign_in(f" {shop.email.upper()} ").status_code == 303


def test_a_wrong_password_and_an_unknown_user_are_answered_in_the_same_words(
    visitor: Browser, shop: Shop
) -> None:
    wrong = visitor.sign_in(shop.email, "something else")
    unknown = visitor.sign_in(f"nobody-{shop.email}", "something else")

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert message(read(wrong)) == message(read(unknown)) == WRONG
    assert visitor.get("/console/orders").status_code == 303


def test_an_endless_password_is_wrong_without_being_hashed(visitor: Browser, shop: Shop) -> None:
    assert visitor.sign_in(shop.email, "x" * 5_000).status_code == 422


def test_what_was_left_empty_is_asked_for(visitor: Browser) -> None:
    response = visitor.sign_in("", "")

    assert response.status_code == 422
    assert "Enter your e-mail address." in message(read(response))[1]


def test_the_sixth_wrong_try_in_a_minute_has_to_wait(visitor: Browser, shop: Shop) -> None:
    tries = [visitor.sign_in(shop.email, "something else").status_code for _ in range(6)]
    late = visitor.sign_in(shop.email)

    assert tries == [422] * 5 + [429]
    assert late.status_code == 429
    assert message(read(late))[0] == "alert"
    assert visitor.sign_in(f"else-{shop.email}").status_code == 422


def test_a_success_begins_the_count_anew(app: Flask, shop: Shop) -> None:
    for _ in range(8):
        fresh = app.test_client()
        assert isinstance(fresh, Browser)
        assert fresh.sign_in(shop.email).status_code == 303


@pytest.mark.parametrize("address", ["/console/requests", "/console/orders?search=kettle", "/help"])
def test_after_signing_in_one_is_where_one_wanted_to_be(visitor: Browser, shop: Shop, address: str) -> None:
    response = visitor.sign_in(shop.email, following=f"?next={address.replace('?', '%3F')}")

    assert response.location == address


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "%0A//evil.example",
        "console",
        "/",
        "//[?merchant=1",
    ],
)
def test_nobody_is_sent_to_another_host(visitor: Browser, shop: Shop, address: str) -> None:
    assert visitor.sign_in(shop.email, following=f"?next={address}").location == "/console/orders"


def test_who_is_not_signed_in_is_asked_to_and_comes_back(visitor: Browser, shop: Shop) -> None:
    asked = visitor.get("/console/orders?search=NL-1&order_status=shipped")
    query = asked.location.partition("?")[2]

    assert asked.status_code == 303
    response = visitor.sign_in(shop.email, following=f"?{query}")
    assert response.location == "/console/orders?search=NL-1&order_status=shipped"


def test_a_form_sent_without_a_session_leads_back_to_its_page(visitor: Browser, shop: Shop) -> None:
    visitor.sign_in(shop.email)
    token = visitor.token()
    _age(shop, seen=timedelta(minutes=31))

    response = visitor.post(
        "/console/orders/0190b4a8-0000-7000-8000-000000000000/memo",
        data={"csrf_token": token, "memo": "x"},
        headers={"Referer": "http://localhost/console/support"},
    )

    assert (response.status_code, response.location) == (303, "/console/sign-in?next=/console/support")


def test_who_is_signed_in_is_not_asked_again(owner: Browser) -> None:
    assert owner.get("/console/sign-in").location == "/console/orders"


def test_the_database_keeps_only_a_hash_of_what_the_browser_holds(owner: Browser, shop: Shop) -> None:
    with owner.session_transaction(path="/console/") as session:
        secret = str(session["_user_id"])

    with shop.db.begin_untenanted() as tx:
        hashes = tx.session.scalars(
            select(DoorRecord.sha256).where(
                DoorRecord.kind == "console_session", DoorRecord.merchant_id == shop.merchant_id
            )
        ).all()
    assert len(secret) >= 43
    assert len(hashes) == 1
    assert secret.encode() not in hashes[0]


def test_signing_in_begins_a_new_session_and_ends_the_old_one(owner: Browser, shop: Shop) -> None:
    with owner.session_transaction(path="/console/") as session:
        before = dict(session)
    old = owner.get_cookie("console")
    page = owner.post(
        "/console/sign-in", data={"csrf_token": owner.token(), "email": shop.email, "password": PASSWORD}
    )
    with owner.session_transaction(path="/console/") as session:
        after = dict(session)

    assert page.status_code == 303
    assert before["_user_id"] != after["_user_id"]
    assert old is not None
    owner.set_cookie("console", old.value)
    assert owner.get("/console/orders").status_code == 303


@pytest.mark.parametrize(
    ("seen", "created"),
    [(timedelta(minutes=31), timedelta(hours=1)), (timedelta(0), timedelta(hours=12, minutes=1))],
    ids=["idle", "old"],
)
def test_a_session_ends_by_itself(owner: Browser, shop: Shop, seen: timedelta, created: timedelta) -> None:
    _age(shop, seen=seen, created=created)

    assert owner.get("/console/orders").status_code == 303


def test_a_session_in_use_does_not_idle(owner: Browser, shop: Shop) -> None:
    _age(shop, seen=timedelta(minutes=29))
    assert owner.get("/console/orders").status_code == 200

    with shop.db.begin(shop.merchant_id) as tx:
        idle = tx.session.execute(select(func.clock_timestamp() - ConsoleSessionRecord.seen_at)).scalar_one()
    assert idle < timedelta(minutes=1)


def test_signing_out_ends_the_session_also_for_copies_of_its_cookie(owner: Browser) -> None:
    copied = owner.get_cookie("console")
    response = owner.send("/console/sign-out")

    assert response.status_code == 303
    assert response.headers["Clear-Site-Data"] == '"cache","cookies","storage"'
    assert message(owner.page(response.location)) == ("status", "You are signed out.")
    assert copied is not None
    owner.set_cookie("console", copied.value)
    assert owner.get("/console/orders").status_code == 303


def test_who_left_the_team_is_out_at_the_next_click(owner: Browser, shop: Shop) -> None:
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(delete(MembershipRecord).where(MembershipRecord.merchant_id == shop.merchant_id))

    assert owner.get("/console/orders").status_code == 303
    assert owner.sign_in(shop.email).status_code == 422


def test_a_role_counts_from_the_next_click(owner: Browser, shop: Shop) -> None:
    missing = f"/console/orders/{UUID(int=7)}/ship"
    assert owner.get(missing).status_code == 404

    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(
            update(MembershipRecord)
            .where(MembershipRecord.merchant_id == shop.merchant_id)
            .values(role=Role.VIEWER)
        )

    assert owner.get(missing).status_code == 403


def test_the_test_kits_clock_signs_nobody_out(owner: Browser, app_url: str, owner_url: str) -> None:
    with owner.session_transaction(path="/console/") as session:
        secret = str(session["_user_id"])
    shifted = open_database(app_url, testkit=True)
    tables = create_engine(owner_url)
    try:
        with tables.begin() as connection:
            connection.execute(insert(ClockRecord).values(id=1, shift=timedelta(days=3)))
        found = member(shifted, secret)
        assert found is not None
        assert found.now > datetime.now(UTC) + timedelta(days=2)
    finally:
        with tables.begin() as connection:
            connection.execute(delete(ClockRecord))
        tables.dispose()
        shifted.close()


def _age(shop: Shop, *, seen: timedelta, created: timedelta = timedelta(hours=1)) -> None:
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(
            update(ConsoleSessionRecord)
            .where(ConsoleSessionRecord.merchant_id == shop.merchant_id)
            .values(
                seen_at=func.clock_timestamp() - seen,
                created_at=func.clock_timestamp() - created,
            )
        )

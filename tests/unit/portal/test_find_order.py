"""Send me my link again: the same answer for everybody, and a question for the worker at most."""

import secrets

import pytest
from sqlalchemy import text

from shared.storage.engine import Database
from tests.builders import an_order
from tests.unit.portal.conftest import Buyer, Shop


def _asked(db: Database, number: str) -> int:
    with db.begin_untenanted() as tx:
        return tx.session.execute(
            text("SELECT count(*) FROM procrastinate_jobs WHERE args->>'number' = :number"),
            {"number": number},
        ).scalar_one()


def _number() -> str:
    return f"NL-{secrets.token_hex(5)}"


def test_the_page_asks_for_number_and_address_and_leaves_no_cookie(nobody: Buyer) -> None:
    page = nobody.get("/find")

    assert page.heading == "Send me my link again"
    assert set(page.fields()) == {"number", "email"}
    assert "Set-Cookie" not in page.response.headers


def test_right_and_wrong_pairs_are_answered_with_the_same_bytes(shop: Shop) -> None:
    number = _number()
    shop.take(an_order().with_(number=number, email="ana.torres@example.com"))
    pairs = [
        (number, "ana.torres@example.com"),
        (number, "mallory@example.com"),
        (_number(), "ana.torres@example.com"),
    ]

    answers = [
        Buyer(shop.app.test_client()).post("/find", {"number": asked, "email": email}).response
        for asked, email in pairs
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_data() for answer in answers}) == 1
    assert all("Set-Cookie" not in answer.headers for answer in answers)
    assert [_asked(shop.db, asked) for asked, _email in pairs] == [2, 2, 1]


def test_the_answer_names_neither_number_nor_address(nobody: Buyer) -> None:
    page = nobody.post("/find", {"number": "NL-99", "email": "someone@example.com"})

    assert page.said == [("status", page.said[0][1])]
    assert page.said[0][1].startswith("Check your e-mail.")
    assert "NL-99" not in page.text
    assert "someone" not in page.text


def test_over_the_limit_the_answer_stays_the_same_and_nothing_is_asked(nobody: Buyer, db: Database) -> None:
    number = _number()

    answers = [
        nobody.post("/find", {"number": number, "email": f"{turn}@example.com"}).response.get_data()
        for turn in range(8)
    ]

    assert len(set(answers)) == 1
    assert _asked(db, number) == 5


def test_one_address_is_asked_about_20_times_an_hour_at_most(nobody: Buyer, db: Database) -> None:
    number = _number()

    for turn in range(23):
        nobody.post(
            "/find",
            {"number": number, "email": "Ana@example.com" if turn % 2 else "ana@EXAMPLE.com"},
            environ_base={"REMOTE_ADDR": f"10.0.{turn}.1"},
        )

    assert _asked(db, number) == 20


@pytest.mark.parametrize(
    ("number", "email"),
    [
        ("", "ana@example.com"),
        ("NL-1", ""),
        ("NL-1", "ana"),
        ("NL-1", "ana@example.com, eve@example.com"),
        ("NL-1", "ana@example.com\r\nBcc: eve@example.com"),
        ("N" * 65, "ana@example.com"),
        ("NL\x00", "ana@example.com"),
        ("NL-1", "a" * 250 + "@example.com"),
    ],
)
def test_what_is_no_number_or_no_address_is_said_beside_the_field(
    nobody: Buyer, number: str, email: str
) -> None:
    page = nobody.post("/find", {"number": number, "email": email})

    assert page.response.status_code == 422
    assert [role for role, _words in page.said] == ["alert"]
    assert page.soup.find(class_="field-error")


def test_reserved_domains_are_addresses_too(nobody: Buyer, db: Database) -> None:
    number = _number()

    for email in ("ana@shop.test", "ana@example.com", "ana@mail.invalid", "ana@localhost.localdomain"):
        assert nobody.post("/find", {"number": number, "email": email}).response.status_code == 200
    assert _asked(db, number) == 4

"""The audit page, its filters and its file (export_audit_trail), and API keys (api_keys, make_api_key,
revoke_api_key), which leave their mark there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from shared.domain.actors import SYSTEM
from shared.domain.audit import AuditKind
from shared.domain.permissions import Role
from shared.storage import audit
from tests.unit.console.browsing import (
    Browser,
    Shop,
    buttons_named,
    links_named,
    message,
    read,
    value_of,
    words_of,
)

AUDIT = "/console/settings/audit"
KEYS = "/console/settings/keys"


def note(shop: Shop, kind: AuditKind, **more: object) -> None:
    with shop.db.begin(shop.merchant_id) as tx:
        audit.note(tx, kind, SYSTEM, **more)


def rows(page) -> list[str]:
    return [words_of(row) for row in page.select("tbody tr")]


def test_an_entry_says_who_when_what_and_from_where(owner: Browser, shop: Shop) -> None:
    note(shop, AuditKind.POLICY_CHANGED, before={"undo_minutes": 0}, after={"undo_minutes": 30, "note": ""})

    newest, sign_in = rows(owner.page(AUDIT))[:2]

    assert "Cancellation policy changed undo minutes: 0 → 30" in newest
    assert "Maya Lindqvist from 127.0.0.1 Signed in" in sign_in


def test_entries_are_filtered_by_person_kind_and_day(owner: Browser, shop: Shop) -> None:
    note(shop, AuditKind.SETTINGS_CHANGED, subject="Time zone")
    page = owner.page(AUDIT)
    person = next(str(option["value"]) for option in page.select("#person option") if option["value"])

    assert len(rows(owner.page(f"{AUDIT}?person={person}"))) == 1
    assert "Time zone" in rows(owner.page(f"{AUDIT}?kind=settings_changed"))[0]
    assert "No entry matches" in words_of(owner.page(f"{AUDIT}?to=2020-01-01").find("main"))
    assert len(rows(owner.page(f"{AUDIT}?from=2020-01-01&to=9999-12-31&kind=sleep&person=x&after=y"))) == 2


def test_older_entries_are_a_page_further(owner: Browser, shop: Shop) -> None:
    for number in range(51):
        note(shop, AuditKind.SETTINGS_CHANGED, subject=f"Number {number:02}")

    first = owner.page(f"{AUDIT}?kind=settings_changed")
    second = owner.page(str(links_named(first, "Next")[0]["href"]))

    assert (len(rows(first)), len(rows(second))) == (50, 1)
    assert "Number 00" in rows(second)[0]
    assert links_named(second, "Previous")


def test_the_file_holds_what_is_shown_harmlessly_and_is_noted(owner: Browser, shop: Shop) -> None:
    note(shop, AuditKind.INVITED, subject="=cmd()", before={"role": "agent"}, after={"role": "owner"})

    answer = owner.send(f"{AUDIT}/export", kind="invited")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    head, line = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    assert head[:3] == ["at", "kind", "who"]
    assert line[1:] == ["invited", "system", "", "'=cmd()", "role=agent", "role=owner"]
    assert "Data exported audit rows: 1" in rows(owner.page(AUDIT))[0]


def test_the_file_is_written_piece_by_piece_up_to_its_limit(
    owner: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        note(shop, AuditKind.SETTINGS_CHANGED, subject=f"Number {number}")
    monkeypatch.setattr("console.audit.MOST", 6)
    monkeypatch.setattr("shared.queries.audit.AT_ONCE", 4)

    answer = owner.send(f"{AUDIT}/export", kind="settings_changed")

    assert answer.is_streamed
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))[1:]
    assert [line[4] for line in lines] == [f"Number {number}" for number in range(6, 0, -1)]
    assert "Data exported audit rows: 6" in rows(owner.page(f"{AUDIT}?kind=exported"))[0]


def test_the_file_holds_the_first_entry_of_all_and_not_itself(owner: Browser, shop: Shop) -> None:
    note(shop, AuditKind.INVITED, subject="The first")
    shown = len(rows(owner.page(AUDIT)))

    answer = owner.send(f"{AUDIT}/export")

    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))[1:]
    assert len(lines) == shown
    assert "exported" not in {line[1] for line in lines}
    assert "The first" in {line[4] for line in lines}


def test_agents_do_not_read_it(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    visitor.sign_in(open_shop(role=Role.AGENT).email)

    assert visitor.get(AUDIT).status_code == 403
    assert visitor.send(f"{AUDIT}/export").status_code == 403


def test_managers_read_it_and_take_it_along(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    visitor.sign_in(open_shop(role=Role.MANAGER).email)

    assert buttons_named(visitor.page(AUDIT), "Download CSV")


def test_a_key_is_shown_once_used_and_revoked(owner: Browser) -> None:
    assert "No keys yet" in words_of(owner.page(KEYS).find("main"))
    assert owner.send(KEYS, name="").status_code == 422

    made = read(owner.send(KEYS, name="Shop system"))

    key = words_of(made.find("code", class_="secret"))
    assert key.startswith("rsk_")
    assert message(made)[0] == "status"
    assert value_of(made, "name") == ""
    assert [link["href"] for link in links_named(made, "How the API is used")] == ["/api/v1/docs"]
    listed = owner.page(KEYS)
    assert key not in listed.get_text()
    assert "Shop system" in rows(listed)[0]
    assert "Never" in rows(listed)[0]

    path = str(links_named(listed, "Revoke")[0]["href"])
    question = owner.page(path)
    assert "It was never used." in words_of(question.find("main"))
    assert buttons_named(question, "Revoke key")
    assert "Revoked" not in rows(owner.page(KEYS))[0]
    assert owner.told(owner.send(path)) == ("status", "The key is revoked. The next call with it is refused.")
    assert "Revoked" in rows(owner.page(KEYS))[0]
    assert owner.get(path).status_code == 404
    assert [
        kind for row in rows(owner.page(AUDIT)) for kind in ("API key revoked", "API key made") if kind in row
    ] == ["API key revoked", "API key made"]


def test_another_shops_key_is_nowhere_to_be_found(owner: Browser) -> None:
    path = f"{KEYS}/0190b4a8-0000-7000-8000-000000000000/revoke"
    assert (owner.get(path).status_code, owner.send(path).status_code) == (404, 404)

"""Orders as a table: order_exports, export_orders, order_export_file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from shared.actions import order_exports
from shared.domain.permissions import Role
from shared.queries.order_exports import exports
from shared.storage.records import (
    AuditRecord,
    EffectRecord,
    LetterRecord,
    OrderExportChunkRecord,
    OrderExportRecord,
)
from shared.stores import exported
from tests.builders import an_order, cancel
from tests.unit.console.browsing import Browser, Shop, links_named, words_of

ADDRESS = "/console/exports"


def started(browser: Browser, shop: Shop, query: str = "period=all") -> UUID:
    """Start an export and tell its id."""
    assert browser.told(browser.send(ADDRESS, query=query))[0] == "status"
    return exports(shop.db, shop.merchant_id)[0].id


def lines(browser: Browser, export_id: UUID) -> list[dict[str, str]]:
    """Fetch a file and read it."""
    answer = browser.get(f"{ADDRESS}/{export_id}/file")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_without_any_the_page_offers_one_of_what_the_list_shows(owner: Browser) -> None:
    link = links_named(owner.page("/console/orders?order_status=shipped&period=all"), "Export")[0]
    page = owner.page(str(link["href"]))

    assert "Order status Shipped" in words_of(page.main)
    assert "None yet." in words_of(page.main)


def test_the_days_it_takes_in_are_written_out(owner: Browser) -> None:
    page = owner.page("/console/exports?placed_from=2026-11-03&placed_to=2026-11-20")

    assert "From November 3, 2026 To November 20, 2026" in words_of(page.main)


def test_what_matches_is_written_in_the_background_and_fetched(owner: Browser, shop: Shop) -> None:
    db, merchant_id = shop.db, shop.merchant_id
    an_order().with_(number="old", age=timedelta(days=90)).taken_in(db, merchant_id)
    gone = an_order().with_(number="=1+1", buyer_name="@evil").with_item(quantity=2, price=12800)
    cancel(db, merchant_id, gone.taken_in(db, merchant_id), 1)
    export_id = started(owner, shop, "period=7")
    assert "Waiting to be written" in words_of(owner.page(ADDRESS).main)
    exported.write(db, merchant_id, export_id)
    (line,) = lines(owner, export_id)

    assert (line["order"], line["customer"]) == ("'=1+1", "'@evil")
    assert (line["total"], line["refunded"], line["currency"]) == ("128.00", "64.00", "USD")
    assert (line["units-ordered"], line["units-canceled"]) == ("2", "1")
    assert line["order-status"] == "Unshipped"
    with db.snapshot(merchant_id) as tx:
        letter = tx.session.scalars(select(LetterRecord).where(LetterRecord.event == "export_ready")).one()
        entry = tx.session.scalars(select(AuditRecord).where(AuditRecord.kind == "exported")).one()
    assert letter.recipient == shop.email
    assert (entry.actor_name, entry.after) == ("Maya Lindqvist", {"rows": 1})


def test_a_large_one_is_written_in_pieces_and_goes_on_from_the_beginning(
    owner: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exported, "_AT_ONCE", 2)
    for number in range(5):
        an_order().with_(number=f"A-{number}").taken_in(shop.db, shop.merchant_id)
    export_id = started(owner, shop)
    dead = order_exports.start(shop.db, shop.merchant_id, export_id)
    assert dead is not None
    order_exports.keep(shop.db, shop.merchant_id, dead, 0, b"half", 1)
    exported.write(shop.db, shop.merchant_id, export_id)

    assert sorted(line["order"] for line in lines(owner, export_id)) == [f"A-{n}" for n in range(5)]
    with pytest.raises(order_exports.Superseded):
        order_exports.keep(shop.db, shop.merchant_id, dead, 9, b"late", 1)
    assert exports(shop.db, shop.merchant_id)[0].orders == 5


def test_an_empty_one_has_its_heads(owner: Browser, shop: Shop) -> None:
    export_id = started(owner, shop)
    exported.write(shop.db, shop.merchant_id, export_id)

    assert lines(owner, export_id) == []


def test_after_a_week_the_file_is_gone(owner: Browser, shop: Shop) -> None:
    db, merchant_id = shop.db, shop.merchant_id
    export_id = started(owner, shop)
    exported.write(db, merchant_id, export_id)
    with db.begin(merchant_id) as tx:
        effects = tx.session.scalars(select(EffectRecord).where(EffectRecord.kind == "forget_export")).all()
        assert [effect.due_at - tx.now > timedelta(days=6) for effect in effects] == [True]
        tx.session.execute(update(OrderExportRecord).values(expires_at=tx.now))
    assert owner.told(owner.get(f"{ADDRESS}/{export_id}/file"))[0] == "alert"
    assert "Expired" in words_of(owner.page(ADDRESS).main)
    order_exports.forget(db, merchant_id, export_id)
    with db.snapshot(merchant_id) as tx:
        assert tx.session.scalars(select(OrderExportChunkRecord)).all() == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.VIEWER])
def test_only_owners_and_managers_take_orders_along(
    visitor: Browser, open_shop: Callable[..., Shop], role: Role
) -> None:
    shop = open_shop(role=role)
    visitor.sign_in(shop.email)
    an_order().taken_in(shop.db, shop.merchant_id)

    assert links_named(visitor.page("/console/orders"), "Export") == []
    assert visitor.get(ADDRESS).status_code == 403
    assert visitor.send(ADDRESS, query="").status_code == 403
    assert visitor.get(f"{ADDRESS}/{uuid4()}/file").status_code == 403


def test_anothers_file_is_as_if_it_were_not_there(
    owner: Browser, shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    export_id = started(owner, shop)
    exported.write(shop.db, shop.merchant_id, export_id)
    other = open_shop()
    owner.send("/console/sign-out")
    owner.sign_in(other.email)

    assert owner.get(f"{ADDRESS}/{export_id}/file").status_code == 404

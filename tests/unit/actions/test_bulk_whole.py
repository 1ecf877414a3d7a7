"""Orders that a batch cancels in one statement leave, column by column, what judging each of them leaves."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.actions import bulk_batches, bulk_runs, gateways, merchants, reasons
from shared.actions.bulk_runs import NewRun
from shared.actions.gateways import Credentials
from shared.domain.bulk import RowAction, RunKind, StagedRow
from shared.domain.ids import MerchantId
from shared.domain.intake import IncomingDiscount, IncomingPayment
from shared.domain.orders import Gateway
from shared.domain.policy import DiscountPolicy, Policy, ShippingPolicy, Warehouse
from shared.domain.reasons import Reason
from shared.domain.refunds import fingerprint
from shared.queries.invariants import violations_of
from shared.queries.reasons import catalogue
from shared.storage.day_counts import DAY_TABLES
from shared.storage.engine import Database
from shared.storage.facts import order_facts
from shared.storage.records import Base
from shared.storage.scopes import find_order_by_number
from tests.builders import USER, a_merchant, an_order, request, ship
from tests.till import GATEWAY_KEYS

BATCHES = int(os.environ.get("BATCHES", "15"))
REASONS = [Reason.NO_INVENTORY, Reason.BUYER_CANCELED, Reason.DUPLICATE_ORDER, Reason.PRICING_ERROR]
PAYMENT = st.tuples(st.sampled_from(Gateway), st.integers(0, 3), st.integers(0, 2))
ORDER = st.fixed_dictionaries(
    {
        "lines": st.lists(
            st.tuples(st.integers(1, 3), st.integers(0, 5_000), st.integers(0, 90)), min_size=1, max_size=3
        ),
        "shipping": st.sampled_from([0, 0, 701]),
        "discount": st.sampled_from([0, 0, 333]),
        "tax_included": st.booleans(),
        "payments": st.lists(PAYMENT, max_size=3),
        "email": st.sampled_from(["ana.torres@example.com", "ana.torres@example.com", ""]),
        "odd": st.sampled_from([""] * 8 + ["hold", "disputed", "other", "shipped", "asked", "bundle"]),
        "row": st.sampled_from(["order"] * 3 + ["items"] * 3 + ["counted", "part", "twice", "two reasons"]),
        "reason": st.sampled_from(REASONS),
        "joins": st.sampled_from([False, False, True]),
    }
)
SHOP = st.fixed_dictionaries(
    {
        "shipping": st.sampled_from(ShippingPolicy),
        "discount": st.sampled_from(DiscountPolicy),
        "asks": st.sampled_from([False, False, False, True]),
        "mails": st.sampled_from([True, True, False]),
        "connected": st.booleans(),
        "zone": st.sampled_from(["UTC", "Asia/Tokyo"]),
        "changed": st.sampled_from(REASONS),
        "refunds": st.sampled_from([True, True, False]),
        "off": st.sampled_from([None, None, *REASONS]),
        "memo": st.sampled_from(["", "water damage"]),
        "message": st.sampled_from(["", "We are sorry"]),
    }
)
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DIGEST = re.compile(r"[0-9a-f]{64}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
COUNTED_IN_SHARDS = {*(table.name for table in DAY_TABLES), "order_counts"}


def opened(db: Database, shop: dict) -> MerchantId:
    policy = Policy(
        shipping=shop["shipping"],
        discount=shop["discount"],
        warehouse=Warehouse(answer_minutes=30) if shop["asks"] else None,
    )
    merchant_id = a_merchant(db, policy)
    merchants.change(
        db, merchant_id, merchants.MerchantChanges(time_zone=shop["zone"], mails_buyers=shop["mails"])
    )
    if shop["connected"]:
        gateways.connect(db, merchant_id, Gateway.STRIPE, Credentials("sk_1", "whsec_1"), GATEWAY_KEYS)
    terms = catalogue(db, merchant_id).of(shop["changed"])
    mine = replace(
        terms,
        counts=False,
        refunds=shop["refunds"],
        restock=not terms.restock,
        words={"en": "Our own words"},
    )
    reasons.change(db, merchant_id, mine, USER)
    if shop["off"] is not None:
        terms = catalogue(db, merchant_id).of(shop["off"])
        reasons.change(db, merchant_id, replace(terms, for_feeds=False), USER)
    return merchant_id


def taken_in(db: Database, merchant_id: MerchantId, number: str, drawn: dict) -> None:
    order = an_order().with_(
        number=number,
        email=drawn["email"],
        tax_included=drawn["tax_included"],
        shipping_minor=drawn["shipping"],
        payments=(),
        discounts=(IncomingDiscount(drawn["discount"], min_subtotal_minor=500),) * bool(drawn["discount"]),
        hold=drawn["odd"] == "hold",
        disputed=drawn["odd"] == "disputed",
        fulfilled_by_other=drawn["odd"] == "other",
    )
    for place, (quantity, price, tax) in enumerate(drawn["lines"]):
        parent = "ITEM-0" if drawn["odd"] == "bundle" and place else ""
        order = order.with_item(
            f"Item {place}", quantity, price + 400, tax_minor=tax, parent_sku=parent, external_id=f"{place}"
        )
    order = order.with_(payments=paid(drawn))
    order_id = order.taken_in(db, merchant_id)
    if drawn["odd"] == "asked":
        request(db, merchant_id, order_id, 1)
    if drawn["odd"] == "shipped":
        ship(db, merchant_id, order_id, 1)


def paid(drawn: dict) -> tuple[IncomingPayment, ...]:
    """Split what is owed, or a little more, over the payments; each is charged wholly, half or not at all."""
    total = sum(price + 400 for _, price, _ in drawn["lines"]) + drawn["shipping"] - drawn["discount"]
    if not drawn["tax_included"]:
        total += sum(tax for _, _, tax in drawn["lines"])
    count = len(drawn["payments"])
    shares = [total // count + (place < total % count) for place in range(count)]
    return tuple(
        IncomingPayment(gateway, share + more, (share + more) * (2 - open_halves) // 2, f"pi_{place}")
        for place, (share, (gateway, more, open_halves)) in enumerate(
            zip(shares, drawn["payments"], strict=True)
        )
    )


def rows_of(number: str, record: int, drawn: dict) -> list[StagedRow]:
    lines = [(str(place), quantity) for place, (quantity, _, _) in enumerate(drawn["lines"])]
    row = StagedRow(record, RowAction.CANCEL, order_ref=number, reason=drawn["reason"])
    by_item = [
        replace(row, record=record + place, item_ref=item, quantity=None)
        for place, (item, _) in enumerate(lines)
    ]
    if drawn["row"] == "items":
        return by_item
    if drawn["row"] == "counted":
        return [replace(row, item_ref=item, quantity=quantity) for item, quantity in lines]
    if drawn["row"] == "part":
        return [replace(row, item_ref=lines[0][0], quantity=1)]
    if drawn["row"] == "two reasons":
        return [*by_item[:-1], replace(by_item[-1], reason=Reason.OTHER)]
    return [row, row] if drawn["row"] == "twice" else [row]


def rows_of_all(numbers: list[str], orders: list[dict]) -> list[StagedRow]:
    """Ask for all of them; one that joins another stands in the same records of the file."""
    rows: list[StagedRow] = []
    record = 1
    for number, drawn in zip(numbers, orders, strict=True):
        record = record if drawn["joins"] else record + 10
        rows += rows_of(number, record, drawn)
    return rows


@contextmanager
def judged_one_by_one() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_batches.bulk_whole, "carry_out", lambda *_, **__: None)
        yield


def run(db: Database, merchant_id: MerchantId, rows: list[StagedRow], shop: dict, *, dry_run: bool) -> dict:
    new = NewRun(
        RunKind.FEED, "cancel.txt", feed_type="order_cancellation", dry_run=dry_run,
        memo=shop["memo"], message=shop["message"],
    )  # fmt: skip
    run_id = bulk_runs.begin(db, merchant_id, new, USER).run_id
    bulk_runs.keep_rows(db, merchant_id, run_id, rows, first=1)
    bulk_runs.end_reading(db, merchant_id, run_id, bulk_runs.CODES)
    while bulk_runs.advance(db, merchant_id, run_id):
        pass
    with db.begin(merchant_id) as tx:
        found = tx.session.execute(text("SELECT counters FROM bulk_runs WHERE id = :id"), {"id": run_id})
        return {name: figure for name, figure in found.scalar_one().items() if figure}


def written(db: Database, merchant_id: MerchantId, began: datetime) -> dict[str, object]:
    """Read every row of a merchant, by table; what differs by chance is named by what it belongs to."""
    with db.begin(merchant_id) as tx:
        names = _names(tx, merchant_id)
        return {
            name: _told(tx, name, names, began)
            for name, table in Base.metadata.tables.items()
            if "merchant_id" in table.columns and name not in {"gateways", "order_terms", "operator_cases"}
        }


def _names(tx, merchant_id: MerchantId) -> dict[UUID, str]:
    found = tx.session.execute(
        text("""
        SELECT id, number FROM orders
        UNION ALL SELECT l.id, concat(number, ' item ', ordinal) FROM line_items l
          JOIN orders o ON o.id = order_id
        UNION ALL SELECT p.id, concat(number, ' paid ', ordinal) FROM payments p
          JOIN orders o ON o.id = order_id
        UNION ALL SELECT c.id, concat(number, ' ', c.reason, ' ', c.state) FROM cancellation_requests c
          JOIN orders o ON o.id = order_id
        """)
    )
    return {**{str(key): name for key, name in found}, str(merchant_id): "shop"}


def _told(tx, table: str, names: dict[str, str], began: datetime) -> Counter[tuple]:
    counted: Counter[tuple] = Counter()
    for row in tx.session.execute(text(f"SELECT * FROM {table}")).mappings():
        # Sums of a run are compared by themselves: a batch without any may still say that there are none.
        plain = {name: _plain(value, names, began) for name, value in row.items() if name != "counters"}
        if table == "effects" and plain["kind"] == "check_rate":
            # Each way looks at the rate once; a batch that goes both looks twice.
            counted["check_rate",] = 1
        elif table in COUNTED_IN_SHARDS:
            sums = {name: value for name, value in row.items() if type(value) is int and name != "shard"}
            key = tuple(str(value) for name, value in plain.items() if name not in {*sums, "shard"})
            counted += Counter({(*key, name): figure for name, figure in sums.items()})
        else:
            counted[tuple(sorted(plain.items()))] += 1
    return counted


def _plain(value: object, names: dict[str, str], began: datetime) -> str:
    if isinstance(value, datetime):
        return "meanwhile" if value >= began else "before"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    told = ID.sub(lambda found: names.get(found[0], "an id"), str(value))
    return INSTANT.sub("an instant", DIGEST.sub("a digest", told))


def quotes(db: Database, merchant_id: MerchantId, numbers: list[str]) -> dict[str, str]:
    with db.begin(merchant_id) as tx:
        return {number: fingerprint(order_facts(tx, find_order_by_number(tx, number))) for number in numbers}


def kept_hashes(db: Database, merchant_id: MerchantId) -> set[tuple[str, str]]:
    query = """
        SELECT number, quote ->> 'hash' FROM cancellation_requests c JOIN orders o ON o.id = c.order_id
        WHERE requested_by = 'merchant' AND NOT EXISTS (SELECT FROM cancellation_requests b
          WHERE b.order_id = c.order_id AND b.id <> c.id)"""
    with db.begin(merchant_id) as tx:
        return {tuple(row) for row in tx.session.execute(text(query))}


@given(orders=st.lists(ORDER, min_size=1, max_size=5), shop=SHOP)
@settings(
    max_examples=BATCHES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
def test_what_one_statement_cancels_is_what_judging_each_order_cancels(db: Database, orders, shop) -> None:
    at_once, one_by_one = opened(db, shop), opened(db, shop)
    numbers = [f"A-{place}" for place in range(len(orders))]
    rows = rows_of_all(numbers, orders)
    for merchant_id in (at_once, one_by_one):
        for number, drawn in zip(numbers, orders, strict=True):
            taken_in(db, merchant_id, number, drawn)
    before = quotes(db, at_once, numbers)
    began = datetime.now(UTC)

    previewed = run(db, at_once, rows, shop, dry_run=True)
    came_to = run(db, at_once, rows, shop, dry_run=False)
    with judged_one_by_one():
        judged = run(db, one_by_one, rows, shop, dry_run=True)
        canceled = run(db, one_by_one, rows, shop, dry_run=False)

    assert previewed == judged == came_to == canceled
    alone, among = written(db, one_by_one, began), written(db, at_once, began)
    for table, told in alone.items():
        assert among[table] == told, table
    assert kept_hashes(db, at_once) <= set(before.items())
    assert violations_of(db, at_once) == []


PLAIN = {
    "lines": [(2, 1_000, 7), (1, 500, 3)], "shipping": 701, "discount": 333, "tax_included": False,
    "payments": [(Gateway.MANUAL, 0, 0)], "email": "ana.torres@example.com", "odd": "", "row": "items",
    "reason": Reason.NO_INVENTORY,
}  # fmt: skip
SAYING_NOTHING = {"memo": "", "message": ""}


@pytest.mark.parametrize("how", ["order", "items", "counted"])
@pytest.mark.parametrize("shipping", ShippingPolicy)
def test_an_ordinary_order_is_canceled_without_being_judged(
    db: Database, monkeypatch, how: str, shipping: ShippingPolicy
) -> None:
    merchant_id = a_merchant(db, Policy(shipping=shipping))
    taken_in(db, merchant_id, "A-1", PLAIN)
    monkeypatch.setattr(bulk_batches.bulk_cancel, "plan", lambda *_, **__: 1 / 0)

    rows = rows_of("A-1", 1, {**PLAIN, "row": how})
    came_to = run(db, merchant_id, rows, SAYING_NOTHING, dry_run=False)

    assert (came_to["orders"], came_to["units"], came_to["done"]) == (1, 3, len(rows))


@pytest.mark.parametrize("odd", ["", "hold"])
def test_a_preview_counts_no_reason_that_is_kept_out_of_the_rate(db: Database, odd: str) -> None:
    merchant_id = a_merchant(db)
    taken_in(db, merchant_id, "A-1", {**PLAIN, "odd": odd})
    terms = catalogue(db, merchant_id).of(Reason.NO_INVENTORY)
    rows = rows_of("A-1", 1, PLAIN)

    counted = run(db, merchant_id, rows, SAYING_NOTHING, dry_run=True)
    reasons.change(db, merchant_id, replace(terms, counts=False), USER)
    left_out = run(db, merchant_id, rows, SAYING_NOTHING, dry_run=True)

    assert counted["counting"] == 1
    assert "counting" not in left_out


@pytest.mark.parametrize(
    "unusual",
    [
        *({"odd": odd} for odd in ("hold", "disputed", "other", "shipped", "asked", "bundle")),
        {"row": "part"},
        {"lines": [(1, 100, 0)] * 51},
    ],
    ids=str,
)
def test_whatever_is_unusual_is_left_to_the_judge(db: Database, monkeypatch, unusual: dict) -> None:
    merchant_id = a_merchant(db)
    drawn = {**PLAIN, **unusual}
    taken_in(db, merchant_id, "A-1", drawn)
    judge, judged = bulk_batches.bulk_cancel.plan, []
    monkeypatch.setattr(
        bulk_batches.bulk_cancel,
        "plan",
        lambda tx, wanted, *more, **named: judged.extend(wanted) or judge(tx, wanted, *more, **named),
    )

    run(db, merchant_id, rows_of("A-1", 1, drawn), SAYING_NOTHING, dry_run=False)

    assert judged
    assert violations_of(db, merchant_id) == []

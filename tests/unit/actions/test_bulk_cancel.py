"""Many orders at once come to the same as one by one: the same verdicts, sums, rows and e-mails."""

import os
from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.actions import bulk_cancel, warehouse
from shared.domain.cancellation import RequestState
from shared.domain.catalogue import Giver
from shared.domain.errors import NotEligible, NotFound, Refusal
from shared.domain.ids import MerchantId, OrderId, new_id
from shared.domain.intake import IncomingPayment
from shared.domain.orders import Gateway
from shared.domain.policy import Policy, ShippingPolicy, Warehouse, WarehouseAnswer
from shared.domain.reasons import Reason
from shared.queries.invariants import violations_of
from shared.storage.engine import Database
from tests.builders import USER, a_merchant, an_order, cancel, request, ship

BATCHES = int(os.environ.get("BATCHES", "15"))
MANY = st.lists(
    st.fixed_dictionaries(
        {
            "quantity": st.integers(1, 3),
            "price": st.integers(0, 5_000),
            "shipping": st.integers(0, 700),
            "authorized": st.integers(0, 2),
            "shipped": st.integers(0, 1),
            "asked": st.integers(0, 1),
            "wanted": st.integers(1, 2) | st.none(),
        }
    ),
    min_size=1,
    max_size=4,
)
SUMS = """
SELECT status, payment_status, ordered, shipped, canceled, requested, canceled_minor, refunded_minor,
  released_minor, withheld_minor, version, timeline_length, canceled_by_merchant, closed_at IS NULL
FROM orders WHERE id = :order
"""
PARTS = {
    "refunds": """SELECT kind, gateway, amount_minor, state FROM refunds
        WHERE order_id = :order ORDER BY 1, 2, 3""",
    "requests": """SELECT state, source, requested_by, reason, reason_words, value_minor, refund_minor,
        warehouse FROM cancellation_requests WHERE order_id = :order ORDER BY requested_at, id""",
    "units": """SELECT u.asked, u.quantity, u.units::text FROM request_units u
        JOIN cancellation_requests c ON c.id = u.request_id WHERE c.order_id = :order ORDER BY 1, 2, 3""",
    "movements": """SELECT m.sku, m.quantity FROM stock_movements m
        JOIN line_items l ON l.id = m.line_item_id WHERE l.order_id = :order ORDER BY 1, 2""",
    "messages": "SELECT event, recipient FROM messages WHERE order_id = :order ORDER BY 1",
    "timeline": """SELECT event, actor_kind, from_state, to_state FROM timeline
        WHERE order_id = :order ORDER BY seq""",
}


def written(db: Database, merchant_id: MerchantId, order_id: UUID) -> dict[str, object]:
    """Read all that hangs on an order, without ids and instants."""
    with db.begin(merchant_id) as tx:
        run = lambda query: tx.session.execute(text(query), {"order": order_id}).all()  # noqa: E731 - short
        return {"sums": run(SUMS), **{name: run(query) for name, query in PARTS.items()}}


def at_once(
    db: Database, merchant_id: MerchantId, order_ids: Sequence[UUID], reason: Reason, wanted=None
) -> list[object]:
    """Cancel all in one transaction; give each one's outcome."""
    wishes = [
        bulk_cancel.Wanted(order_id, reason, key=str(new_id()), quantities=(wanted or {}).get(order_id))
        for order_id in order_ids
    ]
    with db.begin(merchant_id) as tx:
        plan = bulk_cancel.plan(tx, wishes, Giver.MERCHANT, lock=True)
        bulk_cancel.carry_out(tx, [one for one in plan if not isinstance(one, Refusal)], USER)
        return list(plan)


def taken_in(db: Database, merchant_id: MerchantId, given: dict[str, int]) -> OrderId:
    order = (
        an_order()
        .with_item("Lamp", given["quantity"], given["price"])
        .with_item("Mug", 2, 1_999)
        .with_(shipping_minor=given["shipping"])
    )
    total = given["price"] + 1_999 + given["shipping"]
    captured = (total, total // 2, 0)[given["authorized"]]
    payments = (IncomingPayment(Gateway.MANUAL, total, captured, "Visa"),)
    order_id = order.with_(payments=payments).taken_in(db, merchant_id)
    if given["asked"]:
        request(db, merchant_id, order_id, 0, 1)
    if given["shipped"]:
        ship(db, merchant_id, order_id, 1, 0)
    return order_id


@given(
    orders=MANY,
    shipping=st.sampled_from(ShippingPolicy),
    reason=st.sampled_from([Reason.NO_INVENTORY, Reason.PRICING_ERROR]),
)
@settings(max_examples=BATCHES, deadline=None, suppress_health_check=list(HealthCheck))
def test_many_at_once_leave_what_one_by_one_would(db: Database, orders, shipping, reason) -> None:
    merchant_id = a_merchant(db, Policy(shipping=shipping))
    singly = [taken_in(db, merchant_id, given) for given in orders]
    together = [taken_in(db, merchant_id, given) for given in orders]

    refused = []
    for order_id in singly:
        try:
            cancel(db, merchant_id, order_id, reason=reason)
        except NotEligible:
            refused.append(order_id)
    outcomes = at_once(db, merchant_id, together, reason)

    assert [isinstance(outcome, NotEligible) for outcome in outcomes] == [
        order_id in refused for order_id in singly
    ]
    for one, other in zip(singly, together, strict=True):
        alone, among = written(db, merchant_id, one), written(db, merchant_id, other)
        # A single cancellation counts its version at each of its steps.
        assert strip_version(alone) == strip_version(among)
    assert violations_of(db, merchant_id) == []


def strip_version(told: dict[str, object]) -> dict[str, object]:
    sums = list(told["sums"][0])  # type: ignore[index]
    return {**told, "sums": sums[:10] + sums[11:]}


def test_an_unknown_order_is_refused_and_the_others_go(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)

    first, second = at_once(db, merchant_id, [new_id(), order_id], Reason.NO_INVENTORY)

    assert isinstance(first, NotFound)
    assert not isinstance(second, Refusal)
    assert violations_of(db, merchant_id) == []


def test_anothers_order_looks_unknown(db: Database) -> None:
    merchant_id, other = a_merchant(db), a_merchant(db)
    theirs = an_order().taken_in(db, other)

    (outcome,) = at_once(db, merchant_id, [theirs], Reason.NO_INVENTORY)

    assert isinstance(outcome, NotFound)
    assert violations_of(db, other) == []


def test_a_warehouse_is_asked_about_each_order_of_a_batch(db: Database) -> None:
    merchant_id = a_merchant(db, Policy(warehouse=Warehouse(answer_minutes=30)))
    order_ids = [an_order().taken_in(db, merchant_id) for _ in range(3)]

    outcomes = at_once(db, merchant_id, order_ids, Reason.NO_INVENTORY)

    states = [row.state for order_id in order_ids for row in written(db, merchant_id, order_id)["requests"]]
    assert states == [RequestState.ACCEPTING] * 3
    assert violations_of(db, merchant_id) == []
    warehouse.answer(db, merchant_id, outcomes[0].request_id, WarehouseAnswer.TOO_LATE, USER)
    assert violations_of(db, merchant_id) == []


def test_memo_and_message_of_a_batch_are_kept_with_each_request(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    wish = bulk_cancel.Wanted(order_id, Reason.NO_INVENTORY, "k", memo="flood", message="We are sorry")

    with db.begin(merchant_id) as tx:
        plan = bulk_cancel.plan(tx, [wish], Giver.MERCHANT, lock=True)
        bulk_cancel.carry_out(tx, plan, USER)  # type: ignore[arg-type]

    with db.begin(merchant_id) as tx:
        kept = dict(tx.session.execute(text("SELECT kind, body FROM personal_texts")).all())
    assert kept == {"memo": "flood", "message": "We are sorry"}


@pytest.mark.parametrize("reason", [Reason.NO_INVENTORY, Reason.BUYER_CANCELED])
def test_a_batch_puts_stock_back_by_its_reason(db: Database, reason: Reason) -> None:
    merchant_id = a_merchant(db)
    order_ids = [an_order().with_item("Mug", 2, 800).taken_in(db, merchant_id) for _ in range(2)]

    at_once(db, merchant_id, order_ids, reason)

    moved = [
        row.quantity for order_id in order_ids for row in written(db, merchant_id, order_id)["movements"]
    ]
    assert moved == ([2, 2] if reason is Reason.BUYER_CANCELED else [])

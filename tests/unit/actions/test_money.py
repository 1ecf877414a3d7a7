"""Shipping, lost discounts and authorizations, all the way to the rows that the refund is made of."""

from uuid import UUID

import pytest
from sqlalchemy import select

from shared.actions import execution
from shared.domain.actors import ActorKind
from shared.domain.ids import MerchantId
from shared.domain.intake import IncomingDiscount, IncomingPayment
from shared.domain.orders import Gateway, PaymentStatus
from shared.domain.policy import DiscountPolicy, Policy, ShippingPolicy
from shared.domain.refunds import KeptReason, RefundKind
from shared.queries.cancellations import quote_for
from shared.queries.invariants import violations_of
from shared.queries.orders import order_page
from shared.storage.engine import Database
from shared.storage.records import PaymentRecord, RefundRecord
from tests.builders import AnOrder, a_merchant, an_order, cancel, ship


def rows(db: Database, merchant_id: MerchantId, order_id: UUID) -> list[tuple[str, str, int]]:
    """List (kind, payment's reference, amount) in the order of the payments; the shop must be sound."""
    assert violations_of(db, merchant_id) == []
    query = (
        select(RefundRecord.kind, PaymentRecord.reference, RefundRecord.amount_minor)
        .join(PaymentRecord, PaymentRecord.id == RefundRecord.payment_id)
        .where(RefundRecord.order_id == order_id)
        .order_by(RefundRecord.created_at, PaymentRecord.ordinal)
    )
    with db.begin(merchant_id) as tx:
        return [(kind, reference, amount) for kind, reference, amount in tx.session.execute(query)]


def back(db: Database, merchant_id: MerchantId, order_id: UUID) -> list[int]:
    return [amount for kind, _, amount in rows(db, merchant_id, order_id) if kind == RefundKind.REFUND]


def kettles(units: int = 2) -> AnOrder:
    return an_order().with_item("Kettle", units, units * 1_000)


def test_shipping_goes_back_with_the_last_unit_and_not_before(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = kettles(3).with_(shipping_minor=500).taken_in(db, merchant_id)

    for _ in range(3):
        cancel(db, merchant_id, order_id, 1)

    assert back(db, merchant_id, order_id) == [1_000, 1_000, 1_500]


def test_free_shipping_brings_nothing_back(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = kettles().taken_in(db, merchant_id)

    quoted = quote_for(db, merchant_id, order_id, ActorKind.BUYER, None).quote
    cancel(db, merchant_id, order_id)

    assert (quoted.shipping_minor, quoted.kept) == (0, ())
    assert back(db, merchant_id, order_id) == [2_000]


@pytest.mark.parametrize(("tax_included", "whole"), [(True, 2_500), (False, 2_550)])
def test_the_tax_on_shipping_goes_back_with_it_once(db: Database, tax_included: bool, whole: int) -> None:  # noqa: FBT001 - a column of the table
    merchant_id = a_merchant(db)
    order = kettles().with_(shipping_minor=500, shipping_tax_minor=50, tax_included=tax_included)
    order_id = order.taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id, 1)
    cancel(db, merchant_id, order_id, 1)

    assert back(db, merchant_id, order_id) == [1_000, whole - 1_000]


def test_after_two_shipments_shipping_stays_with_the_merchant_and_that_is_said(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = kettles(3).with_(shipping_minor=500).taken_in(db, merchant_id)
    ship(db, merchant_id, order_id, 1)
    ship(db, merchant_id, order_id, 1)

    kept = quote_for(db, merchant_id, order_id, ActorKind.BUYER, None).quote.kept
    cancel(db, merchant_id, order_id)

    assert [(part.amount_minor, part.why) for part in kept] == [(500, KeptReason.SHIPPING_ALREADY_SHIPPED)]
    assert back(db, merchant_id, order_id) == [1_000]


def test_by_share_each_unit_brings_its_part_of_the_shipping_even_after_a_shipment(db: Database) -> None:
    merchant_id = a_merchant(db, Policy(shipping=ShippingPolicy.PRO_RATA))
    order_id = kettles(3).with_(shipping_minor=500).taken_in(db, merchant_id)
    ship(db, merchant_id, order_id, 1)

    cancel(db, merchant_id, order_id, 1)
    cancel(db, merchant_id, order_id, 1)

    assert back(db, merchant_id, order_id) == [1_167, 1_167]


@pytest.mark.parametrize(
    ("discount", "refunds"),
    [(DiscountPolicy.LOCK, [3_000, 6_000]), (DiscountPolicy.REPRICE, [1_000, 8_000])],
)
def test_a_lost_threshold_is_locked_or_lowers_the_refund_and_the_whole_comes_back_in_the_end(
    db: Database, discount: DiscountPolicy, refunds: list[int]
) -> None:
    merchant_id = a_merchant(db, Policy(discount=discount))
    off = IncomingDiscount(3_000, min_subtotal_minor=10_000)
    order = an_order().with_item("Kettle", price=8_000).with_item("Lamp", price=4_000)
    order_id = order.with_(discounts=(off,)).taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id, 0, 1)
    cancel(db, merchant_id, order_id, 1, 0)

    assert back(db, merchant_id, order_id) == refunds


def paid_by(
    *payments: tuple[str, int, int], gateway: Gateway = Gateway.MANUAL
) -> tuple[IncomingPayment, ...]:
    return tuple(
        IncomingPayment(gateway, authorized, captured, reference)
        for reference, authorized, captured in payments
    )


def test_what_was_only_authorized_is_voided_and_never_refunded(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = kettles().with_(payments=paid_by(("card", 2_000, 0))).taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id, 1)
    assert rows(db, merchant_id, order_id) == [], "half of it is still needed"
    cancel(db, merchant_id, order_id, 1)

    assert rows(db, merchant_id, order_id) == [("void", "card", 2_000)]
    page = order_page(db, merchant_id, order_id, ActorKind.BUYER)
    assert (page.payment_status, page.totals.refunded_minor) == (PaymentStatus.VOIDED, 0)


def test_of_what_was_captured_in_part_that_part_goes_back_and_the_idle_authorization_is_voided(
    db: Database,
) -> None:
    merchant_id = a_merchant(db)
    payments = paid_by(("first", 1_500, 1_500), ("second", 500, 0))
    order_id = kettles().with_(payments=payments).taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id)

    assert sorted(rows(db, merchant_id, order_id)) == [("refund", "first", 1_500), ("void", "second", 500)]


def test_a_captured_charge_is_never_voided_even_in_part(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = kettles().with_(payments=paid_by(("card", 2_000, 700))).taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id)

    assert rows(db, merchant_id, order_id) == [("refund", "card", 700)]


def test_a_second_authorization_that_became_idle_is_voided_while_the_first_still_covers_the_rest(
    db: Database,
) -> None:
    merchant_id = a_merchant(db)
    payments = paid_by(("large", 1_500, 0), ("small", 500, 0))
    order_id = kettles().with_(payments=payments).taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id, 1)

    assert rows(db, merchant_id, order_id) == [("void", "small", 500)]


def test_a_cancellation_repeated_by_the_worker_voids_once(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = kettles(1).with_(payments=paid_by(("card", 1_000, 0))).taken_in(db, merchant_id)

    request_id = cancel(db, merchant_id, order_id)
    execution.execute(db, merchant_id, request_id)

    assert rows(db, merchant_id, order_id) == [("void", "card", 1_000)]

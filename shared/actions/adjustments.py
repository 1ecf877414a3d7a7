"""Give part of the price of what has shipped back; no unit is canceled by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from shared import wording
from shared.actions import refunds
from shared.actions.case_offers import RefundGiven, give_refund_in
from shared.actions.reasons import offered_terms
from shared.domain.actors import Actor
from shared.domain.adjustments import Amounts, check
from shared.domain.catalogue import Giver, giver_of
from shared.domain.errors import QuoteChanged
from shared.domain.events import Event
from shared.domain.ids import AdjustmentId, LineItemId, MerchantId, new_id
from shared.domain.payments import split_over_payments
from shared.domain.reasons import Reason
from shared.domain.refunds import RefundKind, fingerprint
from shared.storage import timeline
from shared.storage.adjusted import adjusted_before
from shared.storage.catalogues import catalogue
from shared.storage.engine import Database, Transaction
from shared.storage.facts import order_facts
from shared.storage.idempotency import Once, answered, claim
from shared.storage.records import AdjustedItemRecord, AdjustmentRecord, OrderRecord
from shared.storage.scopes import lock_order


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What goes back, in minor units by line id, and why; lines with 0 are left out.

    `seen` is the hash of the quote that the asker saw, `nonce` names the window that was confirmed, so that a
    second submit changes nothing. `giver` is through whom the reason comes, None for the one who acts.
    """

    amounts: Mapping[LineItemId, int] = field(default_factory=dict)
    shipping_minor: int = 0
    reason: Reason = Reason.GENERAL_ADJUSTMENT
    memo: str = ""
    message: str = ""
    nonce: str | None = None
    seen: str | None = None
    giver: Giver | None = None

    @property
    def wanted(self) -> Amounts:
        """The money alone."""
        return Amounts(
            {line_id: minor for line_id, minor in self.amounts.items() if minor}, self.shipping_minor
        )


def adjust(
    db: Database,
    merchant_id: MerchantId,
    order_id: UUID,
    adjustment: Adjustment,
    actor: Actor,
    *,
    once: Once | None = None,
    case_id: UUID | None = None,
) -> AdjustmentId:
    """Give part of an order's price back; its refunds are sent like all others.

    In the case it is done from, if any, the buyer is told.

    Raises NotFound, InvalidContent, NotEligible (the words say how much is possible) or QuoteChanged.
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        order = lock_order(tx, order_id)
        adjustment_id = adjust_in(tx, order, adjustment, actor)
        if case_id is not None:
            given = RefundGiven(adjustment_id, adjustment.wanted.whole_minor, adjustment.message)
            give_refund_in(tx, order, case_id, given, actor)
        return answered(tx, once, adjustment_id)


def adjust_in(tx: Transaction, order: OrderRecord, adjustment: Adjustment, actor: Actor) -> AdjustmentId:
    """Do the same in a transaction that holds the order's lock already; raises as `adjust` does."""
    earlier = _confirmed_before(tx, order, adjustment.nonce)
    if earlier is not None:
        return earlier
    facts = order_facts(tx, order)
    if adjustment.seen is not None and adjustment.seen != fingerprint(facts):
        raise QuoteChanged("The order has changed since this window was opened.")
    wanted = adjustment.wanted
    check(facts, wanted, adjusted_before(tx, order))
    record = _record(tx, order, adjustment, actor)
    order.adjusted_minor += wanted.whole_minor
    order.version += 1
    shares = split_over_payments(facts.payments, wanted.whole_minor)
    refunds.write(tx, order, shares, RefundKind.REFUND, adjustment_id=record.id)
    _note(tx, order, record, adjustment, actor)
    return AdjustmentId(record.id)


def _confirmed_before(tx: Transaction, order: OrderRecord, nonce: str | None) -> AdjustmentId | None:
    if nonce is None:
        return None
    found = tx.session.scalars(
        select(AdjustmentRecord.id).where(
            AdjustmentRecord.merchant_id == tx.merchant_id,
            AdjustmentRecord.order_id == order.id,
            AdjustmentRecord.nonce == nonce,
        )
    ).one_or_none()
    return None if found is None else AdjustmentId(found)


def _record(tx: Transaction, order: OrderRecord, adjustment: Adjustment, actor: Actor) -> AdjustmentRecord:
    wanted = adjustment.wanted
    terms = offered_terms(catalogue(tx), adjustment.reason, adjustment.giver or giver_of(actor.kind))
    record = AdjustmentRecord(
        merchant_id=tx.merchant_id,
        id=new_id(),
        order_id=order.id,
        source=actor.kind,
        actor_id=actor.id,
        reason=adjustment.reason,
        reason_words=wording.reason_said(terms),
        nonce=adjustment.nonce,
        shipping_minor=wanted.shipping_minor,
        refund_minor=wanted.whole_minor,
        adjusted_at=tx.now,
    )
    tx.session.add(record)
    tx.session.flush()
    tx.session.add_all(
        AdjustedItemRecord(
            merchant_id=tx.merchant_id, adjustment_id=record.id, line_item_id=line_id, amount_minor=minor
        )
        for line_id, minor in wanted.lines.items()
    )
    tx.session.flush()
    return record


def _note(
    tx: Transaction, order: OrderRecord, record: AdjustmentRecord, adjustment: Adjustment, actor: Actor
) -> None:
    texts = {
        kind: timeline.keep_text(tx, order.id, record.id, kind, body)
        for kind, body in (("memo", adjustment.memo), ("message", adjustment.message))
    }
    timeline.note(
        tx,
        order.id,
        Event.PRICE_ADJUSTED,
        actor,
        details={
            "adjustment": str(record.id),
            "reason": record.reason,
            "refund_minor": record.refund_minor,
            "shipping_minor": record.shipping_minor,
            "lines": {str(line_id): minor for line_id, minor in adjustment.wanted.lines.items()},
            **texts,
        },
    )

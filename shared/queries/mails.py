"""What an e-mail to a buyer is made of: the order, the request and its refunds, as their rows say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import set_committed_value

from shared.domain.actors import ActorKind
from shared.domain.eligibility import assess, closes_at, units
from shared.domain.errors import NotFound
from shared.domain.events import Event, MailEvent
from shared.domain.gateways import Trouble
from shared.domain.ids import MerchantId, MessageId, OrderId
from shared.domain.orders import Gateway, OrderStatus
from shared.domain.policy import SilenceOutcome, WarehouseAnswer, from_document
from shared.domain.reasons import DeclineReason, Reason
from shared.domain.refunds import Kept, KeptReason, RefundKind, RefundState
from shared.queries import merchants
from shared.queries.alerts import AlertMail, alert_mail
from shared.queries.order_values import Totals
from shared.queries.orders import totals
from shared.queries.receipts import Part, outcome, parts
from shared.queries.request_values import RequestView
from shared.queries.requests import labels, request_views
from shared.storage.engine import Database, Transaction
from shared.storage.facts import assemble
from shared.storage.records import (
    AdjustmentRecord,
    CaseMessageRecord,
    CasePictureRecord,
    CaseRecord,
    LineItemRecord,
    MessageRecord,
    OrderRecord,
    PaymentRecord,
    PersonalTextRecord,
    RefundRecord,
    RequestRecord,
    TimelineRecord,
)
from shared.storage.scopes import (
    claims_on,
    find_order,
    lines_of,
    payments_of,
    refunds_on,
    requests_of,
    units_of,
)

SENT = "sent"
_SAID_BY_LINES = frozenset({KeptReason.DISCOUNT_LOST, KeptReason.FEE})


@dataclass(frozen=True, slots=True)
class MailItem:
    """A line as an e-mail lists it; `amount_minor` is its listed price, before discounts."""

    quantity: int
    label: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class MailRefund:
    """A refund to one payment, in minor units; `trouble` says why it failed."""

    gateway: Gateway
    reference: str
    amount_minor: int
    state: RefundState
    ended_at: datetime | None
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class MailAdjustment:
    """Part of the price that goes back for what has shipped: why, and what the merchant writes about it."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class MailCase:
    """What somebody wrote in a case; `pictures` counts what came along and is seen on the page alone."""

    id: UUID
    category: str
    body: str
    pictures: int


@dataclass(frozen=True, slots=True)
class MailRequest:
    """A cancellation request as its e-mails tell it.

    `by_merchant` says that the merchant canceled without being asked, `is_automatic` that nobody had to
    decide, `asks_warehouse` that a warehouse has to stop it once it is accepted; `stops_in_silence` is what
    no answer of the warehouse means.
    """

    view: RequestView
    by_merchant: bool
    is_automatic: bool
    accepts_in_silence: bool
    asks_warehouse: bool
    stops_in_silence: bool
    shipping_minor: int
    kept: tuple[Kept, ...]

    @property
    def items_minor(self) -> int:
        """The units' own money, before shipping, lost discounts and fees."""
        return self.view.value_minor - self.shipping_minor + self.repriced_minor

    @property
    def repriced_minor(self) -> int:
        """What lost discounts take off."""
        return sum(kept.amount_minor for kept in self.kept if kept.why is KeptReason.DISCOUNT_LOST)

    @property
    def fee_minor(self) -> int:
        """What is kept as a fee."""
        return self.view.fee_minor

    @property
    def withheld_minor(self) -> int:
        """What the merchant keeps of its own will."""
        return self.view.withheld_minor

    @property
    def charged_minor(self) -> int:
        """The part of their money that was charged."""
        return self.view.value_minor - self.view.released_minor

    @property
    def refund_minor(self) -> int:
        """What goes back."""
        return self.view.refund_minor

    @property
    def parts(self) -> tuple[Part, ...]:
        """The lines between the units' money and the outcome."""
        return parts(self)

    @property
    def outcome(self) -> Part:
        """The last line: what it comes to."""
        return outcome(self, for_merchant=False)

    @property
    def explained(self) -> tuple[Kept, ...]:
        """What stays with the merchant and no line says why."""
        return tuple(kept for kept in self.kept if kept.why not in _SAID_BY_LINES)

    @property
    def released_minor(self) -> int:
        """Money of the canceled units that was never charged, in minor units."""
        return self.view.released_minor

    @property
    def shipped_before(self) -> int:
        """How many units left before it was carried out."""
        return sum(asked.asked - asked.quantity for asked in self.view.units)

    @property
    def was_shipped(self) -> bool:
        """Everything it asked for left first."""
        return self.view.decline_reason is DeclineReason.ALREADY_SHIPPED

    @property
    def is_explained(self) -> bool:
        """Somebody chose a reason which no other sentence tells."""
        told = self.was_shipped or self.view.order_ended
        return self.view.decline_reason is not None and not told


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail to one buyer; instants are UTC, to be written in `time_zone`."""

    id: MessageId
    event: MailEvent
    recipient: str
    locale: str
    is_sent: bool
    created_at: datetime
    merchant_name: str
    time_zone: str
    order_id: OrderId
    order_number: str
    link_epoch: int
    placed_at: datetime
    currency: str
    buyer_name: str
    delivery: tuple[str, ...]
    items: tuple[MailItem, ...]
    totals: Totals
    is_canceled: bool
    can_cancel: bool
    cancel_until: datetime | None
    request: MailRequest | None
    adjustment: MailAdjustment | None
    case: MailCase | None
    refunds: tuple[MailRefund, ...]

    @property
    def refund_minor(self) -> int:
        """What goes back with this e-mail's event, in minor units."""
        return sum(refund.amount_minor for refund in self.refunds)


def find(db: Database, merchant_id: MerchantId, message_id: MessageId) -> Mail | AlertMail:
    """Read everything that one e-mail tells. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        message = tx.session.get(MessageRecord, (merchant_id, message_id))
        if message is None:
            raise NotFound("There is no such e-mail.")
        if message.alert_id is not None:
            return alert_mail(tx, message, message.alert_id)
        if message.order_id is None:
            raise NotFound("This e-mail is about nothing.")
        order = find_order(tx, message.order_id)
        if message.again_of is not None:
            _be_about_the_same(tx, message, message.again_of)
        return _mail(tx, message, order)


def _be_about_the_same(tx: Transaction, message: MessageRecord, first_id: UUID) -> None:
    """Let a message that is sent once more be about what the first one was; nothing of it is written."""
    first = tx.session.get_one(MessageRecord, (tx.merchant_id, first_id))
    set_committed_value(message, "request_id", first.request_id)
    set_committed_value(message, "refund_id", first.refund_id)
    set_committed_value(message, "case_message_id", first.case_message_id)


def _mail(tx: Transaction, message: MessageRecord, order: OrderRecord) -> Mail:
    merchant = merchants.of(tx)
    lines = lines_of(tx, order.id)
    payments = payments_of(tx, order.id)
    facts = assemble(order, lines, payments, claims_on(tx, order.id), self_service=merchant.self_service)
    named = labels(lines)
    return Mail(
        id=MessageId(message.id),
        event=MailEvent(message.event),
        recipient=message.recipient,
        locale=message.locale,
        is_sent=message.state == SENT,
        created_at=message.created_at,
        merchant_name=merchant.name,
        time_zone=merchant.time_zone,
        order_id=OrderId(order.id),
        order_number=order.number,
        link_epoch=order.link_epoch,
        placed_at=order.placed_at,
        currency=order.currency,
        buyer_name=order.buyer_name,
        delivery=tuple(order.delivery),
        items=tuple(MailItem(line.ordered, named[line.id], line.price_minor) for line in lines),
        totals=totals(order, payments, ActorKind.BUYER),
        is_canceled=order.status == OrderStatus.CANCELED,
        can_cancel=units(assess(facts, ActorKind.BUYER, now=tx.now)) > 0,
        cancel_until=closes_at(facts),
        request=_request(tx, order, lines, message.request_id) if message.request_id else None,
        adjustment=_adjustment(tx, message.refund_id) if message.refund_id else None,
        case=_case(tx, message.case_message_id) if message.case_message_id else None,
        refunds=_refunds(tx, message, order.id, payments),
    )


def _request(
    tx: Transaction, order: OrderRecord, lines: Sequence[LineItemRecord], request_id: UUID
) -> MailRequest:
    record = tx.session.scalars(requests_of(tx).where(RequestRecord.id == request_id)).one()
    warehouse = from_document(record.policy).warehouse
    named = labels(lines)
    line_labels = {line.id: (line.sku, named[line.id]) for line in lines}
    quoted = _quoted(tx, record)
    return MailRequest(
        view=request_views(tx, {order.id: order}, [record], units_of(tx, [record.id]), line_labels)[0],
        by_merchant=record.requested_by != ActorKind.BUYER,
        is_automatic=record.decided_at == record.requested_at,
        accepts_in_silence=record.policy["silence_outcome"] == SilenceOutcome.ACCEPT,
        asks_warehouse=warehouse is not None,
        stops_in_silence=warehouse is not None and warehouse.silence is WarehouseAnswer.STOPPED,
        shipping_minor=int(quoted.get("shipping_minor", 0)),
        kept=_kept(quoted),
    )


def _adjustment(tx: Transaction, refund_id: UUID) -> MailAdjustment | None:
    record = tx.session.scalars(
        select(AdjustmentRecord)
        .join(
            RefundRecord,
            (RefundRecord.merchant_id == AdjustmentRecord.merchant_id)
            & (RefundRecord.adjustment_id == AdjustmentRecord.id),
        )
        .where(RefundRecord.merchant_id == tx.merchant_id, RefundRecord.id == refund_id)
    ).one_or_none()
    if record is None:
        return None
    message = tx.session.scalars(
        select(PersonalTextRecord.body).where(
            PersonalTextRecord.merchant_id == tx.merchant_id,
            PersonalTextRecord.subject_id == record.id,
            PersonalTextRecord.kind == "message",
        )
    ).one_or_none()
    return MailAdjustment(Reason(record.reason), message or "")


def _case(tx: Transaction, message_id: UUID) -> MailCase:
    pictures = select(func.count()).where(
        CasePictureRecord.merchant_id == tx.merchant_id, CasePictureRecord.message_id == message_id
    )
    row = tx.session.execute(
        select(
            CaseRecord.id,
            CaseRecord.category,
            CaseMessageRecord.body,
            pictures.scalar_subquery().label("pictures"),
        )
        .join(
            CaseMessageRecord,
            (CaseMessageRecord.merchant_id == CaseRecord.merchant_id)
            & (CaseMessageRecord.case_id == CaseRecord.id),
        )
        .where(CaseRecord.merchant_id == tx.merchant_id, CaseMessageRecord.id == message_id)
    ).one()
    return MailCase(row.id, row.category, row.body, row.pictures)


def _quoted(tx: Transaction, record: RequestRecord) -> Mapping[str, Any]:
    # What held when it was carried out counts: shipments may have changed it since the request.
    entry = _entry(tx, record, Event.CANCELLATION_ACCEPTED)
    return record.quote if entry is None else {**record.quote, **entry.details}


def _kept(document: Mapping[str, Any]) -> tuple[Kept, ...]:
    return tuple(Kept(kept["amount_minor"], KeptReason(kept["why"])) for kept in document.get("kept", []))


def _entry(tx: Transaction, record: RequestRecord, event: Event) -> TimelineRecord | None:
    return tx.session.scalars(
        select(TimelineRecord).where(
            TimelineRecord.merchant_id == tx.merchant_id,
            TimelineRecord.order_id == record.order_id,
            TimelineRecord.request_id == record.id,
            TimelineRecord.event == event,
        )
    ).first()


def _refunds(
    tx: Transaction, message: MessageRecord, order_id: UUID, payments: Sequence[PaymentRecord]
) -> tuple[MailRefund, ...]:
    if message.request_id is None and message.refund_id is None:
        return ()
    references = {payment.id: payment.reference for payment in payments}
    return tuple(
        MailRefund(
            gateway=Gateway(refund.gateway),
            reference=references[refund.payment_id],
            amount_minor=refund.amount_minor,
            state=RefundState(refund.state),
            ended_at=refund.ended_at,
            trouble=Trouble(refund.trouble) if refund.trouble else None,
        )
        for refund in refunds_on(tx, order_id)
        if _is_told(message, refund)
    )


def _is_told(message: MessageRecord, refund: RefundRecord) -> bool:
    """Say whether an e-mail is about this row; of a request those that stand for what goes back."""
    if message.refund_id is not None:
        return refund.id == message.refund_id
    stands = refund.kind == RefundKind.REFUND and refund.retried_at is None
    return stands and refund.request_id == message.request_id

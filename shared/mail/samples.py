"""Believable e-mails about an order that does not exist, to show a merchant what its customers get."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from shared.domain.actors import ActorKind
from shared.domain.cancellation import Question, RequestState
from shared.domain.events import MailEvent
from shared.domain.ids import LineItemId, MessageId, OrderId, RequestId, new_id
from shared.domain.orders import Gateway
from shared.domain.reasons import DeclineReason, Reason
from shared.domain.refunds import RefundState
from shared.queries.mails import Mail, MailCase, MailItem, MailRefund, MailRequest
from shared.queries.order_values import Totals
from shared.queries.request_values import RequestedUnits, RequestView
from shared.queries.samples import Occasion
from shared.rendering import currency_exponent, speaking
from shared.rendering import gettext as _

_NUMBER = "NL-10482"
_NAME = "Ana Torres"
_KETTLE = Decimal(64)
_LAMP = Decimal(128)
_SHIPPING = Decimal("6.95")
_NOBODYS = UUID(int=0)
_STATES = {
    MailEvent.CANCELLATION_REQUESTED: RequestState.REQUESTED,
    MailEvent.CANCELLATION_ACCEPTED: RequestState.ACCEPTED,
    MailEvent.CANCELLATION_DECLINED: RequestState.DECLINED,
    MailEvent.CANCELLATION_REINSTATED: RequestState.DECLINED,
    MailEvent.CANCELLATION_WITHDRAWN: RequestState.WITHDRAWN,
}
_WITH_REFUND = frozenset({MailEvent.CANCELLATION_ACCEPTED, MailEvent.REFUND_SENT})
_DECLINED = frozenset({MailEvent.CANCELLATION_DECLINED, MailEvent.CANCELLATION_REINSTATED})


def sample(
    event: MailEvent, occasion: Occasion, *, recipient: str, locale: str, message_id: MessageId | None = None
) -> Mail:
    """Make an e-mail of this event as a customer of the shop would get it."""
    kettle, lamp, shipping = (_minor(amount, occasion.currency) for amount in (_KETTLE, _LAMP, _SHIPPING))
    total = 2 * kettle + lamp + shipping
    placed_at = occasion.now - timedelta(hours=20)
    with speaking(locale):
        labels = (_("Gooseneck tea kettle"), _("Brass reading lamp"))
        answer = _("Yes, both come in one parcel.")
    view = _view(event, occasion, labels[0], kettle)
    with_refund = event in _WITH_REFUND
    return Mail(
        id=message_id or MessageId(new_id()),
        event=event,
        recipient=recipient,
        locale=locale,
        is_sent=False,
        created_at=occasion.now,
        merchant_name=occasion.brand.merchant_name,
        time_zone=occasion.time_zone,
        order_id=OrderId(_NOBODYS),
        order_number=_NUMBER,
        link_epoch=0,
        placed_at=placed_at,
        currency=occasion.currency,
        buyer_name=_NAME,
        delivery=("1420 Harrison Ave", "Seattle, WA 98109"),
        items=(MailItem(2, labels[0], 2 * kettle), MailItem(1, labels[1], lamp)),
        totals=Totals(2 * kettle + lamp, 0, shipping, 0, 0, total, total, 0),
        is_canceled=False,
        can_cancel=True,
        cancel_until=None,
        request=_request(view) if event in _STATES or with_refund else None,
        adjustment=None,
        case=MailCase(_NOBODYS, "", answer, 0) if event is MailEvent.CASE_REPLIED else None,
        refunds=(_refund(kettle, occasion.now),) if with_refund else (),
    )


def _view(event: MailEvent, occasion: Occasion, label: str, kettle: int) -> RequestView:
    is_declined = event in _DECLINED
    asked_at = occasion.now - timedelta(hours=2)
    return RequestView(
        id=RequestId(_NOBODYS),
        order_id=OrderId(_NOBODYS),
        order_number=_NUMBER,
        buyer_name=_NAME,
        currency=occasion.currency,
        ordered=3,
        state=_STATES.get(event, RequestState.ACCEPTED),
        source=ActorKind.BUYER,
        for_buyer=True,
        reason=Reason.ORDERED_BY_MISTAKE,
        reason_words="",
        comments="",
        memo="",
        message="",
        units=(RequestedUnits(LineItemId(_NOBODYS), "", label, 1, 1),),
        value_minor=kettle,
        fee_minor=0,
        withheld_minor=0,
        refund_minor=kettle,
        requested_at=asked_at,
        decide_by=None,
        decided_at=occasion.now,
        warehouse=Question.NOT_ASKED,
        answer_by=None,
        executes_at=None,
        ended_at=None,
        decline_reason=DeclineReason.ALREADY_PACKED if is_declined else None,
        decline_message="",
    )


def _request(view: RequestView) -> MailRequest:
    return MailRequest(
        view=view,
        by_merchant=False,
        is_automatic=False,
        accepts_in_silence=False,
        asks_warehouse=False,
        stops_in_silence=False,
        shipping_minor=0,
        kept=(),
    )


def _refund(amount_minor: int, at: datetime) -> MailRefund:
    return MailRefund(Gateway.MANUAL, "", amount_minor, RefundState.SUCCEEDED, at, None)


def _minor(amount: Decimal, currency: str) -> int:
    return round(amount.scaleb(currency_exponent(currency)))

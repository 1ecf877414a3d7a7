"""The words for what happened to an order, told to each reader."""

from collections.abc import Mapping
from typing import Protocol

from shared.domain.actors import ActorKind
from shared.domain.events import Event
from shared.domain.policy import WarehouseAnswer
from shared.rendering import N_, money
from shared.rendering import gettext as _


class TimelineFacts(Protocol):
    """What a timeline entry is put into words from; amounts in minor units."""

    @property
    def event(self) -> Event:
        """What happened."""

    @property
    def actor(self) -> ActorKind:
        """Who did it."""

    @property
    def actor_name(self) -> str:
        """Their name, where there is one."""

    @property
    def units(self) -> int:
        """How many units it touched."""

    @property
    def amount_minor(self) -> int:
        """How much money it moved."""

    @property
    def items(self) -> str:
        """Which items, in words."""

    @property
    def answer(self) -> WarehouseAnswer | None:
        """What a warehouse said, where it did."""

    @property
    def for_buyer(self) -> bool:
        """It is about what the buyer has asked for."""


_TO_BUYERS: Mapping[Event, str] = {
    Event.ORDER_TAKEN_IN: N_("Order placed"),
    Event.ORDER_SHIPPED: N_("Shipped: %(items)s"),
    Event.CANCELLATION_REQUESTED: N_("%(who)s asked to cancel %(items)s"),
    Event.CANCELLATION_ACCEPTING: N_("The cancellation of %(items)s is being carried out"),
    Event.CANCELLATION_ACCEPTED: N_("Canceled: %(items)s"),
    Event.CANCELLATION_DECLINED: N_("The request to cancel %(items)s was declined"),
    Event.CANCELLATION_REINSTATED: N_("The cancellation of %(items)s was stopped; the order goes on"),
    Event.CANCELLATION_WITHDRAWN: N_("%(who)s withdrew the request to cancel %(items)s"),
    Event.WAREHOUSE_ASKED: N_("The warehouse is asked to stop %(items)s"),
    Event.PAYMENT_VOIDED: N_("%(amount)s will not be charged"),
    Event.PRICE_ADJUSTED: N_("%(who)s gives %(amount)s of the price back"),
    Event.REFUND_SENT: N_("%(amount)s sent back"),
    Event.CASE_OPENED: N_("%(who)s wrote a message"),
    Event.CASE_REPLIED: N_("%(who)s answered a message"),
    Event.CASE_RESOLVED: N_("%(who)s marked a conversation as resolved"),
    Event.CASE_REOPENED: N_("%(who)s took a conversation up again"),
    Event.REPLACEMENT_SENT: N_("%(who)s sends a replacement: %(items)s"),
    Event.CREDIT_GIVEN: N_("%(who)s gave %(amount)s as store credit"),
}
_TO_MERCHANTS: Mapping[Event, str] = {
    Event.ORDER_TAKEN_IN: N_("Order taken in"),
    Event.ORDER_SHIPPED: N_("%(who)s confirmed the shipment of %(items)s"),
    Event.CANCELLATION_REQUESTED: N_("%(who)s asked to cancel %(items)s"),
    Event.CANCELLATION_ACCEPTING: N_("%(who)s accepted the cancellation of %(items)s"),
    Event.CANCELLATION_ACCEPTED: N_("Canceled: %(items)s"),
    Event.CANCELLATION_DECLINED: N_("%(who)s declined to cancel %(items)s"),
    Event.CANCELLATION_REINSTATED: N_("%(who)s stopped the cancellation of %(items)s"),
    Event.CANCELLATION_WITHDRAWN: N_("%(who)s withdrew the request to cancel %(items)s"),
    Event.WAREHOUSE_ASKED: N_("The warehouse is asked to stop %(items)s"),
    Event.WAREHOUSE_ANSWERED: N_("%(who)s answered for the warehouse about %(items)s"),
    Event.SHIPMENT_REFUSED: N_(
        "Refused: %(who)s reported %(items)s as shipped that are canceled or being canceled"
    ),
    Event.PAYMENT_VOIDED: N_("%(who)s released %(amount)s that was only authorized"),
    Event.PRICE_ADJUSTED: N_("%(who)s gave %(amount)s of the price back"),
    Event.ORDER_CHANGED: N_("%(who)s changed the order's data: %(items)s"),
    Event.ORDER_FACTS_ADDED: N_("A later report told what was not known of the order"),
    Event.AMOUNT_ENTERED: N_("%(who)s entered %(amount)s as what goes back"),
    Event.REFUND_SENT: N_("%(who)s sent %(amount)s back"),
    Event.REFUND_FAILED: N_("A refund of %(amount)s did not go through"),
    Event.VOID_FAILED: N_("The authorization of %(amount)s could not be released"),
    Event.REFUND_RETRIED: N_("%(who)s saw to it that %(amount)s goes back after all"),
    Event.REFUND_REPORTED: N_("The gateway reports a refund of %(amount)s that nobody asked for here"),
    Event.REFUND_RECORDED: N_("%(who)s recorded a refund of %(amount)s made at the gateway"),
    Event.REFUND_DISMISSED: N_("%(who)s left out a refund of %(amount)s that the gateway reports"),
    Event.RESTOCKED: N_("Back to stock: %(items)s"),
    Event.MEMO_CHANGED: N_("%(who)s changed the memo"),
    Event.LINKS_REVOKED: N_("%(who)s revoked the order links"),
    Event.MAIL_SENT_AGAIN: N_("%(who)s sent the e-mail “%(items)s” again"),
    Event.CASE_OPENED: N_("%(who)s wrote a message"),
    Event.CASE_REPLIED: N_("%(who)s answered a message"),
    Event.CASE_RESOLVED: N_("%(who)s marked a conversation as resolved"),
    Event.CASE_REOPENED: N_("%(who)s took a conversation up again"),
    Event.REPLACEMENT_SENT: N_("%(who)s sends a replacement: %(items)s"),
    Event.CREDIT_GIVEN: N_("%(who)s gave %(amount)s as store credit"),
    Event.OPERATOR_ASKED: N_("%(who)s wrote to Rescind support"),
    Event.OPERATOR_REPLIED: N_("%(who)s answered the team"),
    Event.OPERATOR_RESOLVED: N_("%(who)s marked the team’s question as resolved"),
    Event.CREDIT_SET_UP: N_("%(who)s set up store credit of %(amount)s in the store"),
}
_ANSWERS_TO_BUYERS: Mapping[WarehouseAnswer, str] = {
    WarehouseAnswer.STOPPED: N_("The warehouse has stopped %(items)s"),
    WarehouseAnswer.TOO_LATE: N_("It was too late to stop %(items)s"),
}
_ANSWERS_TO_MERCHANTS: Mapping[WarehouseAnswer, str] = {
    WarehouseAnswer.STOPPED: N_("%(who)s: the warehouse has stopped %(items)s"),
    WarehouseAnswer.TOO_LATE: N_("%(who)s: it was too late to stop %(items)s"),
}
_SILENCES: Mapping[WarehouseAnswer, str] = {
    WarehouseAnswer.STOPPED: N_("No answer of the warehouse in time: %(items)s count as stopped"),
    WarehouseAnswer.TOO_LATE: N_("No answer of the warehouse in time: too late to stop %(items)s"),
}
# What the shop's own system takes back is the buyer's request, or what the shop itself was about to do.
_TAKEN_BACK_TO_BUYERS: Mapping[bool, str] = {
    True: N_("Your request to cancel %(items)s was withdrawn"),
    False: N_("The shop was about to cancel %(items)s and has stopped that"),
}
_TAKEN_BACK_TO_MERCHANTS: Mapping[bool, str] = {
    True: N_("%(who)s withdrew the customer’s request to cancel %(items)s"),
    False: N_("%(who)s took back the cancellation of %(items)s"),
}
_ACTORS: Mapping[ActorKind, str] = {
    ActorKind.BUYER: N_("The customer"),
    ActorKind.MERCHANT_USER: N_("The team"),
    ActorKind.STORE: N_("The store"),
    ActorKind.FEED: N_("A file"),
    ActorKind.SYSTEM: N_("Rescind"),
    ActorKind.SUPPORT_AGENT: N_("Rescind support"),
}


def timeline_for_buyer(row: TimelineFacts, currency: str) -> str:
    """Tell the buyer what happened; what is the merchant's own business is not told."""
    who = _("You") if row.actor is ActorKind.BUYER else _("The shop")
    return _told(_sentence_for_buyer(row), row, currency, who)


def timeline_for_merchant(row: TimelineFacts, currency: str) -> str:
    """Tell the merchant what happened."""
    return _told(_sentence(row), row, currency, actor(row.actor, row.actor_name))


def actor(kind: ActorKind, name: str = "") -> str:
    """Name who acted, at least by what it is."""
    return name or _(_ACTORS[kind])


def _sentence_for_buyer(row: TimelineFacts) -> str:
    if row.answer is not None:
        return _ANSWERS_TO_BUYERS[row.answer]
    return _TAKEN_BACK_TO_BUYERS[row.for_buyer] if _is_taken_back(row) else _TO_BUYERS.get(row.event, "")


def _sentence(row: TimelineFacts) -> str:
    if row.answer is None:
        taken_back = _is_taken_back(row)
        return _TAKEN_BACK_TO_MERCHANTS[row.for_buyer] if taken_back else _TO_MERCHANTS[row.event]
    return (_SILENCES if row.actor is ActorKind.SYSTEM else _ANSWERS_TO_MERCHANTS)[row.answer]


def _is_taken_back(row: TimelineFacts) -> bool:
    return row.event is Event.CANCELLATION_WITHDRAWN and row.actor is not ActorKind.BUYER


def _told(sentence: str, row: TimelineFacts, currency: str, who: str) -> str:
    if not sentence:
        return ""
    return _(sentence) % {"who": who, "items": row.items, "amount": money(row.amount_minor, currency)}

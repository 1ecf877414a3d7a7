"""The words for matters that people raise, and for what is offered to make up for something."""

from collections.abc import Mapping

from shared.domain.support import CaseNote, CaseState, OfferKind, ReplyField
from shared.rendering import N_
from shared.rendering import gettext as _
from shared.wording.statuses import Badge

CATEGORIES = (
    N_("Orders, Shipping & Fulfillment"),
    N_("Payments & Refunds"),
    N_("Products"),
    N_("Something else"),
)
_STATES: Mapping[CaseState, Badge] = {
    CaseState.OPEN: Badge(N_("Open"), "s-requested", "chat-left-text"),
    CaseState.WAITING: Badge(N_("Waiting for customer"), "s-pending", "hourglass"),
    CaseState.RESOLVED: Badge(N_("Resolved"), "s-shipped", "check2"),
}
_TO_ASKERS: Mapping[CaseState, Badge] = {
    CaseState.OPEN: Badge(N_("Waiting for an answer"), "s-requested", "hourglass"),
    CaseState.WAITING: Badge(N_("Answered"), "s-pending", "chat-left-text"),
    CaseState.RESOLVED: _STATES[CaseState.RESOLVED],
}
_TO_AGENTS: Mapping[CaseState, str] = {
    CaseState.OPEN: N_("Open"),
    CaseState.WAITING: N_("Waiting for merchant"),
    CaseState.RESOLVED: N_("Resolved"),
}
_OFFERS: Mapping[OfferKind, str] = {
    OfferKind.REFUND: N_("Refund of part of the price"),
    OfferKind.REPLACEMENT: N_("Replacement"),
    OfferKind.STORE_CREDIT: N_("Store credit"),
}
_NOTES: Mapping[CaseNote, str] = {CaseNote.CANCELED: N_("Units were canceled from this case.")}
_FIELDS: Mapping[ReplyField, str] = {
    ReplyField.CUSTOMER_NAME: N_("the customer’s name"),
    ReplyField.ORDER_NUMBER: N_("the order’s number"),
    ReplyField.SHOP_NAME: N_("the shop’s name"),
    ReplyField.YOUR_NAME: N_("the name of whoever answers"),
}


def categories() -> tuple[tuple[str, str], ...]:
    """List what a matter may be about, as value and words."""
    return tuple((words, _(words)) for words in CATEGORIES)


def category(code: str) -> str:
    """Name what a matter is about."""
    return _(code)


def case_state(state: CaseState) -> Badge:
    """Show whoever answers where a case is."""
    return _said(_STATES[state])


def case_state_for_asker(state: CaseState) -> Badge:
    """Show whoever asked where their case is."""
    return _said(_TO_ASKERS[state])


def operator_state(state: CaseState) -> str:
    """Tell a support agent where a merchant’s case is."""
    return _(_TO_AGENTS[state])


def offer(kind: OfferKind) -> str:
    """Name what was offered."""
    return _(_OFFERS[kind])


def case_note(note: CaseNote) -> str:
    """Say what is noted in a case by itself; it is kept in the language it was noted in."""
    return _(_NOTES[note])


def refund_given(amount: str) -> str:
    """Tell a buyer that part of the price goes back."""
    return _("We give you %(amount)s of the price back. You keep what you have.") % {"amount": amount}


def credit_given(amount: str, code: str) -> str:
    """Tell a buyer about store credit."""
    told = {"amount": amount, "code": code}
    return _("We give you %(amount)s as store credit. Your code in our shop: %(code)s") % told


def replacement_sent(number: str, items: str) -> str:
    """Tell a buyer that something is sent once more."""
    told = {"number": number, "items": items}
    return _("We send you a replacement as order %(number)s, free of charge: %(items)s") % told


def reply_field(field: ReplyField) -> str:
    """Say what a place in a canned reply is filled with."""
    return _(_FIELDS[field])


def _said(badge: Badge) -> Badge:
    return Badge(_(badge.words), badge.css, badge.icon)

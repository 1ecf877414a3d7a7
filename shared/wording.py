"""The words for every status, reason and refusal, in the language being spoken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from shared import blocker_wording, change_wording
from shared.domain import eligibility
from shared.domain.actors import ActorKind
from shared.domain.changes import OrderPart
from shared.domain.eligibility import Blocker
from shared.domain.events import Event, MailEvent
from shared.domain.orders import ItemStatus, OrderStatus, PaymentStatus
from shared.domain.permissions import Role
from shared.domain.policy import Mode, Policy, WarehouseAnswer
from shared.domain.reasons import (
    BUYER_REASONS,
    MERCHANT_DECLINE_REASONS,
    MERCHANT_REASONS,
    DeclineReason,
    Reason,
)
from shared.domain.refunds import Kept, KeptReason, RefundState
from shared.refund_wording import (  # noqa: F401 - templates ask this module for all words
    gateway,
    payment_name,
    refund_expected,
    refunded_to,
    trouble,
)
from shared.rendering import N_, format_money, spoken_locale
from shared.rendering import gettext as _
from shared.upload_wording import upload_state  # noqa: F401 - as above


@dataclass(frozen=True, slots=True)
class Badge:
    """A status as people see it: its words, the class that shapes it, the drawing beside it."""

    words: str
    css: str
    icon: str


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


_ITEM_STATUSES: Mapping[ItemStatus, Badge] = {
    ItemStatus.PENDING: Badge(N_("Pending"), "s-pending", "hourglass"),
    ItemStatus.UNSHIPPED: Badge(N_("Unshipped"), "s-unshipped", "box-seam"),
    ItemStatus.CANCELLATION_REQUESTED: Badge(N_("Cancellation requested"), "s-requested", "question-circle"),
    ItemStatus.PARTIALLY_SHIPPED: Badge(N_("Partially shipped"), "s-partly-shipped", "circle-half"),
    ItemStatus.SHIPPED: Badge(N_("Shipped"), "s-shipped", "truck"),
    ItemStatus.PARTIALLY_CANCELED: Badge(N_("Partially canceled"), "s-partly-canceled", "dash-circle"),
    ItemStatus.CANCELED: Badge(N_("Canceled"), "s-canceled", "x-circle"),
}
_ORDER_STATUSES: Mapping[OrderStatus, Badge] = {
    OrderStatus.PENDING: _ITEM_STATUSES[ItemStatus.PENDING],
    OrderStatus.UNSHIPPED: _ITEM_STATUSES[ItemStatus.UNSHIPPED],
    OrderStatus.PARTIALLY_SHIPPED: _ITEM_STATUSES[ItemStatus.PARTIALLY_SHIPPED],
    OrderStatus.SHIPPED: _ITEM_STATUSES[ItemStatus.SHIPPED],
    OrderStatus.CANCELED: _ITEM_STATUSES[ItemStatus.CANCELED],
}
_PAYMENT_STATUSES: Mapping[PaymentStatus, Badge] = {
    PaymentStatus.AWAITING: Badge(N_("Awaiting payment"), "", "hourglass"),
    PaymentStatus.AUTHORIZED: Badge(N_("Authorized"), "", "lock"),
    PaymentStatus.PARTIALLY_PAID: Badge(N_("Partially paid"), "", "circle-half"),
    PaymentStatus.PAID: Badge(N_("Paid"), "", "check2"),
    PaymentStatus.PARTIALLY_REFUNDED: Badge(N_("Partially refunded"), "", "arrow-counterclockwise"),
    PaymentStatus.REFUNDED: Badge(N_("Refunded"), "", "arrow-counterclockwise"),
    PaymentStatus.REFUND_FAILED: Badge(N_("Refund failed"), "bad", "exclamation-triangle"),
    PaymentStatus.VOIDED: Badge(N_("Voided"), "", "x-circle"),
    PaymentStatus.NOTHING_DUE: Badge(N_("Nothing due"), "", "check2"),
}
_REFUND_STATES: Mapping[RefundState, Badge] = {
    RefundState.PENDING: Badge(N_("On its way"), "", "clock"),
    RefundState.SENT: Badge(N_("Sent"), "", "send"),
    RefundState.SUCCEEDED: Badge(N_("Sent"), "", "check2"),
    RefundState.FAILED: Badge(N_("Failed"), "bad", "exclamation-triangle"),
    RefundState.MANUAL: Badge(N_("To be paid by hand"), "", "clock"),
    RefundState.EXTERNAL: Badge(N_("Made before"), "", "check2"),
}
_WAITING_REFUND = Badge(N_("Waiting to be sent"), "", "clock")
_VOID_STATES: Mapping[RefundState, Badge] = {
    **_REFUND_STATES,
    RefundState.PENDING: Badge(N_("Being released"), "", "clock"),
    RefundState.SENT: Badge(N_("Being released"), "", "clock"),
    RefundState.SUCCEEDED: Badge(N_("Released"), "", "check2"),
    RefundState.MANUAL: Badge(N_("To be released by hand"), "", "clock"),
}
_MERCHANTS_AFFAIR = frozenset({RefundState.MANUAL, RefundState.FAILED})
_REASONS: Mapping[Reason, str] = {
    Reason.ORDERED_BY_MISTAKE: N_("Order created by mistake"),
    Reason.ARRIVES_TOO_LATE: N_("Item would not arrive on time"),
    Reason.SHIPPING_COST_TOO_HIGH: N_("Shipping cost too high"),
    Reason.PRICE_TOO_HIGH: N_("Item price too high"),
    Reason.FOUND_CHEAPER: N_("Found cheaper somewhere else"),
    Reason.CHANGE_ADDRESS: N_("Need to change shipping address"),
    Reason.CHANGE_SHIPPING_SPEED: N_("Need to change shipping speed"),
    Reason.CHANGE_BILLING_ADDRESS: N_("Need to change billing address"),
    Reason.CHANGE_PAYMENT_METHOD: N_("Need to change payment method"),
    Reason.NO_INVENTORY: N_("No inventory"),
    Reason.BUYER_CANCELED: N_("Buyer canceled"),
    Reason.SHIPPING_ADDRESS_UNDELIVERABLE: N_("Shipping address undeliverable"),
    Reason.PRICING_ERROR: N_("Pricing error"),
    Reason.CUSTOMER_EXCHANGE: N_("Customer exchange"),
    Reason.GENERAL_ADJUSTMENT: N_("General adjustment"),
    Reason.DUPLICATE_ORDER: N_("Duplicate order"),
    Reason.LISTING_ERROR: N_("Listing error"),
    Reason.CHANGE_NOT_POSSIBLE: N_("Requested change not possible"),
    Reason.BUSINESS_CONDITIONS: N_("Business conditions"),
    Reason.SUSPECTED_FRAUD: N_("Suspected fraud"),
    Reason.OTHER: N_("Other"),
}
_DECLINE_REASONS: Mapping[DeclineReason, str] = {
    DeclineReason.ALREADY_PACKED: N_("Already packed for shipping"),
    DeclineReason.MADE_TO_ORDER: N_("Made to order"),
    DeclineReason.TOO_LATE: N_("Too late to stop it"),
    DeclineReason.ALREADY_SHIPPED: N_("Already shipped"),
    DeclineReason.OTHER: N_("Other"),
    DeclineReason.BY_RULE: N_("The shop does not cancel an order like this one"),
    DeclineReason.ORDER_ENDED: N_("The whole order was canceled in the shop itself"),
}
_KEPT: Mapping[KeptReason, str] = {
    KeptReason.SHIPPING_NEVER: N_("Shipping of %(amount)s is not refunded."),
    KeptReason.SHIPPING_WITH_LAST_UNIT: N_(
        "Shipping of %(amount)s is refunded only when the last item is canceled."
    ),
    KeptReason.SHIPPING_ALREADY_SHIPPED: N_(
        "Shipping of %(amount)s is not refunded, because part of the order has shipped."
    ),
    KeptReason.DISCOUNT_LOST: N_("%(amount)s less, because what you keep no longer earns the discount."),
    KeptReason.FEE: N_("A cancellation fee of %(amount)s is kept."),
    KeptReason.WITHHELD: N_("%(amount)s is not refunded: the shop decided so."),
}
_ROLES: Mapping[Role, str] = {
    Role.OWNER: N_("owner"),
    Role.MANAGER: N_("manager"),
    Role.AGENT: N_("agent"),
    Role.VIEWER: N_("viewer"),
}
_MAIL_EVENTS: Mapping[MailEvent, str] = {
    MailEvent.ORDER_CONFIRMED: N_("Order confirmed"),
    MailEvent.ORDER_LINK_SENT: N_("Order link sent"),
    MailEvent.CANCELLATION_REQUESTED: N_("Cancellation requested"),
    MailEvent.CANCELLATION_ACCEPTED: N_("Cancellation accepted"),
    MailEvent.CANCELLATION_DECLINED: N_("Cancellation declined"),
    MailEvent.CANCELLATION_REINSTATED: N_("Cancellation stopped"),
    MailEvent.CANCELLATION_WITHDRAWN: N_("Cancellation withdrawn"),
    MailEvent.REFUND_SENT: N_("Refund sent"),
    MailEvent.REFUND_FAILED: N_("Refund failed"),
    MailEvent.REFUND_REPORTED: N_("Refund reported"),
}
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
    Event.CASE_OPENED: N_("%(who)s wrote a message"),
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
_MODES: Mapping[Mode, str] = {
    Mode.REVIEW: N_("Review"),
    Mode.AUTOMATIC: N_("Accepted at once"),
    Mode.RULES: N_("Rules, else review"),
}
_ACTORS: Mapping[ActorKind, str] = {
    ActorKind.BUYER: N_("The customer"),
    ActorKind.MERCHANT_USER: N_("The team"),
    ActorKind.STORE: N_("The store"),
    ActorKind.FEED: N_("A file"),
    ActorKind.SYSTEM: N_("Rescind"),
    ActorKind.SUPPORT_AGENT: N_("Support"),
}


def item_status(status: ItemStatus) -> Badge:
    """Show an item's status."""
    return _said(_ITEM_STATUSES[status])


def order_status(status: OrderStatus) -> Badge:
    """Show an order's status."""
    return _said(_ORDER_STATUSES[status])


def payment_status(status: PaymentStatus) -> Badge:
    """Show where an order's money is."""
    return _said(_PAYMENT_STATUSES[status])


def refund_state(state: RefundState) -> Badge:
    """Show where a refund is."""
    return _said(_REFUND_STATES[state])


def void_state(state: RefundState) -> Badge:
    """Show where the release of an authorization is."""
    return _said(_VOID_STATES[state])


def refund_state_for_buyer(state: RefundState) -> Badge:
    """Show a buyer where a refund is; who still has to do what is the merchant's affair."""
    return _said(_WAITING_REFUND) if state in _MERCHANTS_AFFAIR else refund_state(state)


def reason(code: Reason) -> str:
    """Say a reason for a cancellation."""
    return _(_REASONS[code])


def buyer_reasons() -> list[tuple[str, str]]:
    """List the reasons a buyer may choose, as (code, words)."""
    return [(code.value, reason(code)) for code in BUYER_REASONS]


def merchant_reasons() -> list[tuple[str, str]]:
    """List the reasons a merchant may choose, as (code, words)."""
    return [(code.value, reason(code)) for code in MERCHANT_REASONS]


def decline_reason(code: DeclineReason) -> str:
    """Say why a request was declined."""
    return _(_DECLINE_REASONS[code])


def decline_reasons() -> list[tuple[str, str]]:
    """List the reasons a merchant may decline with, as (code, words)."""
    return [(code.value, decline_reason(code)) for code in MERCHANT_DECLINE_REASONS]


def blocker(code: Blocker, *, to_merchant: bool = False) -> str:
    """Say what stands against a cancellation."""
    return _((blocker_wording.TO_MERCHANTS if to_merchant else blocker_wording.TO_BUYERS)[code])


def next_step(code: Blocker, *, to_merchant: bool = False) -> str:
    """Say what the reader can do instead."""
    if to_merchant:
        step = eligibility.next_step(code, ActorKind.MERCHANT_USER)
        return _(blocker_wording.STEPS_OF_MERCHANTS[step])
    return _(blocker_wording.STEPS_OF_BUYERS[eligibility.next_step(code, ActorKind.BUYER)])


def why_not(code: Blocker, *, to_merchant: bool = False) -> str:
    """Say what stands against a cancellation, and what to do instead."""
    return f"{blocker(code, to_merchant=to_merchant)} {next_step(code, to_merchant=to_merchant)}"


def kept(amount: Kept, currency: str) -> str:
    """Say which amount does not go back, and why; a lost discount that counts again goes back after all."""
    if amount.amount_minor < 0:
        return _("%(amount)s more, because the discount counts again.") % {
            "amount": _money(-amount.amount_minor, currency)
        }
    return _(_KEPT[amount.why]) % {"amount": _money(amount.amount_minor, currency)}


def withheld(withheld_minor: int, currency: str, refund_minor: int) -> str:
    """Tell a buyer what the shop keeps of its own will, and that nothing goes back where it is all of it."""
    sentence = kept(Kept(withheld_minor, KeptReason.WITHHELD), currency)
    return sentence if refund_minor else f"{_('Nothing is refunded.')} {sentence}"


def order_part(part: OrderPart) -> str:
    """Name a part of an order that changed, within a sentence."""
    return _(change_wording.ORDER_PARTS[part])


def mail_event(event: MailEvent) -> str:
    """Name what an e-mail is about."""
    return _(_MAIL_EVENTS[event])


def role(code: Role) -> str:
    """Name a merchant user's place in the team."""
    return _(_ROLES[code])


def timeline_for_buyer(row: TimelineFacts, currency: str) -> str:
    """Tell the buyer what happened; what is the merchant's own business is not told."""
    who = _("You") if row.actor is ActorKind.BUYER else _("The shop")
    sentence = _ANSWERS_TO_BUYERS[row.answer] if row.answer else _TO_BUYERS.get(row.event, "")
    return _told(sentence, row, currency, who)


def timeline_for_merchant(row: TimelineFacts, currency: str) -> str:
    """Tell the merchant what happened."""
    return _told(_sentence(row), row, currency, row.actor_name or _(_ACTORS[row.actor]))


def _sentence(row: TimelineFacts) -> str:
    if row.answer is None:
        return _TO_MERCHANTS[row.event]
    return (_SILENCES if row.actor is ActorKind.SYSTEM else _ANSWERS_TO_MERCHANTS)[row.answer]


def _told(sentence: str, row: TimelineFacts, currency: str, who: str) -> str:
    if not sentence:
        return ""
    return _(sentence) % {"who": who, "items": row.items, "amount": _money(row.amount_minor, currency)}


def _said(badge: Badge) -> Badge:
    return Badge(_(badge.words), badge.css, badge.icon)


def _money(minor: int, currency: str) -> str:
    return format_money(minor, currency, spoken_locale())


def policy(rules: Policy) -> str:
    """Say in a few words who decides and until when."""
    parts = [_(_MODES[rules.mode])]
    if rules.window_hours is not None:
        parts.append(_("%(hours)s hours to cancel") % {"hours": rules.window_hours})
    if rules.silence_hours is not None and rules.mode is not Mode.AUTOMATIC:
        parts.append(_("%(hours)s hours to decide") % {"hours": rules.silence_hours})
    if rules.warehouse is not None:
        parts.append(_("%(minutes)s minutes for the warehouse") % {"minutes": rules.warehouse.answer_minutes})
    return ", ".join(parts)

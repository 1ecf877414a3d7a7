"""What the console says about time left, about a request's state, and about who was faster."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import wording
from shared.domain.cancellation import RequestState
from shared.domain.events import Event
from shared.queries.order_values import OrderPage, TimelineRow
from shared.queries.request_values import RequestView
from shared.queries.stock import StockView
from shared.rendering import gettext as _

_SOON = timedelta(hours=1)
_DECISIONS = frozenset(
    {
        Event.CANCELLATION_ACCEPTING,
        Event.CANCELLATION_ACCEPTED,
        Event.CANCELLATION_DECLINED,
        Event.CANCELLATION_REINSTATED,
        Event.CANCELLATION_WITHDRAWN,
    }
)
_SHIPMENTS = frozenset(
    {
        Event.SHIPMENT_REFUSED,
        Event.ORDER_SHIPPED,
        Event.CANCELLATION_DECLINED,
        Event.CANCELLATION_REINSTATED,
        Event.CANCELLATION_WITHDRAWN,
    }
)
_BEGINNINGS = frozenset({Event.CANCELLATION_ACCEPTING, Event.CANCELLATION_REQUESTED})


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """How long a request may still wait: in words, in percent of its whole time, and is it little."""

    words: str
    percent: int
    soon: bool


def time_left(request: RequestView, now: datetime) -> TimeLeft | None:
    """Tell how long a request may still wait; None when nothing happens by itself."""
    if request.decide_by is None or not request.can_be_decided:
        return None
    return _time_left(request.requested_at, request.decide_by, now)


def time_to_answer(request: RequestView, now: datetime) -> TimeLeft | None:
    """Tell how long the warehouse has to answer; None when it is not being asked."""
    if request.answer_by is None or not request.awaits_warehouse:
        return None
    return _time_left(request.decided_at or request.requested_at, request.answer_by, now)


def request_state(request: RequestView) -> str:
    """Name where a request is."""
    if request.was_stopped:
        return _("Stopped, the order goes on")
    if request.came_too_late:
        return _("Too late, it had left")
    return {
        RequestState.REQUESTED: _("Waiting for your decision"),
        RequestState.ACCEPTING: _("Accepted, being carried out"),
        RequestState.ACCEPTED: _("Canceled"),
        RequestState.DECLINED: _("Declined"),
        RequestState.WITHDRAWN: _("Withdrawn"),
    }[request.state]


def who_decided(page: OrderPage, request: RequestView) -> str:
    """Say who ended a request and how, as the timeline has it."""
    return _newest(page, request, _DECISIONS)


def who_answered(page: OrderPage, request: RequestView) -> str:
    """Say who answered for the warehouse, or ended its question otherwise."""
    return _newest(page, request, _DECISIONS | {Event.WAREHOUSE_ANSWERED})


def who_cancels(page: OrderPage, request: RequestView) -> str:
    """Say who decided that a request's units are canceled, or asked where nobody had to decide."""
    return _newest(page, request, _BEGINNINGS)


def refused_shipment(page: OrderPage) -> TimelineRow | None:
    """Find a shipment that was refused since anything last left or was given free; None where none was."""
    newest = next((row for row in page.timeline if row.event in _SHIPMENTS), None)
    return newest if newest is not None and newest.event is Event.SHIPMENT_REFUSED else None


def stock_to_clear(stock: Sequence[StockView]) -> str:
    """Remind of the stock that No inventory says is not there; "" where the counts say so already."""
    named = [
        f"{line.sku} ({_('%(count)s on hand') % {'count': line.on_hand}})"
        if line.on_hand is not None
        else line.sku
        for line in stock
        if line.on_hand is None or line.on_hand > 0
    ]
    if not named:
        return ""
    return _("With “No inventory”, also set the stock of %(skus)s to 0, or it is sold again.") % {
        "skus": ", ".join(named)
    }


def _newest(page: OrderPage, request: RequestView, events: frozenset[Event]) -> str:
    for row in page.timeline:
        if row.request_id == request.id and row.event in events:
            return f"{wording.timeline_for_merchant(row, page.currency)}."
    return ""


def _time_left(start: datetime, end: datetime, now: datetime) -> TimeLeft:
    left = max(end - now, timedelta(0))
    whole = end - start
    percent = round(100 * (left / whole)) if whole else 0
    return TimeLeft(wording.duration(left), min(percent, 100), left < _SOON)

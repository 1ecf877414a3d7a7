"""What the console says about time left, about a request's state, and about who was faster."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import wording
from shared.domain.cancellation import RequestState
from shared.domain.events import Event
from shared.queries.values import OrderPage, RequestView
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
    left = max(request.decide_by - now, timedelta(0))
    whole = request.decide_by - request.requested_at
    percent = round(100 * (left / whole)) if whole else 0
    return TimeLeft(_duration(left), min(percent, 100), left < _SOON)


def request_state(state: RequestState) -> str:
    """Name where a request is."""
    return {
        RequestState.REQUESTED: _("Waiting for your decision"),
        RequestState.ACCEPTING: _("Accepted, being carried out"),
        RequestState.ACCEPTED: _("Canceled"),
        RequestState.DECLINED: _("Declined"),
        RequestState.WITHDRAWN: _("Withdrawn"),
    }[state]


def who_decided(page: OrderPage, request: RequestView) -> str:
    """Say who ended a request and how, as the timeline has it."""
    for row in page.timeline:
        if row.request_id == request.id and row.event in _DECISIONS:
            return f"{wording.timeline_for_merchant(row, page.currency)}."
    return ""


def _duration(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if minutes == 0:
        return _("less than 1\N{NO-BREAK SPACE}min")
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return _("%(minutes)s\N{NO-BREAK SPACE}min") % {"minutes": rest}
    return _("%(hours)s\N{NO-BREAK SPACE}h %(minutes)s\N{NO-BREAK SPACE}min") % {
        "hours": hours,
        "minutes": rest,
    }

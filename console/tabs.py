"""The tabs over the pages of what waits for somebody, each with how much waits there."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import request, url_for

from shared.domain.cancellation import RequestState
from shared.domain.ids import MerchantId
from shared.queries import cancellations, refunds
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.storage.engine import Database
from shared.web.services import services


@dataclass(frozen=True, slots=True)
class Tab:
    """A page beside others; `count` is empty where nothing waits, `is_quiet` says that nobody has to act."""

    words: str
    href: str
    count: str
    is_here: bool
    is_quiet: bool = False


def waiting(member: Member) -> tuple[Tab, ...]:
    """Make the tabs of Requests, as seen from the page that is being shown."""
    return (
        _tab(member, "console.requests", _("Requests"), cancellations.open_request_count),
        _tab(member, "console.refunds", _("Refunds"), refunds.waiting_refund_count),
        _tab(member, "console.warehouse_questions", _("Warehouse"), cancellations.warehouse_question_count),
    )


def outcomes(member: Member, here: RequestState) -> tuple[Tab, ...]:
    """Make the tabs of what waits and of what became of earlier requests; `here` is the one that is shown."""
    count = counted(cancellations.open_request_count(services().db, member.merchant_id))
    waits = Tab(_("Open"), url_for("console.requests"), count, is_here=here is RequestState.REQUESTED)
    return (
        waits,
        _outcome(RequestState.ACCEPTED, _("Accepted"), here),
        _outcome(RequestState.DECLINED, _("Declined"), here),
        _outcome(RequestState.WITHDRAWN, _("Withdrawn"), here),
    )


def counted(number: int) -> str:
    """Write how many wait; counting stops at a hundred."""
    if number >= cancellations.MOST_COUNTED:
        return f"{cancellations.MOST_COUNTED - 1}+"
    return str(number or "")


def _tab(member: Member, endpoint: str, words: str, count: Callable[[Database, MerchantId], int]) -> Tab:
    return Tab(
        words=words,
        href=url_for(endpoint),
        count=counted(count(services().db, member.merchant_id)),
        is_here=request.endpoint == endpoint,
    )


def _outcome(state: RequestState, words: str, here: RequestState) -> Tab:
    return Tab(words, url_for("console.ended_requests", outcome=state), "", is_here=here is state)

"""The inbox of requests that wait for a decision or for the warehouse, and how earlier ones ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from console import tabs, words
from console.access import actor
from console.pages import show
from console.request_forms import DeclineRequestsForm, ticked_ids
from shared.actions import decisions
from shared.actions.decisions import Decision, Outcome
from shared.domain.actors import ActorKind
from shared.domain.cancellation import OPEN_STATES, RequestState
from shared.queries import cancellations, inbox
from shared.queries.orders import order_page
from shared.queries.request_values import RequestView
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.rendering import ngettext
from shared.web.notices import not_done
from shared.web.services import services

_TICK = "request-"


@dataclass(frozen=True, slots=True)
class Decided:
    """One of several requests, and in words what became of it."""

    request: RequestView
    is_done: bool
    words: str


def requests(member: Member) -> ResponseReturnValue:
    """List who waits, those with the least time left first."""
    return show(
        member,
        "console/requests.html",
        waiting_pages=tabs.waiting(member),
        outcomes=tabs.outcomes(member, RequestState.REQUESTED),
        waiting=inbox.waiting(services().db, member.merchant_id),
        time_left=lambda asked: words.time_left(asked, member.now),
    )


def ended_requests(member: Member) -> ResponseReturnValue:
    """List the requests of customers that ended in one way, newest first."""
    state = _ended_state()
    found = inbox.ended(services().db, member.merchant_id, state, cursor=request.args.get("after", ""))
    following = url_for("console.ended_requests", outcome=state, after=found.next_cursor)
    return show(
        member,
        "console/ended_requests.html",
        waiting_pages=tabs.waiting(member),
        outcomes=tabs.outcomes(member, state),
        rows=found.rows,
        next_url=following if found.next_cursor else "",
    )


def accept_requests(member: Member) -> ResponseReturnValue:
    """Accept the ticked requests at once, each by itself."""
    asked = _ticked(member, ticked_ids(_TICK))
    if not asked:
        return _nothing_ticked()
    taken = decisions.accept_each(
        services().db, member.merchant_id, [view.id for view in asked], actor(member)
    )
    return _decided(member, asked, taken, _("Accepted."))


def decline_requests(member: Member) -> ResponseReturnValue:
    """Ask why for the ticked requests, then decline each by itself."""
    ticked = ticked_ids(_TICK)
    form = DeclineRequestsForm.for_requests(ticked)
    asked = _ticked(member, form.ticked_ids())
    if not asked:
        return _nothing_ticked()
    if ticked or not form.submitted():
        page = show(member, "console/decline_requests.html", form=form, asked=asked)
        return page, 422 if form.problems() else 200
    taken = decisions.decline_each(
        services().db,
        member.merchant_id,
        [view.id for view in asked],
        actor(member),
        reason=form.chosen_reason(),
        message=form.message.data,
    )
    return _decided(member, asked, taken, _("Declined."))


def warehouse_questions(member: Member) -> ResponseReturnValue:
    """List what the warehouse is asked to stop, what is due first at the top."""
    return show(
        member,
        "console/warehouse_questions.html",
        waiting_pages=tabs.waiting(member),
        asked=cancellations.warehouse_questions(services().db, member.merchant_id),
        time_left=lambda request: words.time_to_answer(request, member.now),
    )


def _ended_state() -> RequestState:
    try:
        state = RequestState(request.args.get("outcome", RequestState.ACCEPTED))
    except ValueError:
        abort(404)
    return state if state not in OPEN_STATES else abort(404)


def _ticked(member: Member, ids: Sequence[UUID]) -> tuple[RequestView, ...]:
    return inbox.named(services().db, member.merchant_id, ids)


def _nothing_ticked() -> ResponseReturnValue:
    not_done(_("Nothing was changed."), _("Tick the requests first, then press the button."))
    return redirect(url_for("console.requests"), code=303)


def _decided(
    member: Member, asked: Sequence[RequestView], taken: Sequence[Decision], success: str
) -> ResponseReturnValue:
    results = [
        Decided(
            request=view,
            is_done=decision.outcome is Outcome.DECIDED,
            words=success
            if decision.outcome is Outcome.DECIDED
            else _why_not(member, view, decision.outcome),
        )
        for view, decision in zip(asked, taken, strict=True)
    ]
    done = sum(result.is_done for result in results)
    return show(
        member,
        "console/accept_requests.html",
        results=results,
        all_done=done == len(results),
        summary=ngettext("%(num)s request decided.", "%(num)s requests decided.", done) % {"num": done},
        left_out=len(results) - done,
    )


def _why_not(member: Member, view: RequestView, outcome: Outcome) -> str:
    if outcome is Outcome.BUSY:
        return _("Somebody else is changing this order just now. Nothing was changed; try it again.")
    page = order_page(services().db, member.merchant_id, view.order_id, ActorKind.MERCHANT_USER)
    who = words.who_decided(page, view)
    return who or _("It is no longer open; nothing was changed.")

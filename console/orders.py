"""The Orders dashboard, an order's detail page, and what is changed on it with one press."""

from dataclasses import dataclass
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from console import order_frame, words
from console.access import actor
from console.addresses import back_to, contact_about
from console.forms import MemoForm
from console.order_forms import OrderFilterForm, Period
from console.pages import show
from shared.actions import orders as actions
from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.permissions import Permission, holds
from shared.domain.text import NAME_LIMIT, clean
from shared.queries import cancellations, order_list
from shared.queries.hindrances import beside, hindered
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.queries.quote_values import Consequences
from shared.queries.request_values import RequestView
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.web.notices import done, not_done
from shared.web.services import services


@dataclass(frozen=True, slots=True)
class Asked:
    """An open request on the detail page; `consequences` is None once it is decided.

    `left` is the time to decide, or for the warehouse to answer. `can_be_stopped` says that it is decided
    and the team may still change its mind.
    """

    request: RequestView
    consequences: Consequences | None
    left: words.TimeLeft | None
    can_be_stopped: bool


def orders(member: Member) -> ResponseReturnValue:
    """List orders, on a first visit those of the last days, or those of the member's own default."""
    today = member.now.astimezone(ZoneInfo(member.time_zone)).date()
    form = OrderFilterForm.read(today)
    in_order = form.validate()
    board = order_list.dashboard(
        services().db,
        member.merchant_id,
        member.user_id,
        form.wanted(member.time_zone) if in_order else None,
        cursor=request.args.get("cursor"),
    )
    if form.is_first_visit and board.view.default and "cursor" not in request.args:
        return redirect(f"{url_for('console.orders')}?{board.view.default.query}", code=303)
    page = show(
        member,
        "console/orders.html",
        form=form,
        board=board,
        rows=board.found.rows,
        status_tabs=order_frame.status_tabs(form, board.counts),
        periods=order_frame.periods(form),
        saved_filters=order_frame.saved_filters(form, board.view),
        heads=order_frame.heads(form, board.view),
        previous_url=_page_url(form, board.found.previous_cursor),
        next_url=_page_url(form, board.found.next_cursor),
        all_url=url_for("console.orders", period=Period.ALL.value),
        this_year=today.year,
        time_left=lambda asked: words.time_left(asked, member.now),
    )
    return page, 200 if in_order else 422


def order_detail(member: Member, order_id: UUID) -> ResponseReturnValue:
    """Show an order with everything the team may know and do about it."""
    page = order_page(services().db, member.merchant_id, order_id, ActorKind.MERCHANT_USER)
    return show(
        member,
        "console/order_detail.html",
        order=page,
        asks=asks(member, page),
        waiting=_waiting(page),
        nonce=str(uuid4()),
        do_not_ship=words.refused_shipment(page),
        beside=beside,
        contact_url=_contact_url(member, page),
        ended=[ended for ended in reversed(page.requests) if not ended.is_open],
        request_state=words.request_state,
    )


def _contact_url(member: Member, page: OrderPage) -> str:
    """Lead to who can help where something may not be canceled; "" where nobody has to."""
    if not holds(member.role, Permission.REPLY) or not (
        hindered(page) or (page.blockers and not page.can_cancel)
    ):
        return ""
    return contact_about(page.id, page.requests[-1].reason if page.requests else None)


def asks(member: Member, page: OrderPage) -> list[Asked]:
    """Work out what the page says about each open request."""
    undecided = [open_request for open_request in page.open_requests if open_request.can_be_decided]
    follows = cancellations.consequences(services().db, member.merchant_id, page.id, undecided)
    return [
        Asked(
            request=open_request,
            consequences=follows.get(open_request.id),
            left=words.time_left(open_request, member.now) or words.time_to_answer(open_request, member.now),
            can_be_stopped=can_be_stopped(member, open_request),
        )
        for open_request in page.open_requests
    ]


def can_be_stopped(member: Member, found: RequestView) -> bool:
    """Say whether a request is decided and waits: for the warehouse, or until its undo window is over."""
    if found.state is not RequestState.ACCEPTING:
        return False
    return found.awaits_warehouse or (found.executes_at or member.now) > member.now


def order_memo(member: Member, order_id: UUID) -> ResponseReturnValue:
    """Show and save the team's private note on an order."""
    page = _read(member, order_id)
    form = MemoForm.made(page.memo)
    if not form.submitted():
        return show(member, "console/order_memo.html", order=page, form=form), 422 if form.errors else 200
    actions.save_memo(services().db, member.merchant_id, order_id, form.memo.data, actor(member))
    done(_("Memo saved."))
    return back_to(order_id)


def send_order_link(member: Member, order_id: UUID) -> ResponseReturnValue:
    """Mail the customer a fresh link to their order."""
    page = _read(member, order_id)
    if actions.send_link(services().db, member.merchant_id, order_id):
        done(
            _("Order link sent."),
            _("A fresh link is on its way to %(address)s.") % {"address": page.buyer_email},
        )
    else:
        not_done(_("No link was sent."), _("E-mail to customers is switched off for this shop."))
    return back_to(order_id)


def send_mail_again(member: Member, order_id: UUID, message_id: UUID) -> ResponseReturnValue:
    """Mail the customer once more what they were mailed before."""
    page = _read(member, order_id)
    nonce = clean(request.form.get("nonce", ""), limit=NAME_LIMIT) or abort(400)
    if actions.send_mail_again(services().db, member.merchant_id, order_id, message_id, nonce, actor(member)):
        done(_("E-mail sent again."), _("It is on its way to %(address)s.") % {"address": page.buyer_email})
    else:
        not_done(_("No e-mail was sent."), _("E-mail to customers is switched off for this shop."))
    return back_to(order_id)


def revoke_links(member: Member, order_id: UUID) -> ResponseReturnValue:
    """End every link that was mailed for an order."""
    actions.revoke_links(services().db, member.merchant_id, order_id, actor(member))
    done(_("Links revoked."), _("Every link that was mailed for this order has stopped working."))
    return back_to(order_id)


def _waiting(page: OrderPage) -> str:
    if any(open_request.can_be_decided for open_request in page.open_requests):
        return _("Waiting for your decision")
    if any(open_request.awaits_warehouse for open_request in page.open_requests):
        return _("Waiting for the warehouse")
    return ""


def _read(member: Member, order_id: UUID) -> OrderPage:
    return order_page(services().db, member.merchant_id, order_id, ActorKind.MERCHANT_USER)


def _page_url(form: OrderFilterForm, cursor: str | None) -> str:
    return f"{url_for('console.orders')}?{form.query(cursor=cursor)}" if cursor else ""

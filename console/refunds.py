"""Refunds that wait for a person: pay by hand, send again, ask the gateway, look at what it reports."""

from collections.abc import Callable
from uuid import UUID

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from console import tabs
from console.access import actor
from console.addresses import back_to
from console.pages import show
from console.request_forms import ticked_ids
from shared.actions import refunds as actions
from shared.actions import reported_refunds
from shared.domain.errors import AlreadyDecided, NotFound, NothingLeft
from shared.queries.refunds import order_of, waiting_refunds
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.rendering import ngettext
from shared.web.notices import done, not_done
from shared.web.services import services

_TICK = "refund-"


def refunds(member: Member) -> ResponseReturnValue:
    """List what waits for a person."""
    waiting = waiting_refunds(services().db, member.merchant_id)
    return show(member, "console/refunds.html", waiting=waiting, waiting_pages=tabs.waiting(member))


def mark_refund_paid(member: Member, order_id: UUID, refund_id: UUID) -> ResponseReturnValue:
    """Note that a refund which waited for a person was paid."""
    db = services().db
    return _acted(
        member,
        order_id,
        refund_id,
        lambda: actions.mark_paid(db, member.merchant_id, refund_id, actor(member)),
        _("Refund marked as paid."),
        _("The customer gets an e-mail."),
    )


def mark_refunds_paid(member: Member) -> ResponseReturnValue:
    """Note that the ticked refunds were paid, each by itself."""
    ids = ticked_ids(_TICK)
    paid = sum(_is_marked(member, refund_id) for refund_id in ids)
    if paid:
        done(
            ngettext("%(num)s refund marked as paid.", "%(num)s refunds marked as paid.", paid)
            % {"num": paid},
            _left_out(len(ids) - paid),
        )
    elif ids:
        not_done(_("Nothing was changed."), _("Somebody was faster: these refunds do not wait any more."))
    else:
        not_done(_("Nothing was changed."), _("Tick the refunds first, then press the button."))
    return redirect(url_for("console.refunds"), code=303)


def _left_out(count: int) -> str:
    told = _("Their customers get an e-mail.")
    if count == 0:
        return told
    faster = ngettext(
        "%(num)s of those that were ticked did not wait any more: somebody was faster.",
        "%(num)s of those that were ticked did not wait any more: somebody was faster.",
        count,
    ) % {"num": count}
    return f"{told} {faster}"


def _is_marked(member: Member, refund_id: UUID) -> bool:
    try:
        actions.mark_paid(services().db, member.merchant_id, refund_id, actor(member))
    except (AlreadyDecided, NotFound):
        return False
    return True


def retry_refund(member: Member, order_id: UUID, refund_id: UUID) -> ResponseReturnValue:
    """Send again what failed."""
    db = services().db
    return _acted(
        member,
        order_id,
        refund_id,
        lambda: actions.retry(db, member.merchant_id, refund_id, actor(member)),
        _("The refund is sent again."),
    )


def pay_refund_by_hand(member: Member, order_id: UUID, refund_id: UUID) -> ResponseReturnValue:
    """Leave to a person what failed."""
    db = services().db
    return _acted(
        member,
        order_id,
        refund_id,
        lambda: actions.pay_by_hand(db, member.merchant_id, refund_id, actor(member)),
        _("To be paid by hand."),
        _("Press Mark as paid once the money has left."),
    )


def ask_refund_again(member: Member, order_id: UUID, refund_id: UUID) -> ResponseReturnValue:
    """Ask the gateway what became of a refund."""
    return _acted(
        member,
        order_id,
        refund_id,
        lambda: actions.ask_again(services().db, member.merchant_id, refund_id),
        _("The gateway is being asked."),
    )


def record_reported_refund(member: Member, reported_id: UUID) -> ResponseReturnValue:
    """Enter a refund that the gateway reported into the order."""
    db = services().db
    return _settled(
        lambda: reported_refunds.record(db, member.merchant_id, reported_id, actor(member)),
        _("Refund recorded."),
    )


def dismiss_reported_refund(member: Member, reported_id: UUID) -> ResponseReturnValue:
    """Leave a refund that the gateway reported out."""
    db = services().db
    return _settled(
        lambda: reported_refunds.dismiss(db, member.merchant_id, reported_id, actor(member)),
        _("Refund dismissed."),
    )


def _acted(
    member: Member,
    order_id: UUID,
    refund_id: UUID,
    act: Callable[[], object],
    words: str,
    more: str = "",
) -> ResponseReturnValue:
    if order_of(services().db, member.merchant_id, refund_id) != order_id:
        abort(404)
    _try(act, words, more)
    return back_to(order_id)


def _settled(act: Callable[[], object], words: str) -> ResponseReturnValue:
    _try(act, words, "")
    return redirect(url_for("console.refunds"), code=303)


def _try(act: Callable[[], object], words: str, more: str) -> None:
    try:
        act()
    except AlreadyDecided:
        not_done(_("Nothing was changed."), _("Somebody was faster: this refund does not wait any more."))
    except NothingLeft:
        not_done(_("Nothing was changed."), _("The payments of this order hold less than this refund."))
    else:
        done(words, more)

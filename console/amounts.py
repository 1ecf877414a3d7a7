"""Enter the amount of a refund whose prices are not known."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoPage

from console.access import actor
from console.forms import AmountForm
from console.pages import show
from shared.actions import amounts
from shared.domain.actors import ActorKind
from shared.domain.errors import AlreadyDecided
from shared.queries.orders import order_page
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.web.notices import done, not_done
from shared.web.services import services


def refund_amount(member: Member, order_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Ask for the amount; write down what goes back."""
    order = order_page(services().db, member.merchant_id, order_id, ActorKind.MERCHANT_USER)
    asked = next((one for one in order.requests if one.id == request_id), None)
    if asked is None:
        raise NoPage
    form = AmountForm.made(order.currency)
    if not form.submitted():
        status = 422 if request.method == "POST" else 200
        page = show(member, "console/refund_amount.html", order=order, asked=asked, form=form)
        return page, status
    try:
        amounts.enter(
            services().db,
            member.merchant_id,
            request_id,
            form.minor(),
            actor(member),
            currency=form.currency_code(),
        )
    except AlreadyDecided:
        not_done(_("The amount of this refund is known by now; nothing was entered."))
    else:
        done(_("Amount entered."))
    return redirect(url_for("console.order_detail", order_id=order_id), code=303)

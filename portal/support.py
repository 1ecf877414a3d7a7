"""Contact us: a message to the shop about one order."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access import OpenedOrder
from portal.forms import ContactForm
from shared.actions import orders
from shared.domain.actors import BUYER
from shared.rendering import gettext as _
from shared.web import notices
from shared.web.services import services


def contact_us(order: OpenedOrder) -> ResponseReturnValue:
    """Show the form; keep the message for the shop once it is sent."""
    form = ContactForm.about(order.page)
    if not form.submitted():
        page = render_template("portal/contact_us.html", frame=order.frame, order=order.page, form=form)
        return page, 422 if form.errors else 200
    orders.open_case(
        services().db,
        order.merchant_id,
        order.page.id,
        category=form.category.data,
        body=form.message.data,
        actor=BUYER,
        case_id=form.case_id(),
    )
    answer = _("%(merchant)s reads it and answers by e-mail.") % {"merchant": order.page.merchant_name}
    notices.done(_("Thank you, your message was sent."), answer)
    return redirect(url_for("portal.order_detail", order_id=order.page.id), code=303)

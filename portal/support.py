"""Contact us: a message to the shop about one order, and the conversation that follows."""

from typing import TypeVar
from uuid import UUID

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access import OpenedOrder
from portal.support_forms import AnswerForm, ContactForm, MessageForm
from shared.actions import cases
from shared.domain.actors import BUYER
from shared.domain.errors import InvalidContent
from shared.domain.support import MOST_PICTURES_OF_CASE
from shared.queries import support
from shared.queries.support_values import CaseView
from shared.rendering import gettext as _
from shared.web import notices
from shared.web.conversations import Reading
from shared.web.limits import within_limit
from shared.web.picture_field import shown
from shared.web.security import takes_pictures
from shared.web.services import services

_Form = TypeVar("_Form", bound=MessageForm)
_CASES = "10/hour"
_ANSWERS = "30/hour"


@takes_pictures
def contact_us(order: OpenedOrder) -> ResponseReturnValue:
    """Show the form; keep the message for the shop once it is sent."""
    form = ContactForm.about(order.page)
    if not form.submitted():
        return _contact_page(order, form), 422 if form.errors else 200
    if not within_limit(_CASES, "contact", str(order.page.id)):
        return _contact_page(order, _too_often(form)), 429
    cases.open_case(
        services().db, order.merchant_id, order.page.id, form.category.data, form.written(), BUYER
    )
    answer = _("%(merchant)s reads it and answers here and by e-mail.") % {
        "merchant": order.page.merchant_name
    }
    notices.done(_("Thank you, your message was sent."), answer)
    return redirect(url_for("portal.order_detail", order_id=order.page.id), code=303)


@takes_pictures
def answer_case(order: OpenedOrder, case_id: UUID) -> ResponseReturnValue:
    """Show one conversation with a form under it; add what is sent to it."""
    case = _find(order, case_id)
    form = AnswerForm.made()
    if not form.submitted():
        return _answer_page(order, case, form), 422 if form.errors else 200
    if not within_limit(_ANSWERS, "answer", str(order.page.id)):
        return _answer_page(order, case, _too_often(form)), 429
    try:
        cases.answer_case(services().db, order.merchant_id, order.page.id, case.id, form.written(), BUYER)
    except InvalidContent:
        form.refuse(
            form.pictures,
            _("A conversation holds %(most)s pictures at most.") % {"most": MOST_PICTURES_OF_CASE},
        )
        return _answer_page(order, case, form), 422
    notices.done(_("Your answer was sent."))
    return redirect(url_for("portal.order_detail", order_id=order.page.id), code=303)


def case_picture(order: OpenedOrder, picture_id: UUID) -> ResponseReturnValue:
    """Show a picture of this order's conversations."""
    return shown(support.picture(services().db, order.merchant_id, picture_id, order_id=order.page.id))


def reading_of(order: OpenedOrder) -> Reading:
    """Tell how the buyer of an order reads its conversations: the shop answers, whoever it was."""
    return Reading(
        who=lambda message: _("You") if message.is_buyers else order.page.merchant_name,
        picture_url=lambda picture_id: url_for(
            "portal.case_picture", order_id=order.page.id, picture_id=picture_id
        ),
    )


def _find(order: OpenedOrder, case_id: UUID) -> CaseView:
    found = next((case for case in order.page.cases if case.id == case_id), None)
    return found or abort(404)


def _too_often(form: _Form) -> _Form:
    form.refuse(form.message, _("You have written a lot within the hour. Try again later."))
    return form


def _contact_page(order: OpenedOrder, form: ContactForm) -> str:
    return render_template(
        "portal/contact_us.html",
        frame=order.frame,
        order=order.page,
        form=form,
        reading=reading_of(order),
    )


def _answer_page(order: OpenedOrder, case: CaseView, form: AnswerForm) -> str:
    return render_template(
        "portal/answer_case.html",
        frame=order.frame,
        order=order.page,
        case=case,
        form=form,
        reading=reading_of(order),
    )

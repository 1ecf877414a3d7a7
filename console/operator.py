"""Contact us for merchants: what they ask the operator's support agents, and what those answer."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.operator_forms import ContactOperatorForm, WriteForm, case_number
from console.pages import show
from console.support import reading
from shared.actions import operator_cases
from shared.actions.operator_cases import Asking
from shared.domain.actors import ActorKind
from shared.domain.errors import NotFound
from shared.queries import agents, documents
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.queries.reasons import offered
from shared.queries.sign_in import Member
from shared.queries.support_values import CaseView
from shared.rendering import gettext as _
from shared.web.limits import within_limit
from shared.web.notices import done
from shared.web.services import services

_MESSAGES = "30/hour"


def contact_operator(member: Member) -> ResponseReturnValue:
    """Show the form and the conversations so far; send what the form holds."""
    reasons = offered(services().db, member.merchant_id)
    form = ContactOperatorForm.about(_order_asked(member), reasons, request.args.get("reason", ""))
    if not form.submitted():
        return _contact_page(member, form), 422 if form.errors else 200
    order_id = _order_named(member, form)
    if form.errors:
        return _contact_page(member, form), 422
    if not _may_write(member, form):
        return _contact_page(member, form), 429
    asking = Asking(
        form.category.data, form.written(beginning=form.beginning(reasons)), order_id, form.phone.data or ""
    )
    case_id = operator_cases.ask(services().db, member.merchant_id, asking, actor(member))
    done(_("Sent to Rescind support."), _("The answer stands here, and is mailed to owners and managers."))
    return redirect(url_for("console.operator_case", case_id=case_id), code=303)


def operator_case(member: Member, case_id: UUID) -> ResponseReturnValue:
    """Show a conversation with the operator; add what is sent to it."""
    case = agents.operator_case(services().db, member.merchant_id, case_id)
    form = WriteForm.made()
    if not form.submitted():
        return _case_page(member, case, form), 422 if form.errors else 200
    if not _may_write(member, form):
        return _case_page(member, case, form), 429
    operator_cases.ask_again(services().db, member.merchant_id, case_id, form.written(), actor(member))
    done(_("Sent to Rescind support."))
    return redirect(url_for("console.operator_case", case_id=case_id), code=303)


def _order_asked(member: Member) -> OrderPage | None:
    order_id = case_number(request.args.get("order", ""))
    if order_id is None:
        return None
    return order_page(services().db, member.merchant_id, order_id, ActorKind.MERCHANT_USER)


def _order_named(member: Member, form: ContactOperatorForm) -> UUID | None:
    if not form.number.data:
        return None
    try:
        return documents.known_order(services().db, member.merchant_id, form.number.data).id
    except NotFound:
        form.refuse(form.number, _("There is no order of this number. Check it, or leave it empty."))
        return None


def _may_write(member: Member, form: WriteForm) -> bool:
    if within_limit(_MESSAGES, "operator", str(member.merchant_id)):
        return True
    form.refuse(form.message, _("You have written a lot within the hour. Try again later."))
    return False


def _contact_page(member: Member, form: ContactOperatorForm) -> str:
    cases = agents.asked(services().db, member.merchant_id)
    return show(member, "console/contact_operator.html", form=form, cases=cases)


def _case_page(member: Member, case: CaseView, form: WriteForm) -> str:
    return show(member, "console/operator_case.html", case=case, form=form, reading=reading())

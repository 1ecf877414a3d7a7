"""What support agents see and do: cases of all merchants, one account at a time, answers, cancellations."""

from uuid import UUID, uuid4

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console.agent_access import actor_of
from console.cancellations import kept_by_reason
from console.forms import CancelOrderForm
from console.live import agents_counts
from console.operator_forms import OpenAccountForm, WriteForm
from console.support import reading
from console.tabs import Tab, counted
from shared import wording
from shared.actions import agents as actions
from shared.actions import cancellations, operator_cases
from shared.actions.case_steps import Message
from shared.domain.actors import ActorKind
from shared.domain.errors import NotEligible, QuoteChanged
from shared.domain.ids import MerchantId
from shared.domain.support import CaseState
from shared.queries import agents as queries
from shared.queries.agent_changes import standing
from shared.queries.agents import Agent
from shared.queries.cancellations import quote_for
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.queries.quote_values import QuoteView
from shared.queries.reasons import keeping, offered
from shared.queries.support_values import CaseView
from shared.rendering import gettext as _
from shared.web.app import wanted_fragment
from shared.web.notices import done, not_done
from shared.web.services import services
from shared.web.stale_forms import keeps_form


def agents(agent: Agent) -> ResponseReturnValue:
    """List the cases of all merchants in one state, longest waiting first."""
    state = _state_asked()
    found = queries.operator_list(services().db, state, cursor=request.args.get("after", ""))
    counts = queries.operator_counts(services().db)
    return _show(
        agent,
        "console/agents.html",
        rows=found.rows,
        states=[
            Tab(
                wording.operator_state(one),
                url_for("console.agents", state=one.value),
                counted(counts.get(one, 0)),
                is_here=one is state,
            )
            for one in CaseState
        ],
        next_url=url_for("console.agents", state=state.value, after=found.next_cursor)
        if found.next_cursor
        else "",
    )


def agent_case(agent: Agent, case_id: UUID) -> ResponseReturnValue:
    """Show a case whose account is open; else ask first why it is to be opened."""
    account = queries.account_of(services().db, case_id)
    if agent.merchant_id != account.merchant_id:
        return redirect(url_for("console.open_account", case_id=case_id), code=303)
    return _case_page(agent, account.merchant_id, case_id, WriteForm.made())


def open_account(agent: Agent, case_id: UUID) -> ResponseReturnValue:
    """Ask why; open the account that a case belongs to. Its audit tells who did so and why."""
    account = queries.account_of(services().db, case_id)
    form = OpenAccountForm.made()
    if not form.submitted():
        page = _show(agent, "console/open_account.html", account=account, case_id=case_id, form=form)
        return page, 422 if form.errors else 200
    _close(agent)
    reason = form.reason.data
    actions.open_account(services().db, agent.secret, account.merchant_id, reason, actor_of(agent))
    return _to_case(case_id)


def close_account(agent: Agent) -> ResponseReturnValue:
    """Close the account that is open."""
    _close(agent)
    return redirect(url_for("console.agents"), code=303)


@keeps_form
def agent_reply(agent: Agent, case_id: UUID) -> ResponseReturnValue:
    """Answer the merchant."""
    merchant_id = _opened(agent, case_id)
    form = WriteForm.made()
    if not form.submitted():
        return _case_page(agent, merchant_id, case_id, form), 422
    operator_cases.answer(services().db, merchant_id, case_id, form.written(), actor_of(agent))
    done(_("Answer sent."), _("The merchant reads it in the console and by e-mail."))
    return _to_case(case_id)


def agent_resolve(agent: Agent, case_id: UUID) -> ResponseReturnValue:
    """Call a case resolved."""
    operator_cases.resolve(services().db, _opened(agent, case_id), case_id, actor_of(agent))
    done(_("Marked as resolved."))
    return _to_case(case_id)


def agent_cancel(agent: Agent, case_id: UUID) -> ResponseReturnValue:
    """Show the Cancel order window; cancel on the merchant's behalf once it is confirmed."""
    merchant_id = _opened(agent, case_id)
    order = _order_of(merchant_id, case_id)
    form = _form(merchant_id, order)
    if request.method != "POST" or not form.submitted():
        return _window(agent, case_id, merchant_id, order, form)
    quote = _quote(merchant_id, order, form)
    if quote is not None and form.hides(quote.quote):
        form.refuse(form.refund, kept_by_reason())
        return _window(agent, case_id, merchant_id, order, form)
    try:
        made = cancellations.request(services().db, merchant_id, order.id, form.ask(), actor_of(agent))
    except (QuoteChanged, NotEligible):
        not_done(_("Nothing was canceled: the order has changed, or nothing was chosen. Check it again."))
        return redirect(url_for("console.agent_cancel", case_id=case_id), code=303)
    words = _("We have canceled what you asked for on order %(number)s.") % {"number": order.number}
    # The message has the request's id: a second press of the button tells it once.
    operator_cases.answer(services().db, merchant_id, case_id, Message(words, id=made), actor_of(agent))
    done(_("Cancellation requested."), _("The merchant is told in the case and by e-mail."))
    return _to_case(case_id)


def agent_cancel_quote(agent: Agent, case_id: UUID) -> ResponseReturnValue:
    """Quote what is chosen: two parts of the window for the script, else the window again."""
    merchant_id = _opened(agent, case_id)
    order = _order_of(merchant_id, case_id)
    form = _form(merchant_id, order)
    in_order = form.only_quantities()
    if wanted_fragment() != "quote":
        return _window(agent, case_id, merchant_id, order, form)
    quote = _quote(merchant_id, order, form) if in_order else None
    if quote is None:
        abort(422)
    update_url = url_for("console.agent_cancel_quote", case_id=case_id)
    return _show(
        agent, "components/quote_parts.html", quote=quote, order=order, update_url=update_url, merchant=True
    )


def _form(merchant_id: MerchantId, order: OrderPage) -> CancelOrderForm:
    db = services().db
    return CancelOrderForm.for_merchant(
        order.items, order.currency, offered(db, merchant_id), keeping(db, merchant_id)
    )


def _window(
    agent: Agent, case_id: UUID, merchant_id: MerchantId, order: OrderPage, form: CancelOrderForm
) -> ResponseReturnValue:
    quote = _quote(merchant_id, order, form) or _quote(merchant_id, order, None)
    if quote is None or not order.can_cancel:
        not_done(_("Nothing of this order can be canceled."))
        return _to_case(case_id)
    if request.method != "POST":
        form.quote_hash.data = quote.quote.hash
        form.nonce.data = str(uuid4())
    page = _show(agent, "console/agent_cancel.html", form=form, order=order, quote=quote, case_id=case_id)
    return page, 422 if form.errors else 200


def _quote(merchant_id: MerchantId, order: OrderPage, form: CancelOrderForm | None) -> QuoteView | None:
    try:
        return quote_for(
            services().db,
            merchant_id,
            order.id,
            ActorKind.SUPPORT_AGENT,
            form.chosen() if form else None,
            reason=form.chosen_reason() if form else None,
            most_minor=form.most_minor() if form else None,
            all_back=form.all_back if form else True,
        )
    except NotEligible:
        return None


def _case_page(agent: Agent, merchant_id: MerchantId, case_id: UUID, form: WriteForm) -> str:
    case = queries.operator_case(services().db, merchant_id, case_id)
    return _show(
        agent,
        "console/agent_case.html",
        case=case,
        order=_order_about(merchant_id, case),
        form=form,
        reading=reading(),
        state_words=wording.operator_state(case.state),
    )


def _order_about(merchant_id: MerchantId, case: CaseView) -> OrderPage | None:
    if case.order_id is None:
        return None
    return order_page(services().db, merchant_id, case.order_id, ActorKind.SUPPORT_AGENT)


def _order_of(merchant_id: MerchantId, case_id: UUID) -> OrderPage:
    case = queries.operator_case(services().db, merchant_id, case_id)
    return _order_about(merchant_id, case) or abort(404)


def _opened(agent: Agent, case_id: UUID) -> MerchantId:
    """Insist that the account of the case is the open one; for any other it is not there."""
    if (
        agent.merchant_id is None
        or queries.account_of(services().db, case_id).merchant_id != agent.merchant_id
    ):
        abort(404)
    return agent.merchant_id


def _close(agent: Agent) -> None:
    if agent.merchant_id is not None:
        actions.close_account(services().db, agent.secret, agent.merchant_id, actor_of(agent))


def _show(agent: Agent, template: str, **values: object) -> str:
    now = standing(services().db)
    return render_template(template, agent=agent, counts=agents_counts(now), seen=str(now.seen), **values)


def _state_asked() -> CaseState:
    try:
        return CaseState(request.args.get("state", CaseState.OPEN))
    except ValueError:
        abort(404)


def _to_case(case_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("console.agent_case", case_id=case_id), code=303)

"""What customers wrote through Contact us: the list of cases, and one of them with everything around it."""

from dataclasses import replace
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.pages import show
from console.support_forms import ME, AssignForm, CaseFilterForm, CaseReplyForm
from console.tabs import Tab, counted
from shared import wording
from shared.actions import cases
from shared.domain.actors import ActorKind
from shared.domain.errors import InvalidContent, NotFound
from shared.domain.support import MOST_PICTURES_OF_CASE, CaseState, ReplyField, filled_in
from shared.queries import case_list
from shared.queries import support as queries
from shared.queries.orders import order_page
from shared.queries.sign_in import Member
from shared.queries.support_values import CaseFilter, CaseView, MessageView, ReplyView
from shared.rendering import gettext as _
from shared.web.conversations import Reading
from shared.web.limits import within_limit
from shared.web.notices import done
from shared.web.picture_field import shown
from shared.web.security import takes_pictures
from shared.web.services import services
from shared.web.stale_forms import keeps_form

_ANSWERS = "120/hour"


def support(member: Member) -> ResponseReturnValue:
    """List the cases of one state, longest waiting first."""
    team = queries.colleagues(services().db, member.merchant_id)
    form = CaseFilterForm.read(team)
    state = _state_asked()
    if not form.validate():
        abort(404)
    wanted = CaseFilter(state, _assignee(member, form.assignee.data))
    found = case_list.case_list(
        services().db, member.merchant_id, wanted, cursor=request.args.get("after", "")
    )
    return show(
        member,
        "console/support.html",
        form=form,
        state=state,
        rows=found.rows,
        narrows=bool(form.assignee.data),
        next_url=_page_url(state, form.assignee.data, found.next_cursor) if found.next_cursor else "",
        states=_tabs(member, state, form.assignee.data),
        offers_left=queries.offers_left(services().db, member.merchant_id),
    )


def support_case(member: Member, case_id: UUID) -> ResponseReturnValue:
    """Show a case: its conversation, who has it, what was offered, and all that can be done."""
    case = queries.case_view(services().db, member.merchant_id, case_id)
    replies = _replies(member, case)
    wanted = request.args.get("reply", "")
    form = CaseReplyForm.made(next((reply.body for reply in replies if str(reply.id) == wanted), ""))
    return _page(member, case, form, replies)


@keeps_form
@takes_pictures
def reply_to_case(member: Member, case_id: UUID) -> ResponseReturnValue:
    """Send an answer to the customer, or keep a note among the team."""
    case = queries.case_view(services().db, member.merchant_id, case_id)
    form = CaseReplyForm.made()
    replies = _replies(member, case)
    if not form.submitted():
        return _page(member, case, form, replies), 422
    if not within_limit(_ANSWERS, "reply", str(member.user_id)):
        form.refuse(form.message, _("You have written a lot within the hour. Try again later."))
        return _page(member, case, form, replies), 429
    try:
        cases.reply(services().db, member.merchant_id, case_id, form.written(), actor(member))
    except InvalidContent:
        sentence = _("A conversation holds %(most)s pictures at most.")
        form.refuse(form.pictures, sentence % {"most": MOST_PICTURES_OF_CASE})
        return _page(member, case, form, replies), 422
    if form.is_note:
        done(_("Note kept."), _("Only your team sees it."))
    else:
        done(_("Answer sent."), _("The customer reads it on the order page and by e-mail."))
    return _to_case(case_id)


def assign_case(member: Member, case_id: UUID) -> ResponseReturnValue:
    """Give a case to somebody of the team, or to nobody."""
    case = queries.case_view(services().db, member.merchant_id, case_id)
    team = queries.colleagues(services().db, member.merchant_id)
    form = AssignForm.among(team, case.assignee_id)
    if not form.submitted():
        abort(422)
    try:
        cases.assign(services().db, member.merchant_id, case_id, form.chosen())
    except NotFound:
        abort(404)
    names = {one.id: one.name for one in team}
    who = names.get(form.chosen() or UUID(int=0))
    done(_("Assigned to %(who)s.") % {"who": who} if who else _("Assigned to nobody."))
    return _to_case(case_id)


def resolve_case(member: Member, case_id: UUID) -> ResponseReturnValue:
    """Call a case resolved."""
    cases.resolve(services().db, member.merchant_id, case_id, actor(member))
    done(_("Marked as resolved."), _("If the customer writes again, it is open again."))
    return _to_case(case_id)


def reopen_case(member: Member, case_id: UUID) -> ResponseReturnValue:
    """Take a resolved case up again."""
    cases.reopen(services().db, member.merchant_id, case_id, actor(member))
    done(_("Taken up again."))
    return _to_case(case_id)


def support_picture(member: Member, picture_id: UUID) -> ResponseReturnValue:
    """Show a picture of a conversation."""
    return shown(queries.picture(services().db, member.merchant_id, picture_id))


def reading() -> Reading:
    """Tell how the team reads a conversation: everybody by name."""
    return Reading(
        who=_named, picture_url=lambda picture_id: url_for("console.support_picture", picture_id=picture_id)
    )


def _page(member: Member, case: CaseView, form: CaseReplyForm, replies: tuple[ReplyView, ...]) -> str:
    if case.order_id is None:
        abort(404)
    db, merchant_id = services().db, member.merchant_id
    return show(
        member,
        "console/support_case.html",
        case=case,
        form=form,
        replies=replies,
        reading=reading(),
        order=order_page(db, merchant_id, case.order_id, ActorKind.MERCHANT_USER),
        offers=queries.offers(db, merchant_id, case.id),
        assigning=AssignForm.among(queries.colleagues(db, merchant_id), case.assignee_id),
    )


def _named(message: MessageView) -> str:
    if message.is_operators:
        return _("Rescind support")
    return message.author_name or (_("The customer") if message.is_buyers else _("The team"))


def _replies(member: Member, case: CaseView) -> tuple[ReplyView, ...]:
    """List the canned replies as they would be inserted here, with their places filled in."""
    values = {
        ReplyField.CUSTOMER_NAME: case.buyer_name or _("customer"),
        ReplyField.ORDER_NUMBER: case.order_number,
        ReplyField.SHOP_NAME: member.merchant_name,
        ReplyField.YOUR_NAME: member.user_name,
    }
    found = queries.replies(services().db, member.merchant_id)
    return tuple(replace(reply, body=filled_in(reply.body, values)) for reply in found)


def _state_asked() -> CaseState:
    try:
        return CaseState(request.args.get("state", CaseState.OPEN))
    except ValueError:
        abort(404)


def _assignee(member: Member, asked: str | None) -> UUID | None:
    if not asked:
        return None
    return member.user_id if asked == ME else UUID(asked)


def _tabs(member: Member, here: CaseState, assignee: str | None) -> tuple[Tab, ...]:
    found = case_list.counts(services().db, member.merchant_id)
    return tuple(
        Tab(
            words=wording.case_state(state).words,
            href=_page_url(state, assignee),
            count=counted(found.get(state, 0)),
            is_here=state is here,
        )
        for state in CaseState
    )


def _page_url(state: CaseState, assignee: str | None, after: str | None = None) -> str:
    return url_for("console.support", state=state.value, assignee=assignee or None, after=after)


def _to_case(case_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("console.support_case", case_id=case_id), code=303)

"""Settings: the answers that the team gives often."""

from uuid import UUID

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from console.pages import show
from console.settings import settings_tabs
from console.support_forms import CannedReplyForm, places
from shared.actions import canned_replies as actions
from shared.queries import support
from shared.queries.sign_in import Member
from shared.queries.support_values import ReplyView
from shared.rendering import gettext as _
from shared.web.notices import done
from shared.web.services import services


def canned_replies(member: Member) -> ResponseReturnValue:
    """List the replies, with a form for a new one; keep what it holds."""
    form = CannedReplyForm.made()
    if not form.submitted():
        page = show(
            member,
            "console/canned_replies.html",
            form=form,
            replies=support.replies(services().db, member.merchant_id),
            places=places(),
            sections=settings_tabs(member),
        )
        return page, 422 if form.errors else 200
    actions.save_reply(services().db, member.merchant_id, form.title.data, form.body.data)
    done(_("Reply kept."))
    return _to_list()


def canned_reply(member: Member, reply_id: UUID) -> ResponseReturnValue:
    """Show one reply; change it."""
    reply = _find(member, reply_id)
    form = CannedReplyForm.made(reply)
    if not form.submitted():
        page = show(
            member,
            "console/canned_reply.html",
            form=form,
            reply=reply,
            places=places(),
            sections=settings_tabs(member),
        )
        return page, 422 if form.errors else 200
    actions.save_reply(services().db, member.merchant_id, form.title.data, form.body.data, reply_id)
    done(_("Reply changed."))
    return _to_list()


def delete_canned_reply(member: Member, reply_id: UUID) -> ResponseReturnValue:
    """Remove a reply."""
    actions.delete_reply(services().db, member.merchant_id, reply_id)
    done(_("Reply removed."), _("What was sent with it stays as it is."))
    return _to_list()


def _find(member: Member, reply_id: UUID) -> ReplyView:
    replies = support.replies(services().db, member.merchant_id)
    return next((reply for reply in replies if reply.id == reply_id), None) or abort(404)


def _to_list() -> ResponseReturnValue:
    return redirect(url_for("console.canned_replies"), code=303)

"""What files and marketplaces call reasons, and which of the merchant's own each comes in as."""

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.pages import show
from console.reason_forms import ForeignCodesForm
from console.settings import settings_tabs
from shared import wording
from shared.actions import foreign_codes as actions
from shared.domain.foreign_codes import CodeList
from shared.queries.reasons import foreign_codes as read_codes
from shared.queries.reasons import words_of
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.web.notices import done, not_done
from shared.web.services import services


def foreign_codes(member: Member) -> ResponseReturnValue:
    """List the codes of every list with what they come in as."""
    known = read_codes(services().db, member.merchant_id)
    return show(
        member,
        "console/foreign_codes.html",
        lists=[(of, known.of(of)) for of in CodeList],
        words=words_of(services().db, member.merchant_id),
        sections=settings_tabs(member),
    )


def edit_foreign_codes(member: Member, name: str) -> ResponseReturnValue:
    """Show what the codes of a list come in as; put what was chosen in force, or the defaults again."""
    of = _known(name)
    db = services().db
    codes = read_codes(db, member.merchant_id).of(of)
    form = ForeignCodesForm.of(of, codes, words_of(db, member.merchant_id))
    if not form.submitted():
        page = show(
            member,
            "console/edit_foreign_codes.html",
            form=form,
            of=of,
            title=wording.code_list(of),
            is_changed=any(one.is_changed for one in codes),
            sections=settings_tabs(member),
        )
        return page, 422 if form.errors else 200
    if actions.change(db, member.merchant_id, of, form.wanted(), actor(member)):
        done(_("Saved."), _("It holds for what comes in from now on."))
    else:
        not_done(_("Nothing has changed."), _("This is what holds already."))
    return redirect(url_for("console.foreign_codes"), code=303)


def _known(name: str) -> CodeList:
    try:
        return CodeList(name)
    except ValueError:
        abort(404)

"""API keys: make one for a store, see which are used, revoke one."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.pages import show
from console.people_forms import KeyForm
from console.settings import settings_tabs
from shared.actions import merchants as actions
from shared.domain.errors import NotFound
from shared.queries import keys as queries
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.web.notices import done
from shared.web.services import services


def api_keys(member: Member) -> ResponseReturnValue:
    """List the keys."""
    return _page(member, KeyForm.made())


def make_api_key(member: Member) -> ResponseReturnValue:
    """Make a key, and show it this once."""
    form = KeyForm.made()
    if not form.submitted():
        return _page(member, form), 422
    key = actions.create_api_key(
        services().db, member.merchant_id, name=form.name.data or "", actor=actor(member)
    )
    form.name.data = ""
    return _page(member, form, key), 201


def revoke_api_key(member: Member, key_id: UUID) -> ResponseReturnValue:
    """Ask whether to end a key; then do it."""
    if request.method != "POST":
        known = queries.keys(services().db, member.merchant_id)
        key = next((key for key in known if key.id == key_id and key.revoked_at is None), None)
        if key is None:
            raise NotFound("There is no such key.")
        return show(member, "console/revoke_api_key.html", key=key)
    actions.revoke_api_key(services().db, member.merchant_id, key_id, actor(member))
    done(_("The key is revoked."), _("The next call with it is refused."))
    return redirect(url_for("console.api_keys"), code=303)


def _page(member: Member, form: KeyForm, new_key: str = "") -> str:
    return show(
        member,
        "console/api_keys.html",
        form=form,
        new_key=new_key,
        keys=queries.keys(services().db, member.merchant_id),
        sections=settings_tabs(member),
    )

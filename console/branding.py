"""Branding: how a shop appears on its order pages and in its e-mails."""

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.branding_forms import BrandingForm, LogoForm
from console.pages import show
from console.settings import settings_tabs
from shared.actions import branding as actions
from shared.domain.branding import LOGO_BYTES
from shared.domain.colors import palette
from shared.queries import branding as queries
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.web.limits import within_limit
from shared.web.notices import done, not_done
from shared.web.security import takes_pictures
from shared.web.services import services
from shared.web.stale_forms import keeps_form

_RATE = "30/hour"


def branding(member: Member) -> ResponseReturnValue:
    """Show how the shop appears: as forms to whoever may change it, else in words."""
    return _page(member)


@keeps_form
def change_branding(member: Member) -> ResponseReturnValue:
    """Keep what was typed, which shows at once."""
    form = BrandingForm.of(queries.read(services().db, member.merchant_id).branding)
    if not form.submitted():
        return _page(member, form=form, status=422)
    if actions.change(services().db, member.merchant_id, form.branding(), actor(member)):
        done(_("Saved."), _("Order pages and e-mails look like this from now on."))
    else:
        not_done(_("Nothing has changed."), _("This is what holds already."))
    return _back()


@takes_pictures
def change_logo(member: Member) -> ResponseReturnValue:
    """Take in a new logo."""
    if not within_limit(_RATE, "logo", str(member.merchant_id)):
        abort(429)
    form = LogoForm.made()
    if not form.submitted():
        return _page(member, logo_form=form, status=422)
    actions.change_logo(services().db, member.merchant_id, form.drawn, actor(member))
    done(_("The logo is in place."), _("Order pages and e-mails show it from now on."))
    return _back()


def remove_logo(member: Member) -> ResponseReturnValue:
    """Take the logo away."""
    if actions.remove_logo(services().db, member.merchant_id, actor(member)):
        done(_("The logo is removed."), _("Order pages and e-mails show the name of your shop again."))
    else:
        not_done(_("Nothing has changed."), _("There was no logo."))
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("console.branding"), code=303)


def _page(
    member: Member,
    *,
    form: BrandingForm | None = None,
    logo_form: LogoForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    brand = queries.read(services().db, member.merchant_id)
    page = show(
        member,
        "console/branding.html",
        brand=brand,
        shades=palette(brand.branding.color),
        form=form or BrandingForm.of(brand.branding, formdata=None),
        logo_form=logo_form or LogoForm.made(formdata=None),
        logo_size=LOGO_BYTES // 1_000_000,
        sections=settings_tabs(member),
    )
    return page, status

"""Settings: where the merchant's systems hear of events by webhook, and what became of each."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.pages import show
from console.settings import settings_tabs
from console.webhook_forms import EndpointForm
from shared.actions import deliveries
from shared.actions import webhooks as actions
from shared.actions.webhooks import EndpointChange, EndpointTerms, NewSecret
from shared.domain.errors import EndpointOff, InvalidContent, StillUnderWay
from shared.queries import webhooks as queries
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.settings import Mode
from shared.web.notices import done, not_done
from shared.web.services import services

_PAGE = 20


def webhooks(member: Member) -> ResponseReturnValue:
    """List the endpoints, with a form for a new one."""
    return _list(member, EndpointForm.made())


def add_webhook(member: Member) -> ResponseReturnValue:
    """Add an endpoint, and show its secret this once."""
    form = EndpointForm.made()
    if not form.submitted():
        return _list(member, form), 422
    try:
        made = actions.add(
            services().db,
            member.merchant_id,
            form.url.data or "",
            form.chosen(),
            actor(member),
            terms(),
        )
    except InvalidContent as refusal:
        form.refuse(form.url, refusal.detail)
        return _list(member, form), 422
    return _one(member, made.endpoint_id, made=made), 201


def webhook(member: Member, endpoint_id: UUID) -> ResponseReturnValue:
    """Show one endpoint, and what it was told."""
    return _one(member, endpoint_id)


def change_webhook(member: Member, endpoint_id: UUID) -> ResponseReturnValue:
    """Change an endpoint's address and events."""
    form = EndpointForm.made()
    if not form.submitted():
        return _one(member, endpoint_id, form), 422
    try:
        _change(member, endpoint_id, EndpointChange(url=form.url.data, events=form.chosen()))
    except InvalidContent as refusal:
        form.refuse(form.url, refusal.detail)
        return _one(member, endpoint_id, form), 422
    done(_("Endpoint saved."))
    return _to_one(endpoint_id)


def pause_webhook(member: Member, endpoint_id: UUID) -> ResponseReturnValue:
    """Tell an endpoint nothing for a while."""
    _change(member, endpoint_id, EndpointChange(is_active=False))
    done(_("The endpoint is paused."), _("It will not hear of what happens meanwhile."))
    return _to_one(endpoint_id)


def resume_webhook(member: Member, endpoint_id: UUID) -> ResponseReturnValue:
    """Let an endpoint hear again."""
    _change(member, endpoint_id, EndpointChange(is_active=True))
    done(_("The endpoint is active."), _("It hears of what happens from now on."))
    return _to_one(endpoint_id)


def rotate_webhook(member: Member, endpoint_id: UUID) -> ResponseReturnValue:
    """Give an endpoint a new secret, and show it this once."""
    made = actions.rotate(services().db, member.merchant_id, endpoint_id, actor(member), terms())
    return _one(member, endpoint_id, made=made), 201


def delete_webhook(member: Member, endpoint_id: UUID) -> ResponseReturnValue:
    """Ask first; then remove the endpoint."""
    if request.method != "POST":
        endpoint = queries.find(services().db, member.merchant_id, endpoint_id)
        return show(member, "console/delete_webhook.html", endpoint=endpoint)
    actions.remove(services().db, member.merchant_id, endpoint_id, actor(member))
    done(_("The endpoint is removed."), _("It hears nothing any more."))
    return redirect(url_for("console.webhooks"), code=303)


def try_webhook(member: Member, endpoint_id: UUID) -> ResponseReturnValue:
    """Send an endpoint an event that tells of nothing."""
    try:
        deliveries.send_trial(services().db, member.merchant_id, endpoint_id)
    except (EndpointOff, StillUnderWay) as refusal:
        return _not_sent(refusal.detail, endpoint_id)
    done(_("A test event is on its way."), _("What became of it stands among the deliveries in a moment."))
    return _to_one(endpoint_id)


def send_webhook_again(member: Member, endpoint_id: UUID, delivery_id: UUID) -> ResponseReturnValue:
    """Send an event once more."""
    try:
        deliveries.send_again(services().db, member.merchant_id, endpoint_id, delivery_id, actor(member))
    except (EndpointOff, StillUnderWay) as refusal:
        return _not_sent(refusal.detail, endpoint_id)
    done(_("The event is on its way again."), _("It keeps its id."))
    return _to_one(endpoint_id)


def terms() -> EndpointTerms:
    """Give the terms of this installation."""
    settings = services().settings
    return EndpointTerms(settings.derived_keys(actions.SEALING), loopback=settings.mode is Mode.DEMO)


def _change(member: Member, endpoint_id: UUID, told: EndpointChange) -> None:
    actions.change(services().db, member.merchant_id, endpoint_id, told, actor(member), terms())


def _not_sent(why: str, endpoint_id: UUID) -> ResponseReturnValue:
    not_done(_("Nothing was sent."), why)
    return _to_one(endpoint_id)


def _to_one(endpoint_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("console.webhook", endpoint_id=endpoint_id), code=303)


def _list(member: Member, form: EndpointForm) -> str:
    found = queries.endpoints(services().db, member.merchant_id)
    return show(
        member,
        "console/webhooks.html",
        form=form,
        endpoints=found.endpoints,
        is_demo=terms().loopback,
        sections=settings_tabs(member),
    )


def _one(
    member: Member, endpoint_id: UUID, form: EndpointForm | None = None, made: NewSecret | None = None
) -> str:
    db, keys = services().db, terms().keys
    endpoint = queries.find(db, member.merchant_id, endpoint_id)
    cursor = request.args.get("after", "")
    found = queries.deliveries(db, member.merchant_id, endpoint_id, cursor=cursor, limit=_PAGE)
    older = url_for("console.webhook", endpoint_id=endpoint_id, after=found.next_cursor)
    return show(
        member,
        "console/webhook.html",
        form=form or EndpointForm.made(endpoint),
        endpoint=endpoint,
        secret=queries.opened(keys, made.sealed.decode()) if made else "",
        deliveries=found.deliveries,
        next_url=older if found.next_cursor else "",
        is_demo=terms().loopback,
        sections=settings_tabs(member),
    )

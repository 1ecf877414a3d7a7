"""The test kit's calls: plain HTTP and JSON for end-to-end suites in any language, without any sign-in."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, timedelta

from flask import Blueprint, Response, jsonify, request

from shared.domain.errors import Refusal
from shared.queries import invariants, mailbox, present, webhook_receipts
from shared.settings import BadSettings
from shared.storage import owner
from shared.testkit import shops
from shared.testkit.payloads import ClockPayload, MerchantPayload, MerchantsOrderPayload
from shared.web.app import services
from shared.web.errors import problem, status_of
from shared.web.security import without_csrf
from shared.web.strict_json import read_body
from shared.web.units_payload import LinesPayload
from shared.worker.drain import drain
from shared.worker.setting_up import libpq_url, outside_of

blueprint = Blueprint("testkit", __name__, url_prefix="/testkit")


def reset() -> Response:
    """Empty the shop, clock and rate limits included."""
    owner.empty(_owner_url())
    services().limits.reset()
    return jsonify(now=_now())


def open_merchant() -> Response:
    """Open a merchant's account with an owner and an API key."""
    payload = read_body(MerchantPayload)
    return _created(asdict(shops.open_shop(services().db, payload.name, payload.policy.policy())))


def take_in_order() -> Response:
    """Take an order in and make a link to it."""
    order = shops.take_in(services().db, services().settings, read_body(MerchantsOrderPayload))
    return _created({"id": str(order.id), "number": order.number, "order_link": order.order_link})


def ship_order(order_id: str) -> Response:
    """Report a shipment."""
    shipment_id = shops.ship(services().db, order_id, read_body(LinesPayload, may_be_empty=True))
    return _created({"id": str(shipment_id)})


def list_mail() -> Response:
    """List the e-mails that were sent, newest first."""
    return jsonify(
        [
            {
                "to": mail.to,
                "subject": mail.subject,
                "text": mail.text,
                "html": mail.html,
                "links": dict(mail.links),
                "event": mail.event,
                "received_at": mail.received_at.isoformat(),
            }
            for mail in mailbox.recent(services().db, request.args.get("to"))
        ]
    )


def list_webhooks() -> Response:
    """List what was told by webhook, merchant by merchant, newest first."""
    return jsonify([asdict(receipt) for receipt in webhook_receipts.recent(services().db)])


def take_webhook() -> Response:
    """Be an endpoint that takes whatever it is told."""
    return Response(status=204)


def set_clock() -> Response:
    """Move the product's time, and say what it is now."""
    payload = read_body(ClockPayload)
    if payload.advance_seconds is not None:
        owner.advance_clock(_owner_url(), timedelta(seconds=payload.advance_seconds))
    else:
        owner.set_clock(_owner_url(), payload.now)
    return jsonify(now=_now())


def drain_worker() -> Response:
    """Wait until nothing is due and nothing is running."""
    settings = services().settings
    return jsonify(asdict(drain(outside_of(settings, services().db), libpq_url(settings))))


def list_violations() -> Response:
    """List violations of the domain's invariants."""
    return jsonify([asdict(violation) for violation in invariants.violations(services().db)])


@blueprint.errorhandler(Refusal)
def _refused(refusal: Refusal) -> Response:
    facts = {name: fact for name, fact in refusal.facts.items() if name == "errors"}
    return problem(status_of(refusal), refusal.code, refusal.detail or refusal.code, **facts)


@blueprint.errorhandler(BadSettings)
def _bad_settings(error: BadSettings) -> Response:
    return problem(503, "bad_settings", str(error), setting=error.name)


def _owner_url() -> str:
    url = services().settings.database_owner_url
    if url is None:
        remedy = "Set it to the owner's address; emptying the shop and moving the clock need it."
        raise BadSettings("RESCIND_DATABASE_OWNER_URL", "it is not set", remedy)
    return url


def _now() -> str:
    return present.now(services().db).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _created(document: dict[str, object]) -> Response:
    response = jsonify(document)
    response.status_code = 201
    return response


def _call(method: str, rule: str, view: Callable[..., Response]) -> None:
    blueprint.add_url_rule(rule, view.__name__, without_csrf(view), methods=[method])


_call("POST", "/reset", reset)
_call("POST", "/merchants", open_merchant)
_call("POST", "/orders", take_in_order)
_call("POST", "/orders/<string:order_id>/ship", ship_order)
_call("GET", "/mail", list_mail)
_call("GET", "/webhooks", list_webhooks)
_call("POST", "/webhooks", take_webhook)
_call("POST", "/clock", set_clock)
_call("POST", "/worker/drain", drain_worker)
_call("GET", "/invariants", list_violations)

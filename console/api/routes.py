"""Every endpoint under /api/v1, with the scope it asks for."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from console.api import adjustments, auth, cancellations, feeds, gateways, orders, refunds
from console.api.answers import refused
from console.api.auth import Scope
from shared.domain.errors import Refusal
from shared.web.security import without_csrf

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.register_error_handler(Refusal, refused)


def _endpoint(method: str, rule: str, view: Callable[..., Response], *, may: Scope) -> None:
    def guarded(**places: Any) -> Response:  # noqa: ANN401 - whatever the rule names
        return view(auth.admit(may), **places)

    blueprint.add_url_rule(rule, view.__name__, without_csrf(guarded), methods=[method])


_endpoint("POST", "/orders", orders.take_in_order, may=Scope.ADMIN)
_endpoint("GET", "/orders", orders.list_orders, may=Scope.READ)
_endpoint("GET", "/orders/<string:number>", orders.show_order, may=Scope.READ)
_endpoint("PATCH", "/orders/<string:number>", orders.change_order, may=Scope.ADMIN)
_endpoint("POST", "/orders/<string:number>/shipments", orders.report_shipment, may=Scope.SHIP)
_endpoint("GET", "/orders/<string:number>/eligibility", orders.show_eligibility, may=Scope.READ)
_endpoint("POST", "/orders/<string:number>/quote", orders.quote_cancellation, may=Scope.READ)
_endpoint("PUT", "/stock/<path:sku>", orders.set_stock, may=Scope.ADMIN)

_endpoint(
    "POST", "/orders/<string:number>/cancellations", cancellations.request_cancellation, may=Scope.CANCEL
)
_endpoint("POST", "/orders/<string:number>/adjustments", adjustments.adjust_price, may=Scope.CANCEL)
_endpoint("GET", "/cancellations", cancellations.list_cancellations, may=Scope.READ)
_endpoint("GET", "/cancellations/<string:cancellation_id>", cancellations.show_cancellation, may=Scope.READ)
_endpoint(
    "POST",
    "/cancellations/<string:cancellation_id>/accept",
    cancellations.accept_cancellation,
    may=Scope.CANCEL,
)
_endpoint(
    "POST",
    "/cancellations/<string:cancellation_id>/decline",
    cancellations.decline_cancellation,
    may=Scope.CANCEL,
)
_endpoint(
    "POST",
    "/cancellations/<string:cancellation_id>/withdraw",
    cancellations.withdraw_cancellation,
    may=Scope.CANCEL,
)
_endpoint(
    "POST",
    "/cancellations/<string:cancellation_id>/warehouse",
    cancellations.answer_for_warehouse,
    may=Scope.SHIP,
)
_endpoint("POST", "/refunds/<string:refund_id>/retry", refunds.retry_refund, may=Scope.CANCEL)

# Whoever knows the address and can sign is a gateway; no key is asked for.
blueprint.add_url_rule(
    "/gateways/stripe/<string:token>",
    "take_in_stripe_event",
    without_csrf(gateways.take_in_stripe_event),
    methods=["POST"],
)

_endpoint("POST", "/feeds", feeds.submit_feed, may=Scope.CANCEL)
_endpoint("GET", "/feeds/<string:feed_id>", feeds.show_feed, may=Scope.READ)
_endpoint("GET", "/feeds/<string:feed_id>/report", feeds.feed_report, may=Scope.READ)

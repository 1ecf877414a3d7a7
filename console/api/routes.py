"""Every endpoint under /api/v1, with the scope it asks for, and what it takes and gives."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from console.api import (
    adjustments,
    auth,
    cancellations,
    docs,
    feeds,
    gateways,
    orders,
    payloads,
    refunds,
    webhook_payloads,
    webhooks,
)
from console.api.answers import refused
from console.api.auth import Scope
from console.api.description import Call, Endpoint
from shared.domain.errors import Refusal
from shared.queries import document_values as documents
from shared.queries import webhooks as webhook_documents
from shared.queries.feeds import FeedDocument
from shared.web.order_payload import OrderPayload
from shared.web.security import without_csrf

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.register_error_handler(Refusal, refused)
_endpoints: list[Endpoint] = []
_LIST = ("cursor", "limit")


def _endpoint(method: str, rule: str, view: Callable[..., Response], call: Call) -> None:
    def guarded(**places: Any) -> Response:  # noqa: ANN401 - whatever the rule names
        return view(auth.admit(call.scope), **places)

    blueprint.add_url_rule(rule, view.__name__, without_csrf(guarded), methods=[method])
    summary = (view.__doc__ or "").partition("\n")[0]
    _endpoints.append(Endpoint(method, rule, view.__name__, summary, call))


_endpoint(
    "POST",
    "/orders",
    orders.take_in_order,
    Call(Scope.ADMIN, documents.OrderDocument, 201, body=OrderPayload, key="needed"),
)
_endpoint(
    "GET",
    "/orders",
    orders.list_orders,
    Call(Scope.READ, documents.OrderDocumentList, asks=("status", "from", "to", *_LIST)),
)
_endpoint("GET", "/orders/<string:number>", orders.show_order, Call(Scope.READ, documents.OrderDocument))
_endpoint(
    "PATCH",
    "/orders/<string:number>",
    orders.change_order,
    Call(Scope.ADMIN, documents.OrderDocument, body=payloads.OrderChangePayload, key="optional"),
)
_endpoint(
    "POST",
    "/orders/<string:number>/shipments",
    orders.report_shipment,
    Call(Scope.SHIP, documents.ShipmentDocument, 201, body=payloads.ShipmentPayload, key="needed"),
)
_endpoint(
    "GET",
    "/orders/<string:number>/eligibility",
    orders.show_eligibility,
    Call(Scope.READ, documents.EligibilityDocument, asks=("requested_by",)),
)
_endpoint(
    "POST",
    "/orders/<string:number>/quote",
    orders.quote_cancellation,
    Call(Scope.READ, documents.QuoteDocument, body=payloads.QuotePayload),
)
_endpoint(
    "PUT",
    "/stock/<path:sku>",
    orders.set_stock,
    Call(Scope.ADMIN, documents.StockDocument, body=payloads.StockPayload),
)

_endpoint(
    "POST",
    "/orders/<string:number>/cancellations",
    cancellations.request_cancellation,
    Call(Scope.CANCEL, documents.CancellationDocument, 202, body=payloads.CancellationPayload, key="needed"),
)
_endpoint(
    "POST",
    "/orders/<string:number>/adjustments",
    adjustments.adjust_price,
    Call(Scope.CANCEL, documents.AdjustmentDocument, 201, body=payloads.AdjustmentPayload, key="needed"),
)
_endpoint(
    "GET",
    "/cancellations",
    cancellations.list_cancellations,
    Call(Scope.READ, documents.CancellationList, asks=("state", *_LIST)),
)
_endpoint(
    "GET",
    "/cancellations/<string:cancellation_id>",
    cancellations.show_cancellation,
    Call(Scope.READ, documents.CancellationDocument),
)
_endpoint(
    "POST",
    "/cancellations/<string:cancellation_id>/accept",
    cancellations.accept_cancellation,
    Call(Scope.CANCEL, documents.CancellationDocument, 202, key="needed"),
)
_endpoint(
    "POST",
    "/cancellations/<string:cancellation_id>/decline",
    cancellations.decline_cancellation,
    Call(Scope.CANCEL, documents.CancellationDocument, 202, body=payloads.DeclinePayload, key="needed"),
)
_endpoint(
    "POST",
    "/cancellations/<string:cancellation_id>/withdraw",
    cancellations.withdraw_cancellation,
    Call(Scope.CANCEL, documents.CancellationDocument, 202, key="needed"),
)
_endpoint(
    "POST",
    "/cancellations/<string:cancellation_id>/warehouse",
    cancellations.answer_for_warehouse,
    Call(Scope.SHIP, documents.CancellationDocument, 202, body=payloads.WarehousePayload, key="needed"),
)
_endpoint(
    "POST",
    "/refunds/<string:refund_id>/retry",
    refunds.retry_refund,
    Call(Scope.CANCEL, documents.RefundsDocument, 202, key="needed"),
)

_endpoint(
    "POST",
    "/feeds",
    feeds.submit_feed,
    Call(Scope.CANCEL, FeedDocument, 202, takes_file=True, key="optional", asks=("type", "dry_run")),
)
_endpoint("GET", "/feeds/<string:feed_id>", feeds.show_feed, Call(Scope.READ, FeedDocument))
_endpoint("GET", "/feeds/<string:feed_id>/report", feeds.feed_report, Call(Scope.READ, None))

_WEBHOOK = "/webhooks/<string:endpoint_id>"
_endpoint("GET", "/webhooks", webhooks.list_webhooks, Call(Scope.ADMIN, webhook_documents.EndpointList))
_endpoint(
    "POST",
    "/webhooks",
    webhooks.add_webhook,
    Call(
        Scope.ADMIN,
        webhook_documents.EndpointSecretDocument,
        201,
        body=webhook_payloads.EndpointPayload,
        key="needed",
    ),
)
_endpoint("GET", _WEBHOOK, webhooks.show_webhook, Call(Scope.ADMIN, webhook_documents.EndpointDocument))
_endpoint(
    "PATCH",
    _WEBHOOK,
    webhooks.change_webhook,
    Call(
        Scope.ADMIN,
        webhook_documents.EndpointDocument,
        body=webhook_payloads.EndpointChangePayload,
        key="optional",
    ),
)
_endpoint("DELETE", _WEBHOOK, webhooks.remove_webhook, Call(Scope.ADMIN, webhook_documents.RemovedDocument))
_endpoint(
    "POST",
    f"{_WEBHOOK}/rotate",
    webhooks.rotate_webhook,
    Call(Scope.ADMIN, webhook_documents.EndpointSecretDocument, key="needed"),
)
_endpoint(
    "POST",
    f"{_WEBHOOK}/test",
    webhooks.try_webhook,
    Call(Scope.ADMIN, webhook_documents.DeliveryDocument, 202, key="needed"),
)
_endpoint(
    "GET",
    f"{_WEBHOOK}/deliveries",
    webhooks.list_deliveries,
    Call(Scope.ADMIN, webhook_documents.DeliveryList, asks=_LIST),
)

# Whoever knows the address and can sign is a gateway; no key is asked for.
blueprint.add_url_rule(
    "/gateways/stripe/<string:token>",
    "take_in_stripe_event",
    without_csrf(gateways.take_in_stripe_event),
    methods=["POST"],
)

# What the API is like is nobody's secret.
blueprint.add_url_rule("/openapi.json", "describe", lambda: docs.describe(tuple(_endpoints)))
blueprint.add_url_rule("/docs", "docs", lambda: docs.docs(tuple(_endpoints)))

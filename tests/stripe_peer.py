"""A strict stand-in for Stripe: it keeps keys, refuses what Stripe refuses, and fails as it can fail.

A key that was used before gets the very same answer (a 500 included), with other parameters it is refused.
Nothing goes back beyond what was captured.
"""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import stripe
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

SECRET = "sk_test_" + "k" * 24
WEBHOOK_SECRET = "whsec_" + "w" * 24


@dataclass
class Intent:
    """A payment as Stripe holds it, in Stripe's own minor units."""

    id: str
    charge: str
    currency: str
    amount: int
    captured: int
    status: str
    disputed: bool = False


class Refusal(Exception):
    """An answer in the shape of Stripe's errors."""

    def __init__(self, status: int, kind: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": message}}


@dataclass
class Peer:
    """The provider's side of the ledger. `faults` are met by the next calls that change something, in turn.

    They are: "500_before", "500_after", "429", "409", "lost_before", "lost_after", "pending", "refused",
    "hang" (until `release` is set).
    """

    url: str = ""
    intents: dict[str, Intent] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, tuple[bytes, int, bytes]] = field(default_factory=dict)
    faults: deque[str] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def a_payment(self, captured: int, *, authorized: int | None = None, currency: str = "usd") -> Intent:
        """Hold a payment; without anything captured it may be given up."""
        mark = secrets.token_hex(8)
        status = "succeeded" if captured else "requires_capture"
        intent = Intent(f"pi_{mark}", f"ch_{mark}", currency, authorized or captured, captured, status)
        self.intents[intent.id] = intent
        return intent

    def refund_by_hand(self, intent: Intent, amount: int) -> dict[str, Any]:
        """Send money back as somebody does who presses the button on Stripe's own pages."""
        with self.lock:
            return self._new_refund(intent, amount, {}, "succeeded")

    def given_back(self, intent: Intent) -> int:
        """Add up what went back to a payment."""
        return sum(
            made["amount"]
            for made in self.refunds.values()
            if made["payment_intent"] == intent.id and made["status"] in {"succeeded", "pending"}
        )

    def end(self, refund_id: str, status: str, reason: str | None = None) -> dict[str, Any]:
        """Let a refund come to an end, as a bank would."""
        made = self.refunds[refund_id]
        made["status"] = status
        if reason:
            made["failure_reason"] = reason
        return made

    def event(self, kind: str, thing: dict[str, Any], *, secret: str = WEBHOOK_SECRET) -> tuple[bytes, str]:
        """Write an event and sign it: (body, Stripe-Signature)."""
        body = json.dumps(
            {
                "id": f"evt_{secrets.token_hex(8)}",
                "object": "event",
                "type": kind,
                "created": int(time.time()),
                "data": {"object": thing},
            }
        )
        return body.encode(), stripe.WebhookSignature.generate_signature_header(body, secret)

    def dispute(self, intent: Intent, status: str) -> dict[str, Any]:
        """Spell a dispute over a payment."""
        return {
            "id": "dp_" + intent.id[3:],
            "object": "dispute",
            "charge": intent.charge,
            "payment_intent": intent.id,
            "status": status,
        }

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one call (WSGI)."""
        request = Request(environ)
        self.calls.append(f"{request.method} {request.path}")
        try:
            response = self._answer(request, environ)
        except Refusal as refusal:
            response = Response(json.dumps(refusal.body), refusal.status, mimetype="application/json")
        return response(environ, start_response)

    def _answer(self, request: Request, environ: dict[str, Any]) -> Response:
        if request.headers.get("Authorization") != f"Bearer {SECRET}":
            raise Refusal(401, "invalid_request_error", "api_key_invalid", "Invalid API Key provided")
        if request.method == "GET":
            return Response(json.dumps(self._read(request)), mimetype="application/json")
        fault = self.faults.popleft() if self.faults else ""
        if fault == "hang":
            self.release.wait(30)
        _fail_before(fault, environ)
        with self.lock:
            status, body = self._once(request, fault)
        if fault == "lost_after":
            _drop(environ)
        return Response(body, status, mimetype="application/json")

    def _once(self, request: Request, fault: str) -> tuple[int, bytes]:
        key = request.headers.get("Idempotency-Key", "")
        assert key, "Every call that changes something carries its key."
        fingerprint = request.path.encode() + repr(sorted(request.form.items(multi=True))).encode()
        if key in self.keys:
            first, status, body = self.keys[key]
            if first != fingerprint:
                raise Refusal(400, "idempotency_error", "idempotency_error", "Same key, other parameters")
            return status, body
        try:
            status, document = 200, self._write(request, fault)
        except Refusal as refusal:
            status, document = refusal.status, refusal.body
        if fault == "500_after":
            status, document = 500, {"error": {"type": "api_error", "message": "Something went wrong"}}
        body = json.dumps(document).encode()
        self.keys[key] = (fingerprint, status, body)
        return status, body

    def _write(self, request: Request, fault: str) -> dict[str, Any]:
        if fault == "refused":
            raise Refusal(400, "invalid_request_error", "charge_disputed", "The charge is disputed")
        if request.path == "/v1/refunds":
            return self._refund(request, fault)
        return self._cancel(self._intent(request.path.split("/")[3]))

    def _refund(self, request: Request, fault: str) -> dict[str, Any]:
        intent = self._intent(request.form.get("payment_intent") or request.form["charge"])
        amount = int(request.form["amount"])
        left = intent.captured - self.given_back(intent)
        if intent.status != "succeeded":
            raise Refusal(400, "invalid_request_error", "charge_not_captured", "Not captured")
        if left == 0:
            raise Refusal(400, "invalid_request_error", "charge_already_refunded", "Already refunded")
        if amount > left:
            raise Refusal(400, "invalid_request_error", "amount_too_large", "More than is left")
        metadata = {name[9:-1]: value for name, value in request.form.items() if name.startswith("metadata[")}
        return self._new_refund(intent, amount, metadata, "pending" if fault == "pending" else "succeeded")

    def _new_refund(
        self, intent: Intent, amount: int, metadata: dict[str, str], status: str
    ) -> dict[str, Any]:
        made = {
            "id": f"re_{secrets.token_hex(8)}",
            "object": "refund",
            "amount": amount,
            "currency": intent.currency,
            "charge": intent.charge,
            "payment_intent": intent.id,
            "metadata": metadata,
            "status": status,
        }
        self.refunds[str(made["id"])] = made
        return made

    def _cancel(self, intent: Intent) -> dict[str, Any]:
        if intent.status != "requires_capture":
            code = "payment_intent_unexpected_state"
            raise Refusal(400, "invalid_request_error", code, f"cannot be canceled: {intent.status}")
        intent.status = "canceled"
        return _spelled(intent)

    def _read(self, request: Request) -> dict[str, Any]:
        if request.path == "/v1/refunds":
            intent = self._intent(request.args.get("payment_intent") or request.args["charge"])
            found = [made for made in self.refunds.values() if made["payment_intent"] == intent.id]
            return {"object": "list", "data": found, "has_more": False, "url": "/v1/refunds"}
        intent = self._intent(request.path.split("/")[3])
        if request.path.startswith("/v1/charges/"):
            return {"id": intent.charge, "object": "charge", "payment_intent": intent.id}
        return _spelled(intent)

    def _intent(self, reference: str) -> Intent:
        for intent in self.intents.values():
            if reference in {intent.id, intent.charge}:
                return intent
        raise Refusal(404, "invalid_request_error", "resource_missing", f"No such payment: {reference}")


@contextmanager
def running_peer() -> Iterator[Peer]:
    """Serve a stand-in on a port of its own."""
    peer = Peer()
    server = make_server("127.0.0.1", 0, peer, threaded=True)
    server.log = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    peer.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield peer
    finally:
        peer.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _spelled(intent: Intent) -> dict[str, Any]:
    return {
        "id": intent.id,
        "object": "payment_intent",
        "status": intent.status,
        "amount": intent.amount,
        "amount_received": intent.captured,
    }


def _fail_before(fault: str, environ: dict[str, Any]) -> None:
    if fault == "500_before":
        raise Refusal(500, "api_error", "", "Something went wrong")
    if fault == "429":
        raise Refusal(429, "invalid_request_error", "rate_limit", "Too many requests")
    if fault == "409":
        raise Refusal(409, "idempotency_error", "idempotency_key_in_use", "Still in progress")
    if fault == "lost_before":
        _drop(environ)
        raise Refusal(500, "api_error", "", "The connection is gone")


def _drop(environ: dict[str, Any]) -> None:
    with suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)

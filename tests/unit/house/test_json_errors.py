"""Machines get every error in one shape, whatever went wrong and wherever."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from uuid import uuid4

from flask import Flask, Response, jsonify
from werkzeug.test import TestResponse

from shared.actions import merchants
from shared.storage.engine import Database
from tests.builders import a_merchant
from tests.unit.house.law import Findings, uphold
from tests.unit.house.test_routes import PLACE, methods_of, rules

CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")
FOR_MACHINES = ("/api/", "/testkit/")
# They act on everything there is, and answer no bad request: there is nothing in it to be bad.
WITHOUT_BAD_REQUEST = frozenset({"api.describe", "api.docs", "testkit.reset", "testkit.drain_worker"})
# Their body is a file; what is wrong with it stands in its report. The kit's endpoint takes all it hears.
TAKES_ANY_FILE = frozenset({"api.submit_feed", "testkit.take_webhook"})


def fault_of(answer: TestResponse) -> str | None:
    """Tell how an answer differs from application/problem+json as this product writes it (RFC 9457)."""
    if answer.mimetype != "application/problem+json":
        return f"is {answer.mimetype}"
    document = answer.get_json(force=True)
    if document.get("type") != "about:blank" or document.get("status") != answer.status_code:
        return f"says type {document.get('type')!r} and status {document.get('status')!r}"
    if document.get("title") != HTTPStatus(answer.status_code).phrase:
        return f"has the title {document.get('title')!r}"
    if not CODE.fullmatch(str(document.get("code"))):
        return f"has the code {document.get('code')!r}"
    return None if str(document.get("detail") or "").strip() else "has no detail"


def bad_requests(app: Flask, key: str) -> Iterator[tuple[str, TestResponse]]:
    """Send what every endpoint for machines must refuse."""
    client = app.test_client()
    bearer = {"Authorization": f"Bearer {key}", "Idempotency-Key": "once"}
    yield "GET /api/v1/nowhere", client.get("/api/v1/nowhere", headers=bearer)
    for rule in rules(app):
        if not rule.rule.startswith(FOR_MACHINES) or rule.endpoint in WITHOUT_BAD_REQUEST:
            continue
        path = PLACE.sub(lambda _: str(uuid4()), rule.rule)
        yield f"TRACE {rule.rule}", client.open(path, method="TRACE", headers=bearer)
        for method in methods_of(rule):
            what = f"{method} {rule.rule}"
            if rule.rule.startswith("/api/"):
                yield f"{what} without a key", client.open(path, method=method)
                wrong = {"Authorization": "Bearer rsk_wrong"}
                yield f"{what} with a wrong key", client.open(path, method=method, headers=wrong)
            if rule.endpoint in TAKES_ANY_FILE or (method == "GET" and not rule.arguments):
                continue
            for body in (b"{", b"[]", b'{"surprise": 1}'):
                sent = client.open(
                    path, method=method, headers=bearer, data=body, content_type="application/json"
                )
                yield f"{what} with {body.decode()}", sent


def ill_shaped(app: Flask, key: str) -> Findings:
    findings = Findings()
    for what, answer in bad_requests(app, key):
        refused = answer.status_code // 100 == 4
        fault = fault_of(answer) if refused else f"is answered with {answer.status}"
        findings.look(f"{what}: {fault}" if fault else None)
    return findings


def test_every_error_for_machines_has_one_shape(composed: Flask, db: Database) -> None:
    key = merchants.create_api_key(db, a_merchant(db), name="Shop system")

    uphold(ill_shaped(composed, key), "Raise a Refusal or an HTTPException, or answer with problem(…):")


def test_a_planted_error_of_another_shape_is_found() -> None:
    app = Flask("planted", static_folder=None)

    @app.get("/api/v1/orders/<string:number>")
    def bare(number: str) -> tuple[Response, int]:
        return jsonify(error=number), 404

    faults = ill_shaped(app, "key").faults

    assert any("without a key: is application/json" in fault for fault in faults)

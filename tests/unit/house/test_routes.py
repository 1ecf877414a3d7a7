"""Every address has a guard, a form of its own, and a line in the list of public addresses."""

import re
from pathlib import Path
from uuid import uuid4

from flask import Blueprint, Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from shared.storage.engine import Database
from tests.builders import a_merchant, an_order, request
from tests.unit.house.law import Findings, uphold

LIST = Path(__file__).with_name("routes.txt")
# Whoever comes may open these: they show nothing of anybody, or they are how one gets in.
OPEN = frozenset({
    "api.take_in_stripe_event",
    "assets.favicon", "assets.static_file",
    "brand.colors", "brand.logo",
    "console.forgot_password", "console.join_team", "console.open_invitation", "console.open_reset",
    "console.reset_password",
    "console.passkey_question", "console.second_step", "console.sign_in", "console.sign_in_with_passkey",
    "console.sign_out",
    "health.healthz", "health.metrics", "health.readyz", "health.robots",
    "portal.find_order", "portal.help_page", "portal.open_link", "portal.start",
})  # fmt: skip
# Never mounted in production; the settings refuse to.
OF_THE_DEMO = ("mailbox", "testkit")
SEGMENT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*|robots\.txt|favicon\.ico")
PLACE = re.compile(r"<(?:(?P<converter>[a-z]+)(?:\([^)]*\))?:)?(?P<name>[a-z_]+)>")
NO_METHODS = {"HEAD", "OPTIONS"}


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))


def methods_of(rule: Rule) -> list[str]:
    return sorted(set(rule.methods or ()) - NO_METHODS)


def lines_of(app: Flask) -> list[str]:
    return [f"{','.join(methods_of(rule))} {rule.rule} {rule.endpoint}" for rule in rules(app)]


def differing(listed: list[str], there: list[str]) -> Findings:
    findings = Findings()
    for line in listed:
        findings.look(None if line in there else f"gone: {line}")
    for line in there:
        findings.look(None if line in listed else f"new: {line}")
    return findings


def ill_formed(app: Flask) -> Findings:
    findings = Findings()
    for rule in rules(app):
        for segment in rule.rule.strip("/").split("/"):
            places = list(PLACE.finditer(segment))
            if not places:
                findings.look(
                    None if not segment or SEGMENT.fullmatch(segment) else f"{rule.rule} is not kebab-case"
                )
            for place in places:
                name = place["name"]
                findings.look(
                    None if place["converter"] else f"{rule.rule} takes any {name}: name a converter"
                )
    return findings


def unguarded(app: Flask, places: dict[str, str]) -> Findings:
    findings = Findings()
    client = app.test_client()
    for rule in rules(app):
        if rule.endpoint in OPEN or rule.endpoint.partition(".")[0] in OF_THE_DEMO:
            continue
        path = PLACE.sub(lambda place: places.get(place["name"], str(uuid4())), rule.rule)
        for method in methods_of(rule):
            answer = client.open(path, method=method)
            findings.look(None if refused(rule, answer) else f"{method} {rule.rule} answers {answer.status}")
    return findings


def refused(rule: Rule, answer: TestResponse) -> bool:
    face = rule.endpoint.partition(".")[0]
    if face == "console":
        return answer.status_code == 303 and answer.location.startswith("/console/sign-in")
    return answer.status_code == {"api": 401, "portal": 404}.get(face, 0)


def places_of(db: Database) -> dict[str, str]:
    """Name things that are there, so that a page without a guard would show them."""
    merchant_id = a_merchant(db)
    order = an_order().with_(number="NL-1001")
    order_id = order.taken_in(db, merchant_id)
    request_id = str(request(db, merchant_id, order_id))
    return {
        "order_id": str(order_id),
        "request_id": request_id,
        "cancellation_id": request_id,
        "number": "NL-1001",
    }


def test_every_address_is_guarded_save_a_named_few(composed: Flask, db: Database) -> None:
    uphold(
        unguarded(composed, places_of(db)),
        "Register it with its guard: may=Permission.… for the console, may=Scope.… for the API,"
        " _order_page in portal/routes.py; or name it in OPEN and say why:",
    )


def test_every_address_is_kebab_case_and_says_what_it_takes(composed: Flask) -> None:
    uphold(
        ill_formed(composed), "Write /cancel-order, not /cancel_order, and <uuid:order_id>, not <order_id>:"
    )


def test_the_public_addresses_are_the_listed_ones(composed: Flask) -> None:
    uphold(
        differing(LIST.read_text("utf-8").splitlines(), lines_of(composed)),
        "Keep what somebody may be using, or change tests/unit/house/routes.txt on purpose:",
    )


def test_the_list_names_each_open_address(composed: Flask) -> None:
    endpoints = {rule.endpoint for rule in rules(composed)}

    assert {name for name in OPEN if name.startswith(("console", "portal", "health"))} <= endpoints


def test_production_serves_neither_mailbox_nor_test_kit(in_production: Flask) -> None:
    served = {rule.endpoint.partition(".")[0] for rule in rules(in_production)}

    assert {"portal", "console", "api", "health"} <= served
    assert not served & set(OF_THE_DEMO), "What anybody may open must never be mounted in production."


def test_planted_faults_of_addresses_are_found(composed: Flask, db: Database) -> None:
    planted = Blueprint("portal2", __name__)
    planted.add_url_rule("/order_list/<order_id>", "open_door", lambda order_id: order_id, methods=["GET"])
    app = Flask("planted")
    app.register_blueprint(planted, name="console")
    app.static_folder = None

    assert len(ill_formed(app).faults) >= 2
    assert "GET /order_list/<order_id> answers 200 OK" in unguarded(app, places_of(db)).faults
    assert "gone: GET /healthz health.healthz" in differing(lines_of(composed), lines_of(app)).faults
    assert differing([], ["GET /a a"]).faults == ["new: GET /a a"]

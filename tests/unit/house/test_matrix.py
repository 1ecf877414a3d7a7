"""Who may open which address of the console: each is really called, by every role, and for others' things."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from shared.actions import invitations, merchants, sign_in, webhooks
from shared.actions.sign_in import Entry
from shared.actions.webhooks import EndpointTerms
from shared.domain.actors import Actor, ActorKind
from shared.domain.ids import MerchantId, UserId
from shared.domain.permissions import Role
from shared.domain.sign_in import Origin
from shared.storage.engine import Database
from shared.storage.records import ApiKeyRecord, ConsoleSessionRecord, InvitationRecord, MembershipRecord
from tests.builders import a_merchant, an_order, request
from tests.post import SEALING_KEYS
from tests.unit.house.law import uphold
from tests.unit.house.test_routes import differing, methods_of, rules

LIST = Path(__file__).with_name("matrix.txt")
ROLES = tuple(Role)
# These end or change the very session that calls them.
OF_SESSIONS = ("/console/account", "/console/join", "/console/reset", "/console/sign-", "/console/switch")
NOBODYS = UUID(int=7)
# What somebody was given, and how far a page has read: no merchant's thing.
NOT_THINGS = {"token", "seen"}


@dataclass(frozen=True)
class Shop:
    """A merchant with one user of each role, and with things that addresses can name."""

    db: Database
    id: MerchantId
    users: dict[Role, UserId]
    things: dict[str, UUID]

    def session(self, role: Role) -> str:
        secret = sign_in.begin(self.db, self.users[role], Entry(Origin()))
        assert secret is not None
        return secret


def a_shop(db: Database) -> Shop:
    merchant_id = a_merchant(db)
    users = {role: _user(db, merchant_id, role, role) for role in ROLES}
    spare = _user(db, merchant_id, "spare", Role.VIEWER)
    sign_in.begin(db, spare, Entry(Origin()))
    order_id = an_order().with_item(quantity=9).taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id, 1)
    merchants.create_api_key(db, merchant_id, name="Store")
    owner = Actor(ActorKind.MERCHANT_USER, users[Role.OWNER], "Owner")
    terms = EndpointTerms(SEALING_KEYS)
    endpoint_id = webhooks.add(db, merchant_id, "https://hooks.shop.example/", (), owner, terms).endpoint_id
    invitations.invite(db, merchant_id, f"new@{merchant_id.hex}.example", Role.AGENT, owner)
    with db.snapshot(merchant_id) as tx:
        things = {
            "order_id": UUID(str(order_id)),
            "request_id": UUID(str(request_id)),
            "endpoint_id": endpoint_id,
            "key_id": tx.session.scalars(select(ApiKeyRecord.id)).one(),
            "invitation_id": tx.session.scalars(select(InvitationRecord.id)).one(),
            "session_id": tx.session.scalars(select(ConsoleSessionRecord.id)).first() or NOBODYS,
            "member_id": tx.session.scalars(
                select(MembershipRecord.id).where(MembershipRecord.user_id == spare)
            ).one(),
        }
    return Shop(db, merchant_id, users, things)


def _user(db: Database, merchant_id: MerchantId, name: str, role: Role) -> UserId:
    email = f"{name}@{merchant_id.hex}.example"
    return merchants.create_user(
        db, merchant_id, email=email, name=name, password="several quiet harbors", role=role
    )


def matrix(app: Flask, shop: Shop, other: Shop) -> list[str]:
    sessions = {role: shop.session(role) for role in ROLES}
    lines = []
    is_worn = False
    for rule in rules(app):
        if not rule.endpoint.startswith("console."):
            continue
        for method in methods_of(rule):
            told = [f"visitor={_outcome(call(app, rule, method, shop, None))}"]
            for role in ROLES:
                if is_worn or rule.rule.startswith(OF_SESSIONS):
                    sessions[role] = shop.session(role)
                answer = call(app, rule, method, shop, sessions[role])
                told.append(f"{role}={_outcome(answer, is_own=True)}")
            told.append(f"others={_of_others(app, rule, method, shop, other)}")
            lines.append(f"{method} {rule.rule} {' '.join(told)}")
            is_worn = rule.rule.startswith(OF_SESSIONS)
    return lines


def call(app: Flask, rule: Rule, method: str, whose: Shop, secret: str | None) -> TestResponse:
    client = app.test_client()
    if secret is not None:
        with client.session_transaction(path="/console/") as session:
            session["_user_id"] = secret
    return client.open(_address(app, rule, whose), method=method)


def _address(app: Flask, rule: Rule, whose: Shop) -> str:
    numbers = {"number": 999_999, "token": "x"}
    values = {name: whose.things.get(name, numbers.get(name, NOBODYS)) for name in rule.arguments}
    return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def _of_others(app: Flask, rule: Rule, method: str, shop: Shop, other: Shop) -> str:
    if not rule.arguments - NOT_THINGS:
        return "-"
    return _outcome(call(app, rule, method, other, shop.session(Role.OWNER)))


def _outcome(answer: TestResponse, *, is_own: bool = False) -> str:
    """Say how far somebody came; behind the guard their own things may well be gone or not in order."""
    if answer.status_code == 303 and answer.location.startswith("/console/sign-in"):
        return "sign-in"
    if answer.status_code in {403, 404} and not (is_own and answer.status_code == 404):
        return str(answer.status_code)
    return "in" if answer.status_code < 500 else str(answer.status_code)


def test_every_address_opens_for_whom_the_list_says(composed: Flask, db: Database) -> None:
    # Pages want their forms' tokens back; without one a form changes nothing, which is as far as this looks.
    composed.config.update(WTF_CSRF_ENABLED=True)
    there = matrix(composed, a_shop(db), a_shop(db))

    uphold(
        differing(LIST.read_text("utf-8").splitlines(), there),
        "Give the page the permission it needs, or change tests/unit/house/matrix.txt on purpose:",
    )


def test_the_list_lets_nobody_reach_what_is_others() -> None:
    lines = LIST.read_text("utf-8").splitlines()

    assert any(line.endswith("others=404") for line in lines)
    assert not [line for line in lines if line.endswith("others=in")]

"""Support agents: a second factor always, cases of all merchants, one account at a time, canceling for them.

The views are agents, agent_case, open_account, close_account, agent_reply, agent_resolve, agent_cancel,
agent_cancel_quote and agent_changes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from console.tabs import counted
from shared.actions import agents as actions
from shared.actions import execution, operator_cases, second_factors
from shared.actions.case_steps import Message
from shared.actions.operator_cases import Asking
from shared.domain.actors import SYSTEM, Actor, ActorKind
from shared.domain.errors import AlreadyExists
from shared.domain.ids import lowest_id, new_id
from shared.domain.support import CaseState
from shared.queries import agents as queries
from shared.queries.agent_changes import standing
from shared.queries.orders import order_page
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.records import AuditRecord, CaseRecord
from tests.builders import USER, an_order
from tests.unit.console.browsing import (
    PASSWORD,
    Browser,
    Shop,
    buttons_named,
    fields_of,
    links_named,
    read,
    value_of,
    words_of,
)
from tests.unit.console.test_contact_operator import timeline

LIST = "/console/agents"
AGENT = Actor(ActorKind.SUPPORT_AGENT, new_id(), "Robin Adeyemi")


@dataclass(frozen=True)
class Robin:
    """An agent, and what they sign in with."""

    email: str
    totp_secret: str


@pytest.fixture
def robin(db: Database, app_url: str) -> Robin:
    settings = Settings.read({"RESCIND_SECRET_KEYS": "k" * 40, "RESCIND_DATABASE_URL": app_url})
    email = f"robin-{secrets.token_hex(6)}@rescind.example"
    made = actions.create_agent(
        db,
        email,
        "Robin Adeyemi",
        PASSWORD,
        sealing=settings.derived_keys(second_factors.SEALING),
        hashing=settings.derived_keys(second_factors.HASHING)[0],
    )
    return Robin(email, made.totp_secret)


@pytest.fixture
def agent(app: Flask, robin: Robin) -> Browser:
    """Give a browser that the agent has signed in with."""
    client = app.test_client()
    assert isinstance(client, Browser)
    enter(client, robin)
    return client


def enter(browser: Browser, robin: Robin) -> None:
    assert browser.sign_in(robin.email).location.startswith("/console/sign-in/code")
    page = browser.page("/console/sign-in/code")
    code = {"csrf_token": value_of(page, "csrf_token"), "code": pyotp.TOTP(robin.totp_secret).now()}
    assert browser.post("/console/sign-in/code", data=code).location == LIST


def send(browser: Browser, path: str, **fields: str):  # type: ignore[no-untyped-def]
    token = value_of(browser.page(LIST), "csrf_token")
    return browser.post(path, data={"csrf_token": token, **fields})


def a_question(shop: Shop, number: str = "") -> tuple[UUID, UUID]:
    order_id = an_order().with_(number=number).with_item(quantity=2).taken_in(shop.db, shop.merchant_id)
    asking = Asking("Products", Message("Please stop it."), order_id, "+1 206 555 0100")
    return operator_cases.ask(shop.db, shop.merchant_id, asking, USER), order_id


def opened(browser: Browser, case_id: UUID) -> str:
    response = send(browser, f"{LIST}/{case_id}/open", reason="They asked us to")
    assert response.location == f"{LIST}/{case_id}"
    return f"{LIST}/{case_id}"


def audit(shop: Shop) -> list[tuple[str, str, dict[str, object]]]:
    with shop.db.snapshot(shop.merchant_id) as tx:
        rows = tx.session.scalars(select(AuditRecord).order_by(AuditRecord.id))
        return [(row.kind, row.actor_name, row.after) for row in rows if row.actor_kind == "support_agent"]


def test_the_list_holds_cases_of_all_merchants_and_nothing_of_their_accounts(
    agent: Browser, shop: Shop, open_shop
) -> None:  # type: ignore[no-untyped-def]
    cases = [a_question(shop)[0], a_question(open_shop())[0]]

    page = agent.page(LIST)

    hrefs = {str(link["href"]) for link in links_named(page, "Northlight Home")}
    assert {f"{LIST}/{case_id}" for case_id in cases} <= hrefs
    assert "Please stop it." not in words_of(page.main)
    assert agent.get(f"{LIST}?state=elsewhere").status_code == 404


def test_the_menu_counts_the_cases_that_wait_and_open_pages_hear_of_new_ones(
    agent: Browser, shop: Shop, db: Database
) -> None:
    before = standing(db).waiting
    case_id, _order = a_question(shop)
    page = agent.page(LIST)

    assert words_of(page.select_one("#main-nav .count")) == counted(before + 1)
    answer = agent.get(str(page.select_one("main")["data-live"]), headers={"X-Fragment": "live"}).json
    assert str(case_id) in {change["about"] for change in answer["changes"]}
    assert answer["waiting"] == {LIST: counted(before + 1)}
    late = agent.get(f"{LIST}/changes/{lowest_id(datetime.now(UTC) + timedelta(minutes=1))}").json
    assert late == {"changes": [], "waiting": {}}
    for made_up in (UUID(int=0), UUID(int=2**128 - 1)):
        assert agent.get(f"{LIST}/changes/{made_up}").status_code == 200


def test_a_case_that_changes_again_is_told_again(agent: Browser, shop: Shop) -> None:
    case_id, _order = a_question(shop)

    def told() -> set[str]:
        found = agent.get(f"{LIST}/changes/{lowest_id(datetime.now(UTC))}").json["changes"]
        return {change["id"] for change in found if change["about"] == str(case_id)}

    first = told()
    operator_cases.answer(shop.db, shop.merchant_id, case_id, Message("We look into it."), AGENT)
    answered = told()
    assert len(first) == len(answered) == 1
    assert answered != first
    # A further message leaves the case where it stands, and is told all the same.
    operator_cases.answer(shop.db, shop.merchant_id, case_id, Message("It is done."), AGENT)
    assert told() != answered


def test_a_page_that_asks_by_itself_keeps_no_agents_session_alive(
    agent: Browser, robin: Robin, database_server, database_name
) -> None:  # type: ignore[no-untyped-def]
    mine = "user_id = (SELECT id FROM users WHERE email = %(email)s)"
    with database_server.superuser(database_name) as connection:
        connection.execute(
            f"UPDATE agent_sessions SET seen_at = seen_at - interval '2 minutes' WHERE {mine}",
            {"email": robin.email},
        )

    def is_unnoted() -> bool:
        with database_server.superuser(database_name) as connection:
            [row] = connection.execute(
                f"SELECT seen_at < now() - interval '1 minute' FROM agent_sessions WHERE {mine}",
                {"email": robin.email},
            ).fetchall()
        return bool(row[0])

    agent.get(f"{LIST}/changes/{UUID(int=0)}", headers={"X-Fragment": "live"})
    assert is_unnoted()
    agent.page(LIST)
    assert not is_unnoted()


def test_a_case_is_seen_only_in_its_account_which_is_opened_with_a_reason(agent: Browser, shop: Shop) -> None:
    case_id, _order = a_question(shop, "NL-4")
    path = f"{LIST}/{case_id}"
    assert agent.get(path).location == f"{path}/open"
    assert send(agent, f"{path}/open", reason=" ").status_code == 422
    assert agent.page(f"{path}/open").h1 is not None
    assert audit(shop) == []

    page = agent.page(opened(agent, case_id))

    said = words_of(page.main)
    assert "Please stop it." in said
    assert "Call back: +1 206 555 0100" in said
    assert "Order NL-4" in said
    assert audit(shop) == [("account_opened", "Robin Adeyemi", {"reason": "They asked us to"})]


def test_only_one_account_is_open_at_a_time(agent: Browser, shop: Shop, open_shop) -> None:  # type: ignore[no-untyped-def]
    other = open_shop()
    first, second = a_question(shop)[0], a_question(other)[0]
    opened(agent, first)
    opened(agent, second)

    assert agent.get(f"{LIST}/{first}").location == f"{LIST}/{first}/open"
    for more in ("/reply", "/resolve", "/cancel", "/cancel/quote"):
        assert send(agent, f"{LIST}/{first}{more}", message="x", nonce="").status_code == 404
    assert [kind for kind, _name, _after in audit(shop)] == ["account_opened", "account_closed"]

    assert send(agent, f"{LIST}/close").location == LIST
    assert agent.get(f"{LIST}/{second}").status_code == 303
    assert [kind for kind, _name, _after in audit(other)] == ["account_opened", "account_closed"]


def test_an_answer_goes_to_the_merchant_and_the_case_is_resolved(agent: Browser, shop: Shop) -> None:
    case_id, order_id = a_question(shop)
    page = agent.page(opened(agent, case_id))
    fields = {"message": "We look into it.", "nonce": value_of(page, "nonce")}

    for _ in range(2):
        assert send(agent, f"{LIST}/{case_id}/reply", **fields).status_code == 303
    case = queries.operator_case(shop.db, shop.merchant_id, case_id)
    assert [said.body for said in case.messages] == ["Please stop it.", "We look into it."]
    assert case.state is CaseState.WAITING
    assert send(agent, f"{LIST}/{case_id}/reply", message="", nonce="").status_code == 422

    send(agent, f"{LIST}/{case_id}/resolve")
    assert timeline(shop, order_id).startswith(
        "Rescind support marked the team’s question as resolved; Rescind support answered the team; "
    )
    resolved = queries.operator_list(shop.db, CaseState.RESOLVED, limit=1_000)
    assert case_id in {row.case_id for row in resolved.rows}


def test_a_cancellation_is_finished_on_the_merchants_behalf_and_recorded_as_such(
    agent: Browser, shop: Shop
) -> None:
    case_id, order_id = a_question(shop, "NL-6")
    path = opened(agent, case_id)
    [link] = links_named(agent.page(path), "Cancel order")
    window = agent.page(str(link["href"]))
    fields = {**fields_of(window), "reason": "NoInventory"}
    assert send(agent, f"{path}/cancel/quote", **{**fields, "csrf_token": ""}).status_code == 400
    quoted = agent.post(f"{path}/cancel/quote", data=fields, headers={"X-Fragment": "quote"})
    assert quoted.status_code == 200

    for _ in range(2):
        assert agent.post(f"{path}/cancel", data=fields).location == path

    page = order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER)
    [asked] = page.requests
    assert asked.source is ActorKind.SUPPORT_AGENT
    execution.execute(shop.db, shop.merchant_id, asked.id)
    assert "Rescind support asked to cancel 2 × Tea kettle" in timeline(shop, order_id)
    assert "Robin" not in timeline(shop, order_id)
    assert "The shop asked to cancel" in timeline(shop, order_id, ActorKind.BUYER)
    case = queries.operator_case(shop.db, shop.merchant_id, case_id)
    assert [said.body for said in case.messages[1:]] == ["We have canceled what you asked for on order NL-6."]
    assert not links_named(agent.page(path), "Cancel order")
    assert agent.get(f"{path}/cancel").location == path


def test_an_agent_reaches_no_page_of_a_merchant_and_a_member_none_of_the_agents(
    agent: Browser, owner: Browser, shop: Shop
) -> None:
    case_id, order_id = a_question(shop)
    opened(agent, case_id)

    for path in ("/console/orders", f"/console/orders/{order_id}", "/console/settings/policy"):
        assert agent.get(path).location.startswith("/console/sign-in")
    assert agent.get("/console/sign-in").location == LIST
    for path in (LIST, f"{LIST}/{case_id}", f"{LIST}/{case_id}/cancel"):
        assert owner.get(path).status_code == 403
    for more in ("/open", "/reply", "/resolve", "/cancel", "/cancel/quote"):
        assert owner.send(f"{LIST}/{case_id}{more}", reason="x").status_code == 403
    assert owner.send(f"{LIST}/close").status_code == 403


def test_whoever_signs_out_is_out(agent: Browser) -> None:
    kept = agent.get_cookie("console", domain="localhost")
    assert kept is not None
    send(agent, "/console/sign-out")

    assert agent.get(LIST).location.startswith("/console/sign-in")
    agent.set_cookie("console", kept.value)
    assert agent.get(LIST).location.startswith("/console/sign-in")


def test_without_a_second_factor_no_agent_gets_in(visitor: Browser, robin: Robin, db: Database) -> None:
    second_factors.remove_all(db, robin.email, SYSTEM)

    assert visitor.sign_in(robin.email).status_code == 422
    assert visitor.get(LIST).location.startswith("/console/sign-in")


def test_an_agents_address_is_nobody_elses(db: Database, shop: Shop) -> None:
    with pytest.raises(AlreadyExists):
        actions.create_agent(db, shop.email, "Robin", PASSWORD, sealing=("k" * 64,), hashing="ab" * 32)


def test_the_index_of_cases_says_what_the_cases_say(agent: Browser, shop: Shop) -> None:
    case_id, _order = a_question(shop)
    opened(agent, case_id)
    send(agent, f"{LIST}/{case_id}/resolve")

    with shop.db.snapshot(shop.merchant_id) as tx:
        case = tx.session.scalars(select(CaseRecord).where(CaseRecord.id == case_id)).one()
        assert case.state == CaseState.RESOLVED
    open_ones = queries.operator_list(shop.db, CaseState.OPEN, limit=1_000)
    assert case_id not in {row.case_id for row in open_ones.rows}
    assert not buttons_named(read(agent.get(f"{LIST}/{case_id}")), "Resolve")


def test_a_long_list_goes_on_where_it_stopped(agent: Browser, shop: Shop) -> None:
    wanted = {a_question(shop)[0] for _ in range(3)}

    read_so_far: set[UUID] = set()
    cursor = ""
    while True:
        found = queries.operator_list(shop.db, CaseState.OPEN, cursor=cursor, limit=2)
        read_so_far |= {row.case_id for row in found.rows}
        cursor = found.next_cursor
        if not cursor:
            break

    assert wanted <= read_so_far
    assert agent.get(f"{LIST}?after=nonsense").status_code == 422

"""Who may reach which address of the console, and whose orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule

from console.routes import blueprint
from shared import wording
from shared.domain.actors import ActorKind
from shared.domain.permissions import GRANTS, Permission, Role
from shared.queries.orders import order_page
from tests.builders import an_order, cancel, request
from tests.unit.console.browsing import Browser, Shop, read, words_of

OPEN = {
    "console.sign_in",
    "console.sign_out",
    "console.second_step",
    "console.passkey_question",
    "console.sign_in_with_passkey",
    "console.forgot_password",
    "console.open_reset",
    "console.reset_password",
    "console.open_invitation",
    "console.join_team",
}
# For the operator's support agents, whatever a role holds; tests/unit/console/test_agents.py tries them.
OF_AGENTS = {
    "console.agents",
    "console.agent_changes",
    "console.agent_case",
    "console.agent_cancel",
    "console.agent_cancel_quote",
    "console.agent_reply",
    "console.agent_resolve",
    "console.close_account",
    "console.open_account",
}
ASKED = {
    "console.start": Permission.READ,
    "console.orders": Permission.READ,
    "console.order_detail": Permission.READ,
    "console.requests": Permission.READ,
    "console.ended_requests": Permission.READ,
    "console.warehouse_questions": Permission.READ,
    "console.changes": Permission.READ,
    "console.order_exports": Permission.EXPORT,
    "console.export_orders": Permission.EXPORT,
    "console.order_export_file": Permission.EXPORT,
    "console.order_filters": Permission.READ,
    "console.begin_with_filter": Permission.READ,
    "console.delete_filter": Permission.READ,
    "console.choose_order_view": Permission.READ,
    "console.accept_requests": Permission.DECIDE,
    "console.decline_requests": Permission.DECIDE,
    "console.account_health": Permission.READ,
    "console.switch_rate_alerts": Permission.CONFIGURE,
    "console.change_rate_terms": Permission.CONFIGURE,
    "console.health_day": Permission.READ,
    "console.health_table": Permission.READ,
    "console.send_mail_again": Permission.REPLY,
    "console.support": Permission.READ,
    "console.contact_operator": Permission.REPLY,
    "console.operator_case": Permission.REPLY,
    "console.support_case": Permission.READ,
    "console.support_picture": Permission.READ,
    "console.reply_to_case": Permission.REPLY,
    "console.assign_case": Permission.REPLY,
    "console.resolve_case": Permission.REPLY,
    "console.reopen_case": Permission.REPLY,
    "console.offer_credit": Permission.REFUND,
    "console.send_replacement": Permission.REFUND,
    "console.set_up_credit": Permission.REFUND,
    "console.canned_replies": Permission.REPLY,
    "console.canned_reply": Permission.REPLY,
    "console.delete_canned_reply": Permission.REPLY,
    "console.settings": Permission.READ,
    "console.cancellation_policy": Permission.READ,
    "console.policy_versions": Permission.READ,
    "console.reasons": Permission.READ,
    "console.foreign_codes": Permission.READ,
    "console.edit_foreign_codes": Permission.CONFIGURE,
    "console.edit_reason": Permission.CONFIGURE,
    "console.move_reason": Permission.CONFIGURE,
    "console.change_policy": Permission.CONFIGURE,
    "console.restore_policy": Permission.CONFIGURE,
    "console.branding": Permission.READ,
    "console.change_branding": Permission.CONFIGURE,
    "console.mail_texts": Permission.READ,
    "console.mail_text": Permission.READ,
    "console.change_mail_text": Permission.CONFIGURE,
    "console.mail_preview": Permission.READ,
    "console.preview_typed_text": Permission.CONFIGURE,
    "console.send_test_mail": Permission.CONFIGURE,
    "console.use_usual_text": Permission.CONFIGURE,
    "console.change_logo": Permission.CONFIGURE,
    "console.remove_logo": Permission.CONFIGURE,
    "console.bulk_uploads": Permission.READ,
    "console.bulk_upload": Permission.READ,
    "console.bulk_codes": Permission.READ,
    "console.bulk_schema": Permission.READ,
    "console.bulk_template": Permission.READ,
    "console.upload_report": Permission.READ,
    "console.upload_feed": Permission.IMPORT,
    "console.carry_out_upload": Permission.IMPORT,
    "console.stop_upload": Permission.IMPORT,
    "console.cancel_order": Permission.CANCEL,
    "console.cancel_order_quote": Permission.CANCEL,
    "console.cancel_orders": Permission.CANCEL,
    "console.batch": Permission.CANCEL,
    "console.confirm_batch": Permission.CANCEL,
    "console.stop_batch": Permission.CANCEL,
    "console.batch_results": Permission.CANCEL,
    "console.accept_request": Permission.DECIDE,
    "console.decline_request": Permission.DECIDE,
    "console.adjust_price": Permission.REFUND,
    "console.adjust_price_quote": Permission.REFUND,
    "console.answer_for_warehouse": Permission.SHIP,
    "console.import_orders": Permission.IMPORT,
    "console.import_result": Permission.IMPORT,
    "console.import_findings": Permission.IMPORT,
    "console.refund_amount": Permission.REFUND,
    "console.confirm_shipment": Permission.SHIP,
    "console.order_memo": Permission.REPLY,
    "console.send_order_link": Permission.REPLY,
    "console.revoke_links": Permission.REPLY,
    "console.refunds": Permission.READ,
    "console.mark_refunds_paid": Permission.REFUND,
    "console.mark_refund_paid": Permission.REFUND,
    "console.retry_refund": Permission.REFUND,
    "console.pay_refund_by_hand": Permission.REFUND,
    "console.ask_refund_again": Permission.REFUND,
    "console.record_reported_refund": Permission.REFUND,
    "console.dismiss_reported_refund": Permission.REFUND,
    "console.team": Permission.READ,
    "console.invite_member": Permission.MANAGE_TEAM,
    "console.resend_invitation": Permission.MANAGE_TEAM,
    "console.revoke_invitation": Permission.MANAGE_TEAM,
    "console.change_role": Permission.MANAGE_TEAM,
    "console.remove_member": Permission.MANAGE_TEAM,
    "console.require_second_factor": Permission.MANAGE_TEAM,
    "console.api_keys": Permission.CONFIGURE,
    "console.make_api_key": Permission.CONFIGURE,
    "console.revoke_api_key": Permission.CONFIGURE,
    "console.webhooks": Permission.CONFIGURE,
    "console.add_webhook": Permission.CONFIGURE,
    "console.webhook": Permission.CONFIGURE,
    "console.change_webhook": Permission.CONFIGURE,
    "console.pause_webhook": Permission.CONFIGURE,
    "console.resume_webhook": Permission.CONFIGURE,
    "console.rotate_webhook": Permission.CONFIGURE,
    "console.delete_webhook": Permission.CONFIGURE,
    "console.try_webhook": Permission.CONFIGURE,
    "console.send_webhook_again": Permission.CONFIGURE,
    "console.audit_trail": Permission.READ_AUDIT,
    "console.export_audit_trail": Permission.EXPORT,
    "console.change_password": Permission.READ,
    "console.account": Permission.READ,
    "console.authenticator": Permission.READ,
    "console.remove_authenticator": Permission.READ,
    "console.new_passkey": Permission.READ,
    "console.add_passkey": Permission.READ,
    "console.remove_passkey": Permission.READ,
    "console.recovery_codes": Permission.READ,
    "console.end_session": Permission.READ,
    "console.end_other_sessions": Permission.READ,
    "console.switch_merchant": Permission.READ,
    "console.verify": Permission.READ,
    "console.verify_with_passkey": Permission.READ,
}


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Give every address of the console with each method it takes."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(f"{blueprint.name}.") and rule.endpoint not in OPEN | OF_AGENTS:
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule, method


def test_every_address_is_on_the_list_with_the_permission_it_asks_for(app: Flask) -> None:
    assert {rule.endpoint for rule, _ in rules(app)} == set(ASKED)


def test_who_is_not_signed_in_reaches_nothing(app: Flask, visitor: Browser) -> None:
    token = visitor.token()
    for rule, method in rules(app):
        response = visitor.open(_address(app, rule), method=method, data=_body(method, token))
        assert response.status_code == 303, rule
        assert response.location.startswith("/console/sign-in"), rule


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_it_may_and_nothing_else(
    app: Flask, visitor: Browser, open_shop: Callable[..., Shop], role: Role
) -> None:
    visitor.sign_in(open_shop(role=role).email)
    token = visitor.token()

    for rule, method in rules(app):
        # What one action has to say is not read here, and must not stand on the page of the next.
        with visitor.session_transaction(path="/console/") as session:
            session.pop("_flashes", None)
        response = visitor.open(_address(app, rule), method=method, data=_body(method, token))
        allowed = ASKED[rule.endpoint] in GRANTS[role]
        # The ids are nobody's, so whoever may come in finds nothing behind the guard.
        assert (response.status_code == 403) is not allowed, f"{role} {method} {rule}"


def test_the_orders_of_another_merchant_are_nowhere_to_be_found(
    app: Flask, owner: Browser, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    foreign = an_order().with_item(quantity=3).taken_in(other.db, other.merchant_id)
    asked = request(other.db, other.merchant_id, foreign, 1)
    cancel(other.db, other.merchant_id, foreign, 1)
    token = owner.token()

    for rule, method in rules(app):
        if "order_id" not in rule.arguments:
            continue
        bodies = [
            owner.open(address, method=method, data=_body(method, token))
            for address in (
                _address(app, rule, order_id=foreign, request_id=asked),
                _address(app, rule),
                _address(app, rule).replace("/orders/", "/orders/x"),
            )
        ]
        assert [body.status_code for body in bodies] == [404] * 3, f"{method} {rule}"
        assert len({body.get_data() for body in bodies}) == 1, f"{method} {rule}"
    assert "asked to cancel" in _timeline_of(other, foreign)


def test_the_console_begins_at_the_orders(owner: Browser) -> None:
    assert owner.get("/console").location == "/console/orders"


def test_a_forged_form_changes_nothing(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)

    response = owner.post(f"/console/orders/{order_id}/revoke-links", data={"csrf_token": "forged"})

    assert response.status_code == 400


def test_what_is_refused_is_refused_in_the_look(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    visitor.sign_in(open_shop(role=Role.VIEWER).email)

    response = visitor.get(f"/console/orders/{uuid4()}/ship")

    assert response.status_code == 403
    assert words_of(read(response).h1) == "You may not do that"


def _address(app: Flask, rule: Rule, **known: UUID) -> str:
    values = {name: known.get(name, UUID(int=7)) for name in rule.arguments}
    return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def _body(method: str, token: str) -> dict[str, str]:
    return {"csrf_token": token} if method == "POST" else {}


def _timeline_of(shop: Shop, order_id: UUID) -> str:
    page = order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER)
    return " ".join(wording.timeline_for_merchant(row, page.currency) for row in page.timeline)

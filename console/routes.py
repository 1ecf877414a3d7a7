"""Every page of the console, with the permission it asks for."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from console import (
    account,
    adjustments,
    agents,
    amounts,
    audit,
    batches,
    branding,
    bulk,
    bulk_files,
    cancellations,
    exports,
    foreign_codes,
    health,
    imports,
    invitations,
    keys,
    live,
    mail_texts,
    offers,
    operator,
    order_views,
    orders,
    passwords,
    policies,
    reasons,
    refunds,
    replies,
    requests,
    second_factors,
    second_step,
    settings,
    shipments,
    sign_in,
    support,
    team,
    verify,
    webhooks,
)
from console.access import Terms, View, guarded, mount_logins
from console.agent_access import for_agents
from shared.domain.permissions import Permission
from shared.queries.sign_in import Member

blueprint = Blueprint("console", __name__, url_prefix="/console")
mount_logins(blueprint)


def start(_member: Member) -> ResponseReturnValue:
    """Begin at the orders."""
    return redirect(url_for("console.orders"))


def _page(
    rule: str, view: View, *methods: str, may: Permission, sudo: bool = False, during_setup: bool = False
) -> None:
    """Add a page; without a permission none can be added. The other terms are told at Terms."""
    guard = guarded(view, Terms(may, sudo=sudo, during_setup=during_setup))
    blueprint.add_url_rule(rule, view.__name__, guard, methods=methods or ("GET",))


def _own_page(rule: str, view: View, *methods: str, sudo: bool = False) -> None:
    """Add a page of one's own account, which is there for everybody who is signed in."""
    _page(rule, view, *methods, may=Permission.READ, sudo=sudo, during_setup=True)


def _agents_page(rule: str, view: View, *methods: str) -> None:
    """Add a page of the operator's support agents."""
    blueprint.add_url_rule(f"/agents{rule}", view.__name__, for_agents(view), methods=methods or ("GET",))


def _door(rule: str, view: View, *methods: str) -> None:
    """Add one of the few addresses that nobody has to be signed in for."""
    blueprint.add_url_rule(rule, view.__name__, view, methods=methods)


_door("/sign-in", sign_in.sign_in, "GET", "POST")
_door("/sign-in/code", second_step.second_step, "GET", "POST")
_door("/sign-in/passkey", second_step.passkey_question, "GET")
_door("/sign-in/passkey", second_step.sign_in_with_passkey, "POST")
_door("/sign-out", sign_in.sign_out, "POST")
_door("/forgot", passwords.forgot_password, "GET", "POST")
_door("/reset/<string:token>", passwords.open_reset, "GET")
_door("/reset", passwords.reset_password, "GET", "POST")
_door("/join/<string:token>", invitations.open_invitation, "GET")
_door("/join", invitations.join_team, "GET", "POST")

_ORDER = "/orders/<uuid:order_id>"
_BATCH = "/batches/<uuid:run_id>"
_BULK = "/bulk/<uuid:run_id>"
_CASE = "/support/<uuid:case_id>"
_REPLY = "/settings/replies/<uuid:reply_id>"
_REQUEST = f"{_ORDER}/requests/<uuid:request_id>"
_REFUND = f"{_ORDER}/refunds/<uuid:refund_id>"
_REASON = "/settings/reasons/<string:code>"
_CODES = "/settings/reasons/codes/<string:name>"
_VERSION = "/settings/policy/versions/<uuid:version_id>"
_MAIL = "/settings/branding/emails/<string:event>"
_REPORTED = "/reported-refunds/<uuid:reported_id>"

_page("", start, may=Permission.READ)
_page("/changes/<uuid:seen>", live.changes, may=Permission.READ)
_page("/orders", orders.orders, may=Permission.READ)
_page("/exports", exports.order_exports, may=Permission.EXPORT)
_page("/exports", exports.export_orders, "POST", may=Permission.EXPORT)
_page("/exports/<uuid:export_id>/file", exports.order_export_file, may=Permission.EXPORT)
_page("/orders/filters", order_views.order_filters, "GET", "POST", may=Permission.READ)
_page("/orders/filters/default", order_views.begin_with_filter, "POST", may=Permission.READ)
_page("/orders/filters/delete", order_views.delete_filter, "POST", may=Permission.READ)
_page("/orders/view", order_views.choose_order_view, "GET", "POST", may=Permission.READ)
_page("/orders/cancel", batches.cancel_orders, "GET", "POST", may=Permission.CANCEL)
_page(_BATCH, batches.batch, may=Permission.CANCEL)
_page(f"{_BATCH}/confirm", batches.confirm_batch, "POST", may=Permission.CANCEL)
_page(f"{_BATCH}/stop", batches.stop_batch, "POST", may=Permission.CANCEL)
_page(f"{_BATCH}/results", batches.batch_results, may=Permission.CANCEL)
_page(_ORDER, orders.order_detail, may=Permission.READ)
_page("/orders/import", imports.import_orders, "GET", "POST", may=Permission.IMPORT)
_page("/orders/import/<uuid:upload_id>", imports.import_result, may=Permission.IMPORT)
_page("/orders/import/<uuid:upload_id>/findings", imports.import_findings, may=Permission.IMPORT)
_page("/requests", requests.requests, may=Permission.READ)
_page("/requests/ended", requests.ended_requests, may=Permission.READ)
_page("/requests/accept", requests.accept_requests, "GET", "POST", may=Permission.DECIDE)
_page("/requests/decline", requests.decline_requests, "GET", "POST", may=Permission.DECIDE)
_page("/requests/warehouse", requests.warehouse_questions, may=Permission.READ)
_page("/bulk", bulk.bulk_uploads, may=Permission.READ)
_page("/bulk", bulk.upload_feed, "POST", may=Permission.IMPORT)
_page("/bulk/codes", bulk.bulk_codes, may=Permission.READ)
_page("/bulk/schema", bulk_files.bulk_schema, may=Permission.READ)
_page("/bulk/template", bulk_files.bulk_template, may=Permission.READ)
_page(_BULK, bulk.bulk_upload, may=Permission.READ)
_page(f"{_BULK}/carry-out", bulk.carry_out_upload, "POST", may=Permission.IMPORT)
_page(f"{_BULK}/report", bulk.upload_report, may=Permission.READ)
_page(f"{_BULK}/stop", bulk.stop_upload, "POST", may=Permission.IMPORT)
_page("/health", health.account_health, may=Permission.READ)
_page("/health/alerts", health.switch_rate_alerts, "POST", may=Permission.CONFIGURE)
_page("/health/rate", health.change_rate_terms, "POST", may=Permission.CONFIGURE)
_page("/health/days/<string:day>", health.health_day, may=Permission.READ)
_page("/health/tables/<string:name>", health.health_table, may=Permission.READ)
_page("/support", support.support, may=Permission.READ)
_page(_CASE, support.support_case, may=Permission.READ)
_page(f"{_CASE}/reply", support.reply_to_case, "POST", may=Permission.REPLY)
_page(f"{_CASE}/assign", support.assign_case, "POST", may=Permission.REPLY)
_page(f"{_CASE}/resolve", support.resolve_case, "POST", may=Permission.REPLY)
_page(f"{_CASE}/reopen", support.reopen_case, "POST", may=Permission.REPLY)
_page(f"{_CASE}/credit", offers.offer_credit, "GET", "POST", may=Permission.REFUND)
_page(f"{_CASE}/replacement", offers.send_replacement, "GET", "POST", may=Permission.REFUND)
_page("/support/offers/<uuid:offer_id>/set-up", offers.set_up_credit, "POST", may=Permission.REFUND)
_page("/support/pictures/<uuid:picture_id>", support.support_picture, may=Permission.READ)
_page("/contact", operator.contact_operator, "GET", "POST", may=Permission.REPLY)
_page("/contact/<uuid:case_id>", operator.operator_case, "GET", "POST", may=Permission.REPLY)
_page("/settings", settings.settings, may=Permission.READ)
_page("/settings/replies", replies.canned_replies, "GET", "POST", may=Permission.REPLY)
_page(_REPLY, replies.canned_reply, "GET", "POST", may=Permission.REPLY)
_page(f"{_REPLY}/delete", replies.delete_canned_reply, "POST", may=Permission.REPLY)
_page("/settings/policy", policies.cancellation_policy, may=Permission.READ)
_page("/settings/policy", policies.change_policy, "POST", may=Permission.CONFIGURE)
_page("/settings/policy/versions", policies.policy_versions, may=Permission.READ)
_page("/settings/reasons", reasons.reasons, may=Permission.READ)
_page("/settings/reasons/codes", foreign_codes.foreign_codes, may=Permission.READ)
_page(_CODES, foreign_codes.edit_foreign_codes, "GET", "POST", may=Permission.CONFIGURE)
_page(_REASON, reasons.edit_reason, "GET", "POST", may=Permission.CONFIGURE)
_page(f"{_REASON}/move", reasons.move_reason, "POST", may=Permission.CONFIGURE)
_page(f"{_VERSION}/restore", policies.restore_policy, "POST", may=Permission.CONFIGURE)
_page("/settings/branding", branding.branding, may=Permission.READ)
_page("/settings/branding", branding.change_branding, "POST", may=Permission.CONFIGURE)
_page("/settings/branding/emails", mail_texts.mail_texts, may=Permission.READ)
_page(_MAIL, mail_texts.mail_text, may=Permission.READ)
_page(_MAIL, mail_texts.change_mail_text, "POST", may=Permission.CONFIGURE)
_page(f"{_MAIL}/preview", mail_texts.mail_preview, may=Permission.READ)
_page(f"{_MAIL}/preview", mail_texts.preview_typed_text, "POST", may=Permission.CONFIGURE)
_page(f"{_MAIL}/test", mail_texts.send_test_mail, "POST", may=Permission.CONFIGURE)
_page(f"{_MAIL}/usual", mail_texts.use_usual_text, "POST", may=Permission.CONFIGURE)
_page("/settings/branding/logo", branding.change_logo, "POST", may=Permission.CONFIGURE)
_page("/settings/branding/logo/remove", branding.remove_logo, "POST", may=Permission.CONFIGURE)
_page(f"{_ORDER}/cancel", cancellations.cancel_order, "GET", "POST", may=Permission.CANCEL)
_page(f"{_ORDER}/cancel/quote", cancellations.cancel_order_quote, "POST", may=Permission.CANCEL)
_page(f"{_ORDER}/adjust", adjustments.adjust_price, "GET", "POST", may=Permission.REFUND)
_page(f"{_ORDER}/adjust/quote", adjustments.adjust_price_quote, "POST", may=Permission.REFUND)
_page(f"{_REQUEST}/accept", cancellations.accept_request, "POST", may=Permission.DECIDE)
_page(f"{_REQUEST}/decline", cancellations.decline_request, "GET", "POST", may=Permission.DECIDE)
_page(f"{_REQUEST}/amount", amounts.refund_amount, "GET", "POST", may=Permission.REFUND)
_page(f"{_REQUEST}/warehouse", cancellations.answer_for_warehouse, "POST", may=Permission.SHIP)
_page(f"{_ORDER}/ship", shipments.confirm_shipment, "GET", "POST", may=Permission.SHIP)
_page(f"{_ORDER}/memo", orders.order_memo, "GET", "POST", may=Permission.REPLY)
_page(f"{_ORDER}/send-link", orders.send_order_link, "POST", may=Permission.REPLY)
_page(f"{_ORDER}/mails/<uuid:message_id>/again", orders.send_mail_again, "POST", may=Permission.REPLY)
_page(f"{_ORDER}/revoke-links", orders.revoke_links, "POST", may=Permission.REPLY)
_page("/refunds", refunds.refunds, may=Permission.READ)
_page("/refunds/paid", refunds.mark_refunds_paid, "POST", may=Permission.REFUND)
_page(f"{_REFUND}/paid", refunds.mark_refund_paid, "POST", may=Permission.REFUND)
_page(f"{_REFUND}/retry", refunds.retry_refund, "POST", may=Permission.REFUND)
_page(f"{_REFUND}/by-hand", refunds.pay_refund_by_hand, "POST", may=Permission.REFUND)
_page(f"{_REFUND}/ask", refunds.ask_refund_again, "POST", may=Permission.REFUND)
_page(f"{_REPORTED}/record", refunds.record_reported_refund, "POST", may=Permission.REFUND)
_page(f"{_REPORTED}/dismiss", refunds.dismiss_reported_refund, "POST", may=Permission.REFUND)

_PASSKEYS = "/account/passkeys"
_SESSIONS = "/account/sessions"
_own_page("/account", account.account)
_own_page("/account/authenticator", second_factors.authenticator, "GET", "POST", sudo=True)
_own_page("/account/authenticator/remove", second_factors.remove_authenticator, "POST", sudo=True)
_own_page(_PASSKEYS, second_factors.new_passkey, "GET", sudo=True)
_own_page(_PASSKEYS, second_factors.add_passkey, "POST", sudo=True)
_own_page(f"{_PASSKEYS}/<uuid:passkey_id>/remove", second_factors.remove_passkey, "POST", sudo=True)
_own_page("/account/recovery-codes", second_factors.recovery_codes, "GET", "POST", sudo=True)
_own_page(f"{_SESSIONS}/<uuid:session_id>/end", account.end_session, "POST")
_own_page(f"{_SESSIONS}/end-others", account.end_other_sessions, "POST")
_own_page("/account/password", passwords.change_password, "POST")
_own_page("/switch", account.switch_merchant, "GET", "POST")
_own_page("/verify", verify.verify, "GET", "POST")
_own_page("/verify/passkey", verify.verify_with_passkey, "POST")

_ASKED = "/<uuid:case_id>"
_agents_page("", agents.agents)
_agents_page("/changes/<uuid:seen>", live.agent_changes)
_agents_page("/close", agents.close_account, "POST")
_agents_page(_ASKED, agents.agent_case)
_agents_page(f"{_ASKED}/open", agents.open_account, "GET", "POST")
_agents_page(f"{_ASKED}/reply", agents.agent_reply, "POST")
_agents_page(f"{_ASKED}/resolve", agents.agent_resolve, "POST")
_agents_page(f"{_ASKED}/cancel", agents.agent_cancel, "GET", "POST")
_agents_page(f"{_ASKED}/cancel/quote", agents.agent_cancel_quote, "POST")

_TEAM = "/settings/team"
_MEMBER = f"{_TEAM}/<uuid:member_id>"
_INVITATION = f"{_TEAM}/invitations/<uuid:invitation_id>"
_KEYS = "/settings/keys"
_WEBHOOKS = "/settings/webhooks"
_WEBHOOK = f"{_WEBHOOKS}/<uuid:endpoint_id>"
_SENT = f"{_WEBHOOK}/deliveries/<uuid:delivery_id>"
_AUDIT = "/settings/audit"
_page(_TEAM, team.team, may=Permission.READ)
_page(f"{_TEAM}/invite", team.invite_member, "POST", may=Permission.MANAGE_TEAM, sudo=True)
_page(f"{_INVITATION}/resend", team.resend_invitation, "POST", may=Permission.MANAGE_TEAM, sudo=True)
_page(f"{_INVITATION}/revoke", team.revoke_invitation, "POST", may=Permission.MANAGE_TEAM, sudo=True)
_page(f"{_MEMBER}/role", team.change_role, "POST", may=Permission.MANAGE_TEAM, sudo=True)
_page(f"{_MEMBER}/remove", team.remove_member, "GET", "POST", may=Permission.MANAGE_TEAM, sudo=True)
_page(f"{_TEAM}/second-factor", team.require_second_factor, "POST", may=Permission.MANAGE_TEAM, sudo=True)
_page(_KEYS, keys.api_keys, may=Permission.CONFIGURE)
_page(_KEYS, keys.make_api_key, "POST", may=Permission.CONFIGURE, sudo=True)
_page(
    f"{_KEYS}/<uuid:key_id>/revoke", keys.revoke_api_key, "GET", "POST", may=Permission.CONFIGURE, sudo=True
)
_page(_WEBHOOKS, webhooks.webhooks, may=Permission.CONFIGURE)
_page(_WEBHOOKS, webhooks.add_webhook, "POST", may=Permission.CONFIGURE, sudo=True)
_page(_WEBHOOK, webhooks.webhook, may=Permission.CONFIGURE)
_page(_WEBHOOK, webhooks.change_webhook, "POST", may=Permission.CONFIGURE, sudo=True)
_page(f"{_WEBHOOK}/pause", webhooks.pause_webhook, "POST", may=Permission.CONFIGURE, sudo=True)
_page(f"{_WEBHOOK}/resume", webhooks.resume_webhook, "POST", may=Permission.CONFIGURE, sudo=True)
_page(f"{_WEBHOOK}/rotate", webhooks.rotate_webhook, "POST", may=Permission.CONFIGURE, sudo=True)
_page(f"{_WEBHOOK}/delete", webhooks.delete_webhook, "GET", "POST", may=Permission.CONFIGURE, sudo=True)
_page(f"{_WEBHOOK}/test", webhooks.try_webhook, "POST", may=Permission.CONFIGURE)
_page(f"{_SENT}/again", webhooks.send_webhook_again, "POST", may=Permission.CONFIGURE)
_page(_AUDIT, audit.audit_trail, may=Permission.READ_AUDIT)
_page(f"{_AUDIT}/export", audit.export_audit_trail, "POST", may=Permission.EXPORT)

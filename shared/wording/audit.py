"""The words for what the audit trail tells."""

from collections.abc import Mapping

from shared.domain.audit import AuditKind
from shared.domain.sign_in import Proof
from shared.rendering import N_
from shared.rendering import gettext as _

_KINDS: Mapping[AuditKind, str] = {
    AuditKind.SIGNED_IN: N_("Signed in"),
    AuditKind.SIGN_IN_FAILED: N_("Sign-in failed"),
    AuditKind.SIGN_IN_LOCKED: N_("Sign-in stopped after too many attempts"),
    AuditKind.SIGNED_OUT: N_("Signed out"),
    AuditKind.SESSION_ENDED: N_("Session ended"),
    AuditKind.PASSWORD_CHANGED: N_("Password changed"),
    AuditKind.PASSWORD_RESET_ASKED: N_("Password reset asked for"),
    AuditKind.PASSWORD_RESET: N_("Password reset"),
    AuditKind.SECOND_FACTOR_ADDED: N_("Second factor added"),
    AuditKind.SECOND_FACTOR_REMOVED: N_("Second factor removed"),
    AuditKind.SECOND_FACTOR_RULE_CHANGED: N_("Second factor rule changed"),
    AuditKind.RECOVERY_CODES_MADE: N_("Recovery codes made"),
    AuditKind.RECOVERY_CODE_USED: N_("Recovery code used"),
    AuditKind.INVITED: N_("Invitation sent"),
    AuditKind.INVITATION_REVOKED: N_("Invitation revoked"),
    AuditKind.JOINED: N_("Joined the team"),
    AuditKind.ROLE_CHANGED: N_("Role changed"),
    AuditKind.MEMBER_REMOVED: N_("Removed from the team"),
    AuditKind.KEY_MADE: N_("API key made"),
    AuditKind.KEY_REVOKED: N_("API key revoked"),
    AuditKind.POLICY_CHANGED: N_("Cancellation policy changed"),
    AuditKind.REASONS_CHANGED: N_("Reasons changed"),
    AuditKind.FOREIGN_CODES_CHANGED: N_("Codes from elsewhere changed"),
    AuditKind.BRANDING_CHANGED: N_("Branding changed"),
    AuditKind.WEBHOOK_ADDED: N_("Webhook endpoint added"),
    AuditKind.WEBHOOK_CHANGED: N_("Webhook endpoint changed"),
    AuditKind.WEBHOOK_SECRET_ROTATED: N_("Webhook secret replaced"),
    AuditKind.WEBHOOK_REMOVED: N_("Webhook endpoint removed"),
    AuditKind.WEBHOOK_DISABLED: N_("Webhook endpoint switched off: it answered that it is gone"),
    AuditKind.WEBHOOK_SENT_AGAIN: N_("Webhook event sent again"),
    AuditKind.SETTINGS_CHANGED: N_("Settings changed"),
    AuditKind.EXPORTED: N_("Data exported"),
    AuditKind.ACCOUNT_OPENED: N_("Account opened by Rescind support"),
    AuditKind.ACCOUNT_CLOSED: N_("Account closed by Rescind support"),
}

_PROOFS: Mapping[Proof, str] = {
    Proof.PASSWORD: N_("password"),
    Proof.TOTP: N_("authenticator app"),
    Proof.RECOVERY_CODE: N_("recovery code"),
    Proof.PASSKEY: N_("passkey"),
    Proof.INVITATION: N_("invitation"),
}


def audit_kind(kind: AuditKind) -> str:
    """Name what was done."""
    return _(_KINDS[kind])


def proof(shown: Proof) -> str:
    """Name what somebody showed to be let in, within a sentence."""
    return _(_PROOFS[shown])

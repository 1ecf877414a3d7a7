"""What the audit trail of a merchant's account tells: who let whom in, and who changed which settings."""

from enum import StrEnum


class AuditKind(StrEnum):
    """What was done, in the past tense; orders have a timeline of their own."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_LOCKED = "sign_in_locked"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - an event, no password
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105 - as above
    PASSWORD_RESET = "password_reset"  # noqa: S105 - as above
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_RULE_CHANGED = "second_factor_rule_changed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    INVITED = "invited"
    INVITATION_REVOKED = "invitation_revoked"
    JOINED = "joined"
    ROLE_CHANGED = "role_changed"
    MEMBER_REMOVED = "member_removed"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    POLICY_CHANGED = "policy_changed"
    REASONS_CHANGED = "reasons_changed"
    FOREIGN_CODES_CHANGED = "foreign_codes_changed"
    BRANDING_CHANGED = "branding_changed"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_SECRET_ROTATED = "webhook_secret_rotated"  # noqa: S105 - an event, no secret
    WEBHOOK_REMOVED = "webhook_removed"
    WEBHOOK_DISABLED = "webhook_disabled"
    WEBHOOK_SENT_AGAIN = "webhook_sent_again"
    SETTINGS_CHANGED = "settings_changed"
    EXPORTED = "exported"
    ACCOUNT_OPENED = "account_opened"
    ACCOUNT_CLOSED = "account_closed"

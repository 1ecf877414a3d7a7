"""What has happened to an order: one name each for timeline, e-mail folder, effect and webhook."""

from enum import StrEnum


class Event(StrEnum):
    """Past tense, once and for all."""

    ORDER_TAKEN_IN = "order_taken_in"
    ORDER_SHIPPED = "order_shipped"
    CANCELLATION_REQUESTED = "cancellation_requested"
    CANCELLATION_ACCEPTING = "cancellation_accepting"
    CANCELLATION_ACCEPTED = "cancellation_accepted"
    CANCELLATION_DECLINED = "cancellation_declined"
    CANCELLATION_REINSTATED = "cancellation_reinstated"
    CANCELLATION_WITHDRAWN = "cancellation_withdrawn"
    WAREHOUSE_ASKED = "warehouse_asked"
    WAREHOUSE_ANSWERED = "warehouse_answered"
    PAYMENT_VOIDED = "payment_voided"
    PRICE_ADJUSTED = "price_adjusted"
    ORDER_CHANGED = "order_changed"
    ORDER_FACTS_ADDED = "order_facts_added"
    AMOUNT_ENTERED = "amount_entered"
    SHIPMENT_REFUSED = "shipment_refused"
    REFUND_SENT = "refund_sent"
    REFUND_FAILED = "refund_failed"
    VOID_FAILED = "void_failed"
    REFUND_RETRIED = "refund_retried"
    REFUND_REPORTED = "refund_reported"
    REFUND_RECORDED = "refund_recorded"
    REFUND_DISMISSED = "refund_dismissed"
    RESTOCKED = "restocked"
    MEMO_CHANGED = "memo_changed"
    LINKS_REVOKED = "links_revoked"
    MAIL_SENT_AGAIN = "mail_sent_again"
    CASE_OPENED = "case_opened"
    CASE_REPLIED = "case_replied"
    CASE_RESOLVED = "case_resolved"
    CASE_REOPENED = "case_reopened"
    REPLACEMENT_SENT = "replacement_sent"
    CREDIT_GIVEN = "credit_given"
    CREDIT_SET_UP = "credit_set_up"
    OPERATOR_ASKED = "operator_asked"
    OPERATOR_REPLIED = "operator_replied"
    OPERATOR_RESOLVED = "operator_resolved"


class MailEvent(StrEnum):
    """The e-mails that are sent; each has its folder under templates/email."""

    ORDER_CONFIRMED = "order_confirmed"
    ORDER_LINK_SENT = "order_link_sent"
    CANCELLATION_REQUESTED = "cancellation_requested"
    CANCELLATION_ACCEPTED = "cancellation_accepted"
    CANCELLATION_DECLINED = "cancellation_declined"
    CANCELLATION_REINSTATED = "cancellation_reinstated"
    CANCELLATION_WITHDRAWN = "cancellation_withdrawn"
    REFUND_SENT = "refund_sent"
    REFUND_FAILED = "refund_failed"
    REFUND_REPORTED = "refund_reported"
    MEMBER_INVITED = "member_invited"
    ROLE_CHANGED = "role_changed"
    MEMBER_REMOVED = "member_removed"
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105 - an event, no password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - as above
    CASE_OPENED = "case_opened"
    CASE_REPLIED = "case_replied"
    OPERATOR_REPLIED = "operator_replied"
    EXPORT_READY = "export_ready"
    RATE_WARNED = "rate_warned"


# These go to the team: owners and managers, whatever the merchant mails to buyers.
TO_TEAM = frozenset(
    {MailEvent.REFUND_FAILED, MailEvent.REFUND_REPORTED, MailEvent.CASE_OPENED, MailEvent.RATE_WARNED}
)


class EffectKind(StrEnum):
    """What must happen after a transaction, written inside it."""

    EXECUTE_CANCELLATION = "execute_cancellation"
    APPLY_SILENCE = "apply_silence"
    END_QUESTION = "end_question"
    ADVANCE_RUN = "advance_run"
    SEND_MAIL = "send_mail"
    SEND_LETTER = "send_letter"
    CARRY_OUT_UPLOAD = "carry_out_upload"
    SEND_REFUND = "send_refund"
    LOOK_UP_REFUND = "look_up_refund"
    WRITE_EXPORT = "write_export"
    FORGET_EXPORT = "forget_export"
    CHECK_RATE = "check_rate"
    SEND_WEBHOOK = "send_webhook"

"""The words for a shop: what it allows, who is in its team, what its e-mails are about."""

from collections.abc import Mapping

from shared.domain.events import MailEvent
from shared.domain.permissions import Role
from shared.domain.policy import Mode, Policy
from shared.rendering import N_
from shared.rendering import gettext as _

_ROLES: Mapping[Role, str] = {
    Role.OWNER: N_("owner"),
    Role.MANAGER: N_("manager"),
    Role.AGENT: N_("agent"),
    Role.VIEWER: N_("viewer"),
}
_MAIL_EVENTS: Mapping[MailEvent, str] = {
    MailEvent.ORDER_CONFIRMED: N_("Order confirmed"),
    MailEvent.ORDER_LINK_SENT: N_("Order link sent"),
    MailEvent.EXPORT_READY: N_("Export ready"),
    MailEvent.CANCELLATION_REQUESTED: N_("Cancellation requested"),
    MailEvent.CANCELLATION_ACCEPTED: N_("Cancellation accepted"),
    MailEvent.CANCELLATION_DECLINED: N_("Cancellation declined"),
    MailEvent.CANCELLATION_REINSTATED: N_("Cancellation stopped"),
    MailEvent.CANCELLATION_WITHDRAWN: N_("Cancellation withdrawn"),
    MailEvent.REFUND_SENT: N_("Refund sent"),
    MailEvent.REFUND_FAILED: N_("Refund failed"),
    MailEvent.REFUND_REPORTED: N_("Refund reported"),
    MailEvent.RATE_WARNED: N_("Cancellation rate near its limit"),
    MailEvent.MEMBER_INVITED: N_("Invited to the team"),
    MailEvent.ROLE_CHANGED: N_("Role changed"),
    MailEvent.MEMBER_REMOVED: N_("Removed from the team"),
    MailEvent.PASSWORD_RESET_ASKED: N_("Password reset asked for"),
    MailEvent.PASSWORD_CHANGED: N_("Password changed"),
    MailEvent.CASE_OPENED: N_("Message from a customer"),
    MailEvent.CASE_REPLIED: N_("Answer to a message"),
    MailEvent.OPERATOR_REPLIED: N_("Answer from Rescind support"),
}
_MODES: Mapping[Mode, str] = {
    Mode.REVIEW: N_("Review"),
    Mode.AUTOMATIC: N_("Accepted at once"),
    Mode.RULES: N_("Rules, else review"),
}


def mail_event(event: MailEvent) -> str:
    """Name what an e-mail is about."""
    return _(_MAIL_EVENTS[event])


def role(code: Role) -> str:
    """Name a merchant user's place in the team."""
    return _(_ROLES[code])


def policy(rules: Policy) -> str:
    """Say in a few words who decides and until when."""
    parts = [_(_MODES[rules.mode])]
    if rules.window_hours is not None:
        parts.append(_("%(hours)s hours to cancel") % {"hours": rules.window_hours})
    if rules.silence_hours is not None and rules.mode is not Mode.AUTOMATIC:
        parts.append(_("%(hours)s hours to decide") % {"hours": rules.silence_hours})
    if rules.warehouse is not None:
        parts.append(_("%(minutes)s minutes for the warehouse") % {"minutes": rules.warehouse.answer_minutes})
    return ", ".join(parts)

"""The words for every status, reason and refusal, in the language being spoken: templates ask here."""

from shared.wording.audit import audit_kind, proof
from shared.wording.blockers import blocker, next_step, why_not
from shared.wording.changes import order_part
from shared.wording.health import asker, outcome, rate_level
from shared.wording.lists import column, export_state, order_sort
from shared.wording.policies import trial_outcome, trial_state
from shared.wording.reasons import (
    code_list,
    decline_reason,
    decline_reasons,
    giver,
    reason,
    reason_said,
)
from shared.wording.refunds import (
    gateway,
    kept,
    payment_name,
    refund_expected,
    refunded_to,
    trouble,
    withheld,
)
from shared.wording.runs import row_problem, row_remedy, run_note, run_state
from shared.wording.shops import mail_event, policy, role
from shared.wording.statuses import (
    Badge,
    item_status,
    order_status,
    payment_status,
    refund_state,
    refund_state_for_buyer,
    void_state,
)
from shared.wording.support import (
    case_note,
    case_state,
    case_state_for_asker,
    categories,
    category,
    credit_given,
    offer,
    operator_state,
    refund_given,
    replacement_sent,
    reply_field,
)
from shared.wording.timeline import actor, timeline_for_buyer, timeline_for_merchant
from shared.wording.times import duration, pace
from shared.wording.uploads import upload_state
from shared.wording.webhooks import (
    address_fault,
    delivery_state,
    endpoint_off,
    endpoint_state,
    event_under_way,
    too_many_endpoints,
)

__all__ = [
    "Badge",
    "actor",
    "address_fault",
    "asker",
    "audit_kind",
    "blocker",
    "case_note",
    "case_state",
    "case_state_for_asker",
    "categories",
    "category",
    "code_list",
    "column",
    "credit_given",
    "decline_reason",
    "decline_reasons",
    "delivery_state",
    "duration",
    "endpoint_off",
    "endpoint_state",
    "event_under_way",
    "export_state",
    "gateway",
    "giver",
    "item_status",
    "kept",
    "mail_event",
    "next_step",
    "offer",
    "operator_state",
    "order_part",
    "order_sort",
    "order_status",
    "outcome",
    "pace",
    "payment_name",
    "payment_status",
    "policy",
    "proof",
    "rate_level",
    "reason",
    "reason_said",
    "refund_expected",
    "refund_given",
    "refund_state",
    "refund_state_for_buyer",
    "refunded_to",
    "replacement_sent",
    "reply_field",
    "role",
    "row_problem",
    "row_remedy",
    "run_note",
    "run_state",
    "timeline_for_buyer",
    "timeline_for_merchant",
    "too_many_endpoints",
    "trial_outcome",
    "trial_state",
    "trouble",
    "upload_state",
    "void_state",
    "why_not",
    "withheld",
]

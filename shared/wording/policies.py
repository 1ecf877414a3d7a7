"""The words for a cancellation policy: each setting as a sentence, and what a change makes different."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.cancellation import RequestState
from shared.domain.policy import (
    DiscountPolicy,
    Fee,
    FeeStep,
    Mode,
    Policy,
    ShippingPolicy,
    SilenceOutcome,
    Warehouse,
    WarehouseAnswer,
    WindowFrom,
)
from shared.domain.rules import Decision, Rule
from shared.domain.trials import TrialOutcome
from shared.rendering import N_, format_money, ngettext, spoken_locale
from shared.rendering import gettext as _
from shared.wording.reasons import reason

_MODES = {
    Mode.REVIEW: N_("Your team decides each request."),
    Mode.AUTOMATIC: N_("Every request is accepted at once."),
    Mode.RULES: N_("The first rule that fits decides; where none fits, your team does."),
}
_DECISIONS = {
    Decision.ACCEPT: N_("Accept at once"),
    Decision.DECLINE: N_("Decline at once"),
    Decision.PERSON: N_("Leave to your team"),
}
_SHIPPING = {
    ShippingPolicy.LAST_UNIT: N_("Refunded when the last item of an order is canceled."),
    ShippingPolicy.NEVER: N_("Never refunded."),
    ShippingPolicy.PRO_RATA: N_("Each item brings its share of the shipping back."),
}
_DISCOUNTS = {
    DiscountPolicy.LOCK: N_("What the customer keeps stays at the price it was bought for."),
    DiscountPolicy.REPRICE: N_(
        "A discount that the rest no longer earns lowers the refund, as the customer is shown before."
    ),
    DiscountPolicy.TOGETHER: N_("Items of one promotion are canceled together or not at all."),
}
_STARTS = {
    WindowFrom.ORDERED: N_("from the order"),
    WindowFrom.PAID: N_("from the payment"),
}
_SILENCES = {
    SilenceOutcome.ACCEPT: N_("accepted"),
    SilenceOutcome.DECLINE: N_("declined"),
}
_ANSWERS = {
    WarehouseAnswer.STOPPED: N_("stopped in time"),
    WarehouseAnswer.TOO_LATE: N_("too late, it ships"),
}

_OUTCOMES = {
    TrialOutcome.AT_ONCE: N_("Accepted at once"),
    TrialOutcome.ASKED: N_("Left to your team"),
    TrialOutcome.DECLINED: N_("Declined by a rule"),
    TrialOutcome.REFUSED: N_("Could not be asked for"),
}
_STATES = {
    RequestState.REQUESTED: N_("Still waiting"),
    RequestState.ACCEPTING: N_("Being carried out"),
    RequestState.ACCEPTED: N_("Canceled in the end"),
    RequestState.DECLINED: N_("Declined in the end"),
    RequestState.WITHDRAWN: N_("Withdrawn by the customer"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a policy: what it is about, and what holds."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that differs between two policies; empty words mean that there was or is none."""

    name: str
    before: str
    after: str


def mode(code: Mode) -> str:
    """Say who decides."""
    return _(_MODES[code])


def decision(code: Decision) -> str:
    """Name what a rule decides."""
    return _(_DECISIONS[code])


def shipping(code: ShippingPolicy) -> str:
    """Say when shipping goes back."""
    return _(_SHIPPING[code])


def discounts(code: DiscountPolicy) -> str:
    """Say what becomes of discounts."""
    return _(_DISCOUNTS[code])


def window_from(code: WindowFrom) -> str:
    """Say what the window is counted from."""
    return _(_STARTS[code])


def silence_outcome(code: SilenceOutcome) -> str:
    """Say what becomes of a request that nobody decided."""
    return _(_SILENCES[code])


def warehouse_answer(code: WarehouseAnswer) -> str:
    """Say what a warehouse's silence means."""
    return _(_ANSWERS[code])


def trial_outcome(code: TrialOutcome) -> str:
    """Say what becomes of a request when it is made."""
    return _(_OUTCOMES[code])


def trial_state(code: RequestState) -> str:
    """Say what has become of a request since."""
    return _(_STATES[code])


def settings(policy: Policy, currency: str, *, self_service: bool) -> tuple[Setting, ...]:
    """Tell a policy setting by setting; amounts are written in the currency given."""
    return (
        Setting(_("Customers may ask"), _("Yes.") if self_service else _("No, they are sent to you.")),
        Setting(_("Time to ask"), _window(policy)),
        Setting(_("Unpaid orders"), _pending(policy)),
        Setting(_("Asking again"), _ask_again(policy)),
        Setting(_("Who decides"), mode(policy.mode)),
        *(
            Setting(_("Rule %(number)s") % {"number": number}, rule(one, currency))
            for number, one in enumerate(policy.rules, 1)
        ),
        Setting(_("When nobody decides"), _silence(policy)),
        Setting(_("Time to undo"), _undo(policy)),
        Setting(_("Warehouse"), _warehouse(policy.warehouse)),
        Setting(_("Shipping costs"), shipping(policy.shipping)),
        Setting(_("Discounts"), discounts(policy.discount)),
        Setting(_("Cancellation fee"), fee(policy.fee, currency)),
    )


def changes(before: Sequence[Setting], after: Sequence[Setting]) -> tuple[SettingChange, ...]:
    """Tell which settings differ; a rule that was added or removed is one of them."""
    was = {setting.name: setting.words for setting in before}
    is_now = {setting.name: setting.words for setting in after}
    names = dict.fromkeys([*was, *is_now])
    return tuple(
        SettingChange(name, was.get(name, ""), is_now.get(name, ""))
        for name in names
        if was.get(name) != is_now.get(name)
    )


def rule(one: Rule, currency: str) -> str:
    """Tell a rule: its decision, and the conditions it asks for."""
    conditions = [words for words in _conditions(one, currency) if words]
    if not conditions:
        return _("%(decision)s, always.") % {"decision": decision(one.decision)}
    return _("%(decision)s, if %(conditions)s.") % {
        "decision": decision(one.decision),
        "conditions": _(" and ").join(conditions),
    }


def fee(terms: Fee, currency: str) -> str:
    """Tell what canceling costs a buyer, now and later."""
    first = _fee_step(FeeStep(0, terms.fixed_minor, terms.percent), currency)
    later = [
        _("from %(minutes)s minutes on: %(fee)s")
        % {"minutes": step.after_minutes, "fee": _fee_step(step, currency)}
        for step in sorted(terms.later, key=lambda step: step.after_minutes)
    ]
    return "; ".join([first, *later]) + "."


def _window(policy: Policy) -> str:
    if policy.window_hours is None:
        return _("As long as nothing has shipped.")
    hours = ngettext("%(num)s hour", "%(num)s hours", policy.window_hours) % {"num": policy.window_hours}
    return f"{hours} {window_from(policy.window_from)}."


def _pending(policy: Policy) -> str:
    if policy.pending:
        return _("May be canceled before they are paid.")
    return _("May be canceled only once they are paid.")


def _ask_again(policy: Policy) -> str:
    return _("Allowed after a declined request.") if policy.ask_again else _("Once declined, no more asking.")


def _silence(policy: Policy) -> str:
    if policy.silence_hours is None:
        return _("The request waits.")
    words = ngettext(
        "After %(num)s hour it is %(outcome)s.",
        "After %(num)s hours it is %(outcome)s.",
        policy.silence_hours,
    )
    return words % {"num": policy.silence_hours, "outcome": silence_outcome(policy.silence_outcome)}


def _undo(policy: Policy) -> str:
    if policy.undo_minutes == 0:
        return _("None, an accepted request is carried out at once.")
    words = ngettext(
        "%(num)s minute after the decision.", "%(num)s minutes after the decision.", policy.undo_minutes
    )
    return words % {"num": policy.undo_minutes}


def _warehouse(asked: Warehouse | None) -> str:
    if asked is None:
        return _("Is not asked.")
    words = ngettext(
        "Is asked and has %(num)s minute; no answer means: %(answer)s.",
        "Is asked and has %(num)s minutes; no answer means: %(answer)s.",
        asked.answer_minutes,
    )
    return words % {"num": asked.answer_minutes, "answer": warehouse_answer(asked.silence)}


def _conditions(one: Rule, currency: str) -> tuple[str, ...]:
    minutes, earlier = one.within_minutes, one.most_earlier
    reasons = _(" or ").join(f"“{reason(code)}”" for code in one.reasons)
    return (
        "" if minutes is None else _("asked within %(minutes)s minutes of the order") % {"minutes": minutes},
        ""
        if one.most_minor is None
        else _("at most %(amount)s would go back") % {"amount": _money(one.most_minor, currency)},
        _("the reason is %(reasons)s") % {"reasons": reasons} if reasons else "",
        _("nothing of the order has shipped") if one.nothing_shipped else "",
        ""
        if earlier is None
        else _("the customer asked at most %(count)s times before") % {"count": earlier},
    )


def _fee_step(step: FeeStep, currency: str) -> str:
    parts = []
    if step.fixed_minor:
        parts.append(_("%(amount)s an order") % {"amount": _money(step.fixed_minor, currency)})
    if step.percent:
        parts.append(_("%(percent)s %% of what is canceled") % {"percent": step.percent})
    return _(" and ").join(parts) or _("no fee")


def _money(minor: int, currency: str) -> str:
    return format_money(minor, currency, spoken_locale())

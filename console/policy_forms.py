"""The form of a cancellation policy: a field for each of its settings, rows for rules and for later fees."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self, cast

from flask import abort
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # missing in the stubs only

from console import form_rows
from console.form_rows import Typed
from console.money_forms import AmountField
from shared import wording
from shared.domain.policy import (
    MOST_FEE_STEPS,
    MOST_HOURS,
    MOST_MINUTES,
    MOST_RULES,
    MOST_UNDO_MINUTES,
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
from shared.domain.reasons import BUYER_REASONS, Reason
from shared.domain.rules import Decision, Rule
from shared.domain.text import read_quantity
from shared.rendering import currency_exponent
from shared.rendering import gettext as _
from shared.web.forms import PageForm, TextField, TokenField
from shared.wording import policies as words

_REASON = "reason_"
_MOST_ROWS = {"rule": MOST_RULES, "fee": MOST_FEE_STEPS}
# What a row that was just added holds.
BLANKS: Mapping[str, Mapping[str, str]] = {
    "rule": {"decision": Decision.ACCEPT},
    "fee": {"after": "", "fixed": "", "percent": ""},
}


class NumberField(StringField):
    """A whole number in plain digits; empty is None, which is refused where `missing` says so."""

    data: int | None  # type: ignore[assignment]  # the library's own stays text

    def __init__(
        self,
        label: str = "",
        *,
        most: int,
        least: int = 0,
        missing: str = "",
        **options: Any,  # noqa: ANN401 - WTForms' own
    ) -> None:
        super().__init__(label, **options)
        self.least, self.most, self.missing = least, most, missing

    def process_formdata(self, valuelist: Iterable[Any]) -> None:
        """Read the digits; what is no whole number within bounds is refused."""
        typed = next((str(value).strip() for value in valuelist), "")
        self.data = None
        if not typed:
            if self.missing:
                raise ValueError(self.missing)
            return
        try:
            number = read_quantity(typed)
        except ValueError:
            number = self.most + 1
        if not self.least <= number <= self.most:
            bounds = {"least": self.least, "most": self.most}
            raise ValueError(_("Enter a whole number from %(least)s to %(most)s.") % bounds)
        self.data = number

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ""


class PolicyForm(PageForm):
    """A policy as it was typed. `seen` is the version that was changed, `step` the button pressed."""

    currency = TokenField()
    seen = TokenField()
    step = TokenField()
    self_service = BooleanField()
    window_hours = NumberField(most=MOST_HOURS)
    window_from = SelectField()
    pending = BooleanField()
    ask_again = BooleanField()
    mode = RadioField()
    silence_hours = NumberField(least=1, most=MOST_HOURS)
    silence_outcome = SelectField()
    undo_minutes = NumberField(most=MOST_UNDO_MINUTES)
    asks_warehouse = BooleanField()
    answer_minutes = NumberField(least=1, most=MOST_MINUTES)
    answer_silence = SelectField()
    shipping = RadioField()
    discount = RadioField()
    fee_percent = NumberField(most=100)
    note = TextField()

    @classmethod
    def of(cls, typed: Typed) -> Self:
        """Make the form for what was typed, with as many rows as were typed. Refuses too many with 400."""
        counts = {kind: form_rows.count_rows(typed, kind) for kind in _MOST_ROWS}
        if any(counts[kind] > most for kind, most in _MOST_ROWS.items()):
            abort(400)
        currency = _checked_currency(typed.get("currency", ""))
        fields: dict[str, Field] = {"fee_fixed": AmountField(currency=currency)}
        for number in range(counts["rule"]):
            fields |= _rule_fields(number, currency, typed)
        for number in range(counts["fee"]):
            fields |= _fee_fields(number, currency)
        form = cast("Self", type(cls.__name__, (cls,), fields)(formdata=typed))
        form.rule_count, form.fee_count = counts["rule"], counts["fee"]
        _label(form)
        return form

    rule_count: int
    fee_count: int

    @property
    def rule_rows(self) -> list[dict[str, Field]]:
        """Give the fields of each rule by name."""
        names = ("decision", "within", "most", "unshipped", "earlier")
        return [_row(self, f"rule-{number}", names) for number in range(self.rule_count)]

    def reason_fields(self, number: int) -> dict[Reason, Field]:
        """Give the boxes of a rule's reasons."""
        prefix = f"rule-{number}-{_REASON}"
        return {
            Reason(name.removeprefix(prefix)): field
            for name, field in self._fields.items()
            if name.startswith(prefix)
        }

    def names_reasons(self, number: int) -> bool:
        """A rule asks for some reasons."""
        return any(field.data for field in self.reason_fields(number).values())

    @property
    def fee_rows(self) -> list[dict[str, Field]]:
        """Give the fields of each later fee by name."""
        return [
            _row(self, f"fee-{number}", ("after", "fixed", "percent")) for number in range(self.fee_count)
        ]

    @property
    def can_add_rule(self) -> bool:
        """There is room for another rule."""
        return self.rule_count < _MOST_ROWS["rule"]

    @property
    def can_add_fee(self) -> bool:
        """There is room for another later fee."""
        return self.fee_count < _MOST_ROWS["fee"]

    def seen_number(self) -> int:
        """Read the number of the version that was changed."""
        return int(self.seen.data) if str(self.seen.data).isdecimal() else 0

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        """Check each field, and what only makes sense together."""
        super().validate(extra_validators)
        if self.mode.data == Mode.RULES and not self.rule_count:
            self.refuse(self.mode, _("Add a rule, or let your team decide each request."))
        if self.asks_warehouse.data and self.answer_minutes.data is None and not self.answer_minutes.errors:
            self.refuse(self.answer_minutes, _("Enter how long the warehouse may take to answer."))
        seen = set[int]()
        for row in self.fee_rows:
            if row["after"].data in seen:
                self.refuse(row["after"], _("Another fee begins at this time already."))
            seen.add(row["after"].data)
        return not self.problems()

    def policy(self) -> Policy:
        """Read the policy of a form that is in order."""
        return Policy(
            mode=Mode(self.mode.data),
            window_hours=self.window_hours.data,
            window_from=WindowFrom(self.window_from.data),
            pending=self.pending.data,
            silence_hours=self.silence_hours.data,
            silence_outcome=SilenceOutcome(self.silence_outcome.data),
            undo_minutes=self.undo_minutes.data or 0,
            shipping=ShippingPolicy(self.shipping.data),
            discount=DiscountPolicy(self.discount.data),
            fee=Fee(
                self["fee_fixed"].data or 0, self.fee_percent.data or 0, tuple(map(_step_of, self.fee_rows))
            ),
            rules=tuple(
                _rule_of(row, self.reason_fields(number)) for number, row in enumerate(self.rule_rows)
            ),
            ask_again=self.ask_again.data,
            warehouse=Warehouse(self.answer_minutes.data or 0, WarehouseAnswer(self.answer_silence.data))
            if self.asks_warehouse.data
            else None,
        )


def typed_of(policy: Policy, *, self_service: bool, seen: int, currency: str) -> Typed:
    """Type a policy in, as if somebody had."""
    warehouse = policy.warehouse
    fields = {
        "currency": currency,
        "seen": str(seen),
        "window_hours": _text(policy.window_hours),
        "window_from": policy.window_from,
        "mode": policy.mode,
        "silence_hours": _text(policy.silence_hours),
        "silence_outcome": policy.silence_outcome,
        "undo_minutes": _text(policy.undo_minutes or None),
        "answer_minutes": _text(warehouse.answer_minutes if warehouse else None),
        "answer_silence": warehouse.silence if warehouse else WarehouseAnswer.TOO_LATE,
        "shipping": policy.shipping,
        "discount": policy.discount,
        "fee_fixed": _amount(policy.fee.fixed_minor or None, currency),
        "fee_percent": _text(policy.fee.percent or None),
    }
    ticked = {
        "self_service": self_service,
        "pending": policy.pending,
        "ask_again": policy.ask_again,
        "asks_warehouse": warehouse is not None,
    }
    typed: Typed = MultiDict({**fields, **{name: "y" for name, is_on in ticked.items() if is_on}})
    for number, rule in enumerate(policy.rules):
        _type_rule(typed, f"rule-{number}", rule, currency)
    for number, step in enumerate(policy.fee.later):
        typed[f"fee-{number}-after"] = str(step.after_minutes)
        typed[f"fee-{number}-fixed"] = _amount(step.fixed_minor or None, currency)
        typed[f"fee-{number}-percent"] = _text(step.percent or None)
    return typed


def _type_rule(typed: Typed, name: str, rule: Rule, currency: str) -> None:
    typed[f"{name}-decision"] = rule.decision
    typed[f"{name}-within"] = _text(rule.within_minutes)
    typed[f"{name}-most"] = _amount(rule.most_minor, currency)
    typed[f"{name}-earlier"] = _text(rule.most_earlier)
    for code in rule.reasons:
        typed[f"{name}-{_REASON}{code}"] = "y"
    if rule.nothing_shipped:
        typed[f"{name}-unshipped"] = "y"


def _rule_fields(number: int, currency: str, typed: Typed) -> dict[str, Field]:
    ticks = {
        f"rule-{number}-{_REASON}{code}": BooleanField(wording.reason(code))
        for code in _offered(number, typed)
    }
    within = NumberField(_("Asked within so many minutes of the order"), most=MOST_MINUTES)
    earlier = NumberField(_("The customer asked at most so many times before"), most=10**6)
    return {
        f"rule-{number}-decision": SelectField(_("Decision"), choices=_choices(Decision, words.decision)),
        f"rule-{number}-within": within,
        f"rule-{number}-most": AmountField(_("At most this much would go back"), currency=currency),
        f"rule-{number}-unshipped": BooleanField(_("Nothing of the order has shipped")),
        f"rule-{number}-earlier": earlier,
        **ticks,
    }


def _offered(number: int, typed: Typed) -> list[Reason]:
    # A rule judges what buyers give as their reason; a policy sent by a program may name others as well.
    return [code for code in Reason if code in BUYER_REASONS or f"rule-{number}-{_REASON}{code}" in typed]


def _fee_fields(number: int, currency: str) -> dict[str, Field]:
    missing = _("Enter from when on this fee is taken.")
    return {
        f"fee-{number}-after": NumberField(
            _("From so many minutes after the order"), least=1, most=MOST_MINUTES, missing=missing
        ),
        f"fee-{number}-fixed": AmountField(_("Amount an order"), currency=currency),
        f"fee-{number}-percent": NumberField(_("Percent of what is canceled"), most=100),
    }


def _label(form: PolicyForm) -> None:
    form.window_from.choices = _choices(WindowFrom, words.window_from)
    form.mode.choices = _choices(Mode, words.mode)
    form.silence_outcome.choices = _choices(SilenceOutcome, words.silence_outcome)
    form.answer_silence.choices = _choices(WarehouseAnswer, words.warehouse_answer)
    form.shipping.choices = _choices(ShippingPolicy, words.shipping)
    form.discount.choices = _choices(DiscountPolicy, words.discounts)
    labels = {
        "self_service": _("Customers may ask for cancellations"),
        "window_hours": _("Hours to ask"),
        "window_from": _("Counted"),
        "pending": _("Orders that are not paid yet may be canceled"),
        "ask_again": _("Customers may ask again after a declined request"),
        "mode": _("Who decides"),
        "silence_hours": _("Hours to decide"),
        "silence_outcome": _("Then the request is"),
        "undo_minutes": _("Minutes to undo"),
        "asks_warehouse": _("Ask the warehouse before units are canceled"),
        "answer_minutes": _("Minutes to answer"),
        "answer_silence": _("No answer means"),
        "shipping": _("Shipping costs"),
        "discount": _("Discounts"),
        "fee_fixed": _("Amount an order"),
        "fee_percent": _("Percent of what is canceled"),
        "note": _("Note for your team"),
    }
    for name, label in labels.items():
        form[name].label.text = label


def _choices(kind: type[StrEnum], say: Any) -> list[SelectChoice]:  # noqa: ANN401 - one of the words' functions
    return [SelectChoice(code.value, say(code)) for code in kind]


def _row(form: PolicyForm, prefix: str, names: Iterable[str]) -> dict[str, Field]:
    return {name: form[f"{prefix}-{name}"] for name in names}


def _rule_of(row: Mapping[str, Field], reasons: Mapping[Reason, Field]) -> Rule:
    return Rule(
        decision=Decision(row["decision"].data),
        within_minutes=row["within"].data,
        most_minor=row["most"].data,
        reasons=tuple(code for code, field in reasons.items() if field.data),
        nothing_shipped=row["unshipped"].data,
        most_earlier=row["earlier"].data,
    )


def _step_of(row: Mapping[str, Field]) -> FeeStep:
    return FeeStep(row["after"].data, row["fixed"].data or 0, row["percent"].data or 0)


def _checked_currency(code: str) -> str:
    try:
        currency_exponent(code)
    except (ValueError, KeyError):
        abort(400)
    return code


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else str(Decimal(minor).scaleb(-currency_exponent(currency)))

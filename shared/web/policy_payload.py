"""A cancellation policy as JSON."""

from typing import Annotated, Self

from pydantic import Field

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
from shared.domain.reasons import Reason
from shared.domain.rules import Decision, Rule
from shared.web.strict_json import Payload


class FeeStepPayload(Payload):
    """A fee from so many minutes after the order on."""

    after_minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)]
    fixed: Annotated[int, Field(ge=0, le=10**12)] = 0
    percent: Annotated[int, Field(ge=0, le=100)] = 0


class FeePayload(Payload):
    """What a buyer pays for canceling: minor units once an order and a percentage; `later` replaces both."""

    fixed: Annotated[int, Field(ge=0, le=10**12)] = 0
    percent: Annotated[int, Field(ge=0, le=100)] = 0
    later: Annotated[list[FeeStepPayload], Field(max_length=MOST_FEE_STEPS)] = Field(default_factory=list)

    @classmethod
    def of(cls, fee: Fee) -> Self:
        """Spell a fee as it could have been sent."""
        later = [
            FeeStepPayload(after_minutes=step.after_minutes, fixed=step.fixed_minor, percent=step.percent)
            for step in fee.later
        ]
        return cls(fixed=fee.fixed_minor, percent=fee.percent, later=later)

    def fee(self) -> Fee:
        """Say it as the core takes it."""
        steps = (FeeStep(step.after_minutes, step.fixed, step.percent) for step in self.later)
        return Fee(self.fixed, self.percent, tuple(steps))


class WarehousePayload(Payload):
    """A warehouse that must be asked, how long it may take to answer, and what its silence means."""

    answer_minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)]
    silence: Annotated[WarehouseAnswer, Field(strict=False)] = WarehouseAnswer.TOO_LATE


class RulePayload(Payload):
    """A decision and its conditions; those left out hold always."""

    decision: Annotated[Decision, Field(strict=False)] = Decision.ACCEPT
    within_minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)] | None = None
    max_amount: Annotated[int, Field(ge=0, le=10**15)] | None = None
    reasons: list[Annotated[Reason, Field(strict=False)]] = Field(default_factory=list)
    nothing_shipped: bool = False
    max_earlier_requests: Annotated[int, Field(ge=0, le=10**6)] | None = None

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """Spell a rule as it could have been sent."""
        return cls(
            decision=rule.decision,
            within_minutes=rule.within_minutes,
            max_amount=rule.most_minor,
            reasons=list(rule.reasons),
            nothing_shipped=rule.nothing_shipped,
            max_earlier_requests=rule.most_earlier,
        )

    def rule(self) -> Rule:
        """Say it as the core takes it."""
        return Rule(
            decision=self.decision,
            within_minutes=self.within_minutes,
            most_minor=self.max_amount,
            reasons=tuple(self.reasons),
            nothing_shipped=self.nothing_shipped,
            most_earlier=self.max_earlier_requests,
        )


class PolicyPayload(Payload):
    """What a merchant allows; each default is the product's."""

    mode: Annotated[Mode, Field(strict=False)] = Mode.REVIEW
    window_hours: Annotated[int, Field(ge=0, le=MOST_HOURS)] | None = None
    window_from: Annotated[WindowFrom, Field(strict=False)] = WindowFrom.ORDERED
    pending: bool = True
    silence_hours: Annotated[int, Field(ge=1, le=MOST_HOURS)] | None = None
    silence_outcome: Annotated[SilenceOutcome, Field(strict=False)] = SilenceOutcome.ACCEPT
    undo_minutes: Annotated[int, Field(ge=0, le=MOST_UNDO_MINUTES)] = 0
    shipping: Annotated[ShippingPolicy, Field(strict=False)] = ShippingPolicy.LAST_UNIT
    discount: Annotated[DiscountPolicy, Field(strict=False)] = DiscountPolicy.LOCK
    fee: FeePayload | None = None
    rules: Annotated[list[RulePayload], Field(max_length=MOST_RULES)] = Field(default_factory=list)
    ask_again: bool = True
    warehouse: WarehousePayload | None = None

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """Spell a policy as it could have been sent."""
        fee, warehouse = policy.fee, policy.warehouse
        return cls(
            mode=policy.mode,
            window_hours=policy.window_hours,
            window_from=policy.window_from,
            pending=policy.pending,
            silence_hours=policy.silence_hours,
            silence_outcome=policy.silence_outcome,
            undo_minutes=policy.undo_minutes,
            shipping=policy.shipping,
            discount=policy.discount,
            fee=None if fee == Fee() else FeePayload.of(fee),
            rules=[RulePayload.of(rule) for rule in policy.rules],
            ask_again=policy.ask_again,
            warehouse=None
            if warehouse is None
            else WarehousePayload(answer_minutes=warehouse.answer_minutes, silence=warehouse.silence),
        )

    def policy(self) -> Policy:
        """Say it as the core takes it."""
        return Policy(
            mode=self.mode,
            window_hours=self.window_hours,
            window_from=self.window_from,
            pending=self.pending,
            silence_hours=self.silence_hours,
            silence_outcome=self.silence_outcome,
            undo_minutes=self.undo_minutes,
            shipping=self.shipping,
            discount=self.discount,
            fee=self.fee.fee() if self.fee else Fee(),
            rules=tuple(rule.rule() for rule in self.rules),
            ask_again=self.ask_again,
            warehouse=Warehouse(self.warehouse.answer_minutes, self.warehouse.silence)
            if self.warehouse
            else None,
        )

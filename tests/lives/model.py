"""What an order must be after each step of its life: counted by hand, by unit numbers, in minutes.

It knows nothing of the product's code but its vocabulary, so that both cannot be wrong in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.domain.cancellation import Question, RequestState
from shared.domain.ids import RequestId
from shared.domain.policy import DiscountPolicy, Mode, Policy, ShippingPolicy, SilenceOutcome, WarehouseAnswer
from shared.domain.reasons import Reason
from shared.domain.rules import Decision

OPEN = (RequestState.REQUESTED, RequestState.ACCEPTING)
CLAIMING = (*OPEN, RequestState.ACCEPTED)
BEGINS_AT = 60


@dataclass
class LineModel:
    """One line: `parts` are amounts that its units carry, an odd unit of money going to the first ones."""

    ordered: int
    cancelable: bool
    parent: int | None
    parts: list[int]
    shipping: int
    shipped: int = 0

    def money(self, unit: int) -> int:
        """Say what one unit brings back, without shipping."""
        return sum(self._share(part, unit) for part in self.parts)

    def shipping_of(self, unit: int) -> int:
        """Say what one unit carries of the shipping."""
        return self._share(self.shipping, unit)

    def _share(self, part: int, unit: int) -> int:
        sign = -1 if part < 0 else 1
        return sign * (abs(part) // self.ordered + (unit < abs(part) % self.ordered))


@dataclass
class RequestModel:
    """One request: the numbers of its units by line, and when the clock does something to it."""

    units: list[set[int]]
    for_buyer: bool
    state: RequestState = RequestState.REQUESTED
    question: Question = Question.NOT_ASKED
    decide_by: int | None = None
    executes_at: int | None = None
    answer_by: int | None = None
    alarm: bool = False
    lines: frozenset[int] = frozenset()
    late: tuple[int, ...] = ()
    shipped_before: tuple[int, ...] = ()

    @property
    def may_ship(self) -> bool:
        """A shipment wins over it."""
        return self.state is RequestState.REQUESTED or self.is_asked

    @property
    def is_asked(self) -> bool:
        """The warehouse has not answered yet."""
        return self.state is RequestState.ACCEPTING and self.question is Question.ASKED


@dataclass
class OrderModel:
    """One order under its policy; `minutes` is its age."""

    policy: Policy
    lines: list[LineModel]
    promotion: list[int]
    is_pending: bool
    minutes: int = BEGINS_AT
    hold: bool = False
    disputed: bool = False
    in_fulfillment: bool = False
    self_service: bool = True
    requests: dict[RequestId, RequestModel] = field(default_factory=dict)

    def claimed(self, place: int, *states: RequestState) -> set[int]:
        """Collect the unit numbers of one line that requests in these states hold."""
        return {unit for one in self.requests.values() if one.state in states for unit in one.units[place]}

    def counts(self) -> list[tuple[int, int, int]]:
        """Give shipped, canceled and requested of each line."""
        return [
            (
                line.shipped,
                len(self.claimed(place, RequestState.ACCEPTED)),
                len(self.claimed(place, *OPEN)),
            )
            for place, line in enumerate(self.lines)
        ]

    def open(self, place: int) -> int:
        """Count the units of a line that nobody has shipped, canceled or asked for."""
        return self.lines[place].ordered - sum(self.counts()[place])

    # What may go.

    def chosen(self, wanted: list[int], *, for_buyer: bool) -> list[int] | None:
        """Tell how many units go of each line when these are asked for; None when that is refused."""
        may_go = self._may_go(for_buyer=for_buyer)
        if not any(wanted) or any(want > most for want, most in zip(wanted, may_go, strict=True)):
            return None
        torn = [wanted[place] == self.open(place) for place in self.promotion]
        if any(wanted[place] for place in self.promotion) and not all(torn):
            return None
        going = list(wanted)
        for place, line in enumerate(self.lines):
            if line.parent is not None:
                going[place] = wanted[line.parent] * line.ordered // self.lines[line.parent].ordered
        return going

    def fitted(self, wanted: list[int], *, for_buyer: bool) -> list[int]:
        """Bring random numbers down to what may go, so that most lives have something happen to them."""
        fitting = [
            min(want, most) for want, most in zip(wanted, self._may_go(for_buyer=for_buyer), strict=True)
        ]
        if any(fitting[place] for place in self.promotion):
            return [
                self.open(place) if place in self.promotion else units for place, units in enumerate(fitting)
            ]
        return fitting

    def _may_go(self, *, for_buyer: bool) -> list[int]:
        if self.disputed or (for_buyer and self._buyers_wait()):
            return [0] * len(self.lines)
        alone = [self._alone(place, for_buyer=for_buyer) for place in range(len(self.lines))]
        bundled = [self._bundled(place, alone) for place in range(len(self.lines))]
        torn = for_buyer and any(self.lines[place].shipped for place in self.promotion)
        if torn or any(bundled[place] < self.open(place) for place in self.promotion):
            bundled = [0 if place in self.promotion else units for place, units in enumerate(bundled)]
        return bundled

    def _buyers_wait(self) -> bool:
        hours = self.policy.window_hours
        return (
            self.hold
            or not self.self_service
            or (self.in_fulfillment and self.policy.warehouse is None)
            or (self.is_pending and not self.policy.pending)
            or (hours is not None and self.minutes >= hours * 60)
        )

    def _alone(self, place: int, *, for_buyer: bool) -> int:
        if for_buyer and not self.lines[place].cancelable:
            return 0
        if for_buyer and not self.policy.ask_again and place in self._refused():
            return 0
        late = [one for one in self.requests.values() if one.late and one.late[place]]
        since = self.lines[place].shipped - min((one.shipped_before[place] for one in late), default=0)
        leaving = max(0, sum(one.late[place] for one in late) - since) if for_buyer else 0
        return max(0, self.open(place) - leaving)

    def _refused(self) -> set[int]:
        declined = [one for one in self.requests.values() if one.state is RequestState.DECLINED]
        return {place for one in declined if one.for_buyer for place in one.lines}

    def _bundled(self, place: int, alone: list[int]) -> int:
        line = self.lines[place]
        if line.parent is not None:
            return 0
        parts = [part for part, other in enumerate(self.lines) if other.parent == place]
        return min([alone[place], *(alone[p] * line.ordered // self.lines[p].ordered for p in parts)])

    # What happens.

    def ask(self, request_id: RequestId, going: list[int], reason: Reason | None, *, for_buyer: bool) -> None:
        """Claim the lowest free units of each line, and decide what is decided at once."""
        units = []
        for place, count in enumerate(going):
            free = set(range(self.lines[place].ordered)) - self.claimed(place, *CLAIMING)
            units.append(set(sorted(free)[:count]))
        lines = frozenset(place for place, count in enumerate(going) if count)
        one = self.requests[request_id] = RequestModel(units, for_buyer, lines=lines)
        decision = self._decision(reason) if for_buyer else Decision.ACCEPT
        if decision is Decision.ACCEPT:
            self._accepting(one, undo=self.policy.undo_minutes if for_buyer else 0)
        elif decision is Decision.DECLINE:
            self.end(request_id, RequestState.DECLINED)
        elif self.policy.silence_hours:
            one.decide_by, one.alarm = self.minutes + self.policy.silence_hours * 60, True

    def _decision(self, reason: Reason | None) -> Decision:
        if self.policy.mode is not Mode.RULES:
            return Decision.ACCEPT if self.policy.mode is Mode.AUTOMATIC else Decision.PERSON
        for rule in self.policy.rules:
            soon = rule.within_minutes is None or self.minutes <= rule.within_minutes
            if soon and (not rule.reasons or reason in rule.reasons):
                return rule.decision
        return Decision.PERSON

    def accept(self, request_id: RequestId) -> None:
        """Decide for a request."""
        self._accepting(self.requests[request_id], undo=self.policy.undo_minutes)

    def _accepting(self, one: RequestModel, *, undo: int) -> None:
        one.state, one.executes_at = RequestState.ACCEPTING, self.minutes + undo
        if self.policy.warehouse is not None:
            one.question = Question.ASKED
            one.answer_by = self.minutes + self.policy.warehouse.answer_minutes

    def end(self, request_id: RequestId, state: RequestState) -> None:
        """End a request; unless it was accepted its units are free again."""
        one = self.requests[request_id]
        one.state = state
        if state is not RequestState.ACCEPTED:
            one.units = [set() for _ in self.lines]

    def can_be_declined(self, request_id: RequestId) -> bool:
        """Say whether an open request still waits for somebody: a person, the warehouse, the undo window."""
        one = self.requests[request_id]
        undo_runs = one.executes_at is not None and one.executes_at > self.minutes
        return one.state is RequestState.REQUESTED or one.is_asked or undo_runs

    def answer(self, request_id: RequestId, given: WarehouseAnswer) -> None:
        """Take the warehouse's answer."""
        one = self.requests[request_id]
        one.question = Question(given)
        if given is WarehouseAnswer.TOO_LATE:
            one.late = tuple(len(units) for units in one.units)
            one.shipped_before = tuple(line.shipped for line in self.lines)
            self.end(request_id, RequestState.DECLINED)

    def carry_out(self, request_id: RequestId) -> None:
        """Cancel what is due; leave any other request alone."""
        one = self.requests[request_id]
        due = one.executes_at is not None and one.executes_at <= self.minutes
        if one.state is RequestState.ACCEPTING and one.question is not Question.ASKED and due:
            self.end(request_id, RequestState.ACCEPTED)

    def fall_silent(self, request_id: RequestId) -> None:
        """Let the outcome of nobody's decision happen, when its time has come and nobody looks into it."""
        one = self.requests[request_id]
        due = one.decide_by is not None and one.decide_by <= self.minutes
        if one.state is not RequestState.REQUESTED or not due or self.hold or self.disputed:
            return
        if self.policy.silence_outcome is SilenceOutcome.ACCEPT:
            self.accept(request_id)
        else:
            self.end(request_id, RequestState.DECLINED)

    def end_question(self, request_id: RequestId) -> None:
        """Take a warehouse's silence for an answer, when its time has come."""
        one = self.requests[request_id]
        if one.is_asked and self.policy.warehouse and (one.answer_by or 0) <= self.minutes:
            self.answer(request_id, self.policy.warehouse.silence)

    def work_off(self) -> None:
        """Do what the worker does by itself: every clock that has run out, and what follows from it."""
        for request_id, one in self.requests.items():
            if one.alarm and (one.decide_by or 0) <= self.minutes:
                one.alarm = False
                self.fall_silent(request_id)
            self.end_question(request_id)
            self.carry_out(request_id)

    def shipment_is_refused(self, wanted: list[int]) -> bool:
        """Say whether these units cannot all be taken from open ones and from what may still ship."""
        more = self.yielding() or [0] * len(self.lines)
        return not any(wanted) or any(
            want > self.open(place) + more[place] for place, want in enumerate(wanted)
        )

    def yielding(self) -> list[int]:
        """Count the units of each line that were asked for and may ship all the same; none: an empty list."""
        asked = [one for one in self.requests.values() if one.may_ship]
        return [sum(map(len, units)) for units in zip(*(one.units for one in asked), strict=True)]

    def ship(self, wanted: list[int]) -> None:
        """Take open units first, then the highest numbers of what may still ship, newest request first."""
        lacking = [max(0, want - self.open(place)) for place, want in enumerate(wanted)]
        for request_id in reversed(list(self.requests)):
            one = self.requests[request_id]
            if not one.may_ship:
                continue
            for place, lack in enumerate(lacking):
                taken = sorted(one.units[place])[max(0, len(one.units[place]) - lack) :]
                lacking[place] -= len(taken)
                one.units[place] -= set(taken)
            if not any(one.units):
                # The shipment is the warehouse's answer.
                one.question = Question.TOO_LATE if one.is_asked else one.question
                self.end(request_id, RequestState.DECLINED)
        for place, want in enumerate(wanted):
            self.lines[place].shipped += want

    # What it comes to.

    def canceled_money(self, shipping_minor: int) -> int:
        """Add up what the canceled units brought back, lost discounts and fees left out."""
        gone = [
            (line, unit)
            for place, line in enumerate(self.lines)
            for unit in self.claimed(place, RequestState.ACCEPTED)
        ]
        money = sum(line.money(unit) for line, unit in gone)
        if self.policy.shipping is ShippingPolicy.PRO_RATA:
            return money + sum(line.shipping_of(unit) for line, unit in gone)
        whole = len(gone) == sum(line.ordered for line in self.lines)
        return money + (shipping_minor if whole and self.policy.shipping is ShippingPolicy.LAST_UNIT else 0)

    @property
    def has_one_fee(self) -> bool:
        """The fee never changes, nor what it is taken from."""
        return not self.policy.fee.later and self.policy.discount is not DiscountPolicy.REPRICE

"""The whole life of an order, drawn at random and followed by a model: after each step both say the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared.actions import cancellations, execution, orders
from shared.domain.actors import BUYER, ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.errors import AlreadyDecided, InvalidContent, NotEligible, UnderCancellation
from shared.domain.ids import RequestId
from shared.domain.intake import IncomingDiscount
from shared.domain.policy import DiscountPolicy, Fee, Mode, Policy, ShippingPolicy
from shared.domain.reasons import DeclineReason, Reason
from shared.queries.invariants import violations_of
from shared.queries.orders import order_page
from shared.storage.engine import Database
from tests.builders import USER, a_merchant, an_order, cancel, line_ids, request, ship

LIVES = int(os.environ.get("LIVES", "12"))
STEPS = 15

line = st.fixed_dictionaries(
    {"quantity": st.integers(1, 4), "price": st.integers(0, 9_999), "tax_minor": st.integers(0, 999)}
)
policies = st.builds(
    Policy,
    mode=st.sampled_from(Mode),
    shipping=st.sampled_from(ShippingPolicy),
    discount=st.sampled_from([DiscountPolicy.LOCK, DiscountPolicy.REPRICE]),
    fee=st.builds(Fee, st.integers(0, 500), st.integers(0, 30)),
)
few = st.lists(st.integers(0, 3), min_size=3, max_size=3)


class OrderLife(RuleBasedStateMachine):
    """One order of one merchant. The model keeps counts per line and the units of each open request."""

    db: Database

    @initialize(
        lines=st.lists(line, min_size=1, max_size=3),
        shipping=st.integers(0, 999),
        included=st.booleans(),
        paid=st.sampled_from([True, True, False, None]),
        off=st.integers(0, 20),
        policy=policies,
    )
    def take_in(self, lines, shipping, included, paid, off, policy) -> None:
        self.merchant_id = a_merchant(self.db, policy)
        order = an_order().with_(shipping_minor=shipping, tax_included=included, paid=paid)
        for place, given in enumerate(lines):
            order = order.with_item(f"Item {place}", **given)
        price = sum(given["price"] for given in lines)
        discount = IncomingDiscount(price * off // 100, min_subtotal_minor=price // 2)
        order = order.with_(discounts=(discount,) if discount.amount_minor else ())
        self.order_id = order.taken_in(self.db, self.merchant_id)
        self.lines = line_ids(self.db, self.merchant_id, self.order_id)
        self.ordered = [given["quantity"] for given in lines]
        self.shipped, self.canceled = [0] * len(lines), [0] * len(lines)
        self.requests: dict[RequestId, list[int]] = {}
        self.states: dict[RequestId, RequestState] = {}
        self.review = policy.mode is not Mode.AUTOMATIC

    @rule(wanted=few, reason=st.sampled_from([None, Reason.OTHER, Reason.PRICE_TOO_HIGH]))
    def the_buyer_asks(self, wanted, reason) -> None:
        state = RequestState.REQUESTED if self.review else RequestState.ACCEPTING
        self._ask(wanted, lambda units: request(*self._order, *units, reason=reason), state)

    @rule(wanted=few, reason=st.sampled_from([Reason.NO_INVENTORY, Reason.PRICING_ERROR]))
    def the_merchant_cancels(self, wanted, reason) -> None:
        self._ask(wanted, lambda units: cancel(*self._order, *units, reason=reason), RequestState.ACCEPTED)

    @precondition(lambda self: self._in(RequestState.REQUESTED))
    @rule(choice=st.integers(0, 9))
    def the_merchant_accepts(self, choice) -> None:
        chosen = self._choose(choice, RequestState.REQUESTED)
        cancellations.accept(self.db, self.merchant_id, chosen, USER)
        self.states[chosen] = RequestState.ACCEPTING

    @precondition(lambda self: self._in(RequestState.REQUESTED, RequestState.ACCEPTING))
    @rule(choice=st.integers(0, 9))
    def the_merchant_declines(self, choice) -> None:
        chosen = self._choose(choice, RequestState.REQUESTED, RequestState.ACCEPTING)
        decline = partial(cancellations.decline, self.db, self.merchant_id, chosen, USER)
        if self.states[chosen] is RequestState.ACCEPTING:
            with pytest.raises(AlreadyDecided):
                decline(reason=DeclineReason.OTHER)
            return
        decline(reason=DeclineReason.OTHER)
        self._end(chosen, RequestState.DECLINED)

    @precondition(lambda self: self._in(RequestState.REQUESTED, RequestState.ACCEPTING))
    @rule(choice=st.integers(0, 9))
    def the_buyer_withdraws(self, choice) -> None:
        chosen = self._choose(choice, RequestState.REQUESTED, RequestState.ACCEPTING)
        cancellations.withdraw(self.db, self.merchant_id, chosen, BUYER)
        self._end(chosen, RequestState.WITHDRAWN)

    @precondition(lambda self: self._in(RequestState.ACCEPTING))
    @rule(choice=st.integers(0, 9))
    def the_worker_carries_out(self, choice) -> None:
        chosen = self._choose(choice, RequestState.ACCEPTING)
        execution.execute(self.db, self.merchant_id, chosen)
        self._end(chosen, RequestState.ACCEPTED)

    @rule(wanted=few)
    def the_store_ships(self, wanted) -> None:
        units = wanted[: len(self.lines)]
        undecided = self._sum(RequestState.REQUESTED)
        possible = [free + asked for free, asked in zip(self._open(), undecided, strict=True)]
        left = [free + taken for free, taken in zip(possible, self._sum(RequestState.ACCEPTING), strict=True)]
        if any(want > there for want, there in zip(units, left, strict=True)):
            with pytest.raises((NotEligible, InvalidContent, UnderCancellation)):
                self._ship_if_any(units)
        elif any(want > there for want, there in zip(units, possible, strict=True)):
            with pytest.raises(UnderCancellation):
                self._ship_if_any(units)
        elif any(units):
            self._ship_if_any(units)
            self._follow_shipment(units)

    @rule()
    def the_merchant_pays_back(self) -> None:
        for refund in self._page().refunds:
            if refund.awaits_person:
                orders.mark_refund_paid(self.db, self.merchant_id, refund.id, USER)

    @invariant()
    def both_say_the_same(self) -> None:
        if not hasattr(self, "lines"):
            return
        page = self._page()
        open_units = self._open()
        assert [item.shipped for item in page.items] == self.shipped
        assert [item.canceled for item in page.items] == self.canceled
        assert [item.open for item in page.items] == open_units
        assert {view.id: view.state for view in page.requests} == self.states
        assert page.totals.refunded_minor <= page.totals.captured_minor

    def teardown(self) -> None:
        if hasattr(self, "lines"):
            note("the end of the life")
            assert violations_of(self.db, self.merchant_id) == []

    @property
    def _order(self) -> tuple[object, ...]:
        return self.db, self.merchant_id, self.order_id

    def _page(self):
        return order_page(self.db, self.merchant_id, self.order_id, ActorKind.BUYER)

    def _open(self) -> list[int]:
        asked = self._sum(RequestState.REQUESTED, RequestState.ACCEPTING)
        return [
            ordered - shipped - canceled - requested
            for ordered, shipped, canceled, requested in zip(
                self.ordered, self.shipped, self.canceled, asked, strict=True
            )
        ]

    def _sum(self, *states: RequestState) -> list[int]:
        chosen = [units for chosen, units in self.requests.items() if self.states[chosen] in states]
        return [sum(units[place] for units in chosen) for place in range(len(self.lines))]

    def _in(self, *states: RequestState) -> bool:
        return any(state in states for state in getattr(self, "states", {}).values())

    def _choose(self, choice: int, *states: RequestState) -> RequestId:
        chosen = [
            request_id
            for request_id, state in self.states.items()
            if state in states and request_id in self.requests
        ]
        return chosen[choice % len(chosen)]

    def _ask(self, wanted, ask, state: RequestState) -> None:
        units = wanted[: len(self.lines)]
        over = any(want > free for want, free in zip(units, self._open(), strict=True))
        if over or not any(units):
            with pytest.raises(NotEligible):
                ask(units)
            return
        request_id = ask(units)
        self.requests[request_id] = list(units)
        self.states[request_id] = state
        if state is RequestState.ACCEPTED:
            self._end(request_id, state)

    def _end(self, request_id: RequestId, state: RequestState) -> None:
        units = self.requests.pop(request_id)
        self.states[request_id] = state
        if state is RequestState.ACCEPTED:
            self.canceled = [was + more for was, more in zip(self.canceled, units, strict=True)]

    def _ship_if_any(self, units: list[int]) -> None:
        ship(self.db, self.merchant_id, self.order_id, *units)

    def _follow_shipment(self, units: list[int]) -> None:
        missing = [max(0, want - free) for want, free in zip(units, self._open(), strict=True)]
        self.shipped = [was + more for was, more in zip(self.shipped, units, strict=True)]
        for request_id in self._newest_first():
            held = self.requests[request_id]
            taken = [min(there, lack) for there, lack in zip(held, missing, strict=True)]
            missing = [lack - step for lack, step in zip(missing, taken, strict=True)]
            self.requests[request_id] = [there - step for there, step in zip(held, taken, strict=True)]
            if not any(self.requests[request_id]):
                self._end(request_id, RequestState.DECLINED)

    def _newest_first(self) -> Iterator[RequestId]:
        undecided = [
            request_id for request_id in self.requests if self.states[request_id] is RequestState.REQUESTED
        ]
        return iter(undecided[::-1])


def test_whatever_happens_to_an_order_its_rows_say_what_the_model_says(db: Database) -> None:
    OrderLife.db = db
    run_state_machine_as_test(
        OrderLife,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )

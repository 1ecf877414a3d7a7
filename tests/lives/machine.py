"""The steps of a life: each is made by the product and by the model, and both must then say the same."""

from __future__ import annotations

import pytest
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import update

from shared.actions import cancellations, execution, intake, ledger, refunds, shipments, warehouse
from shared.actions.adjustments import Adjustment, adjust
from shared.domain.actors import BUYER, SYSTEM, Actor, ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.errors import AlreadyDecided, InvalidContent, NotEligible, NotPermitted, UnderCancellation
from shared.domain.gateways import Trouble
from shared.domain.ids import LineItemId, RequestId
from shared.domain.intake import allocate
from shared.domain.money import percent_of
from shared.domain.policy import WarehouseAnswer
from shared.domain.reasons import DeclineReason, Reason
from shared.queries.adjustments import adjustment_view
from shared.queries.orders import order_page
from shared.storage.records import MerchantRecord, OrderRecord
from shared.worker.perform import perform
from tests.builders import STORE, USER, line_ids
from tests.lives.drawing import BUYERS_WORDS, FITTING, MERCHANTS_WORDS, MINUTES, UNITS, Life, lives
from tests.lives.model import BEGINS_AT, OPEN
from tests.lives.reading import Rows, due_core_effects, rows_of
from tests.lives.shop import Shop
from tests.post import Remembering, outside

ANY = st.integers(0, 9)
MOST_TURNS = 4


class OrderLife(RuleBasedStateMachine):
    """One order of one merchant, followed by its model."""

    shop: Shop

    @initialize(life=lives(), wanted=UNITS, reason=BUYERS_WORDS, actor=st.sampled_from([BUYER, BUYER, STORE]))
    def take_in(self, life: Life, wanted: list[int], reason: Reason | None, actor: Actor) -> None:
        self.db = self.shop.db
        self.db.set_clock(0)
        self.merchant_id = self.shop.next_merchant(life.policy)
        self.order_id = intake.take_in_one(self.db, self.merchant_id, life.order, actor=STORE).order_id
        self.lines: list[LineItemId] = line_ids(self.db, self.merchant_id, self.order_id)
        self.money = allocate(life.order)
        self.model = life.model()
        if life.in_fulfillment:
            self._write(in_fulfillment=True)
        self.rows = rows_of(self.db, self.merchant_id, self.order_id)
        self.turns = 0
        self.could_collect = _collectable(self.rows)
        self._ask(self._units(wanted, fitting=True, for_buyer=actor is BUYER), reason, actor, None)

    @rule(wanted=UNITS, fitting=FITTING, reason=BUYERS_WORDS)
    def the_buyer_asks(self, wanted: list[int], fitting: bool, reason: Reason | None) -> None:  # noqa: FBT001 - Hypothesis names it
        self._ask(self._units(wanted, fitting=fitting, for_buyer=True), reason, BUYER, None)

    @rule(wanted=UNITS, fitting=FITTING, reason=MERCHANTS_WORDS, most=st.none() | st.integers(0, 2_000))
    def the_merchant_cancels(
        self,
        wanted: list[int],
        fitting: bool,  # noqa: FBT001 - Hypothesis names it
        reason: Reason,
        most: int | None,
    ) -> None:
        self._ask(self._units(wanted, fitting=fitting, for_buyer=False), reason, USER, most)

    @precondition(lambda self: hasattr(self, "model") and len(self.model.requests) > 1)
    @rule(reason=MERCHANTS_WORDS)
    def the_merchant_cancels_the_rest(self, reason: Reason) -> None:
        self._ask(self._units([4] * 4, fitting=True, for_buyer=False), reason, USER, None)

    @precondition(lambda self: self._some(RequestState.REQUESTED))
    @rule(choice=ANY)
    def the_merchant_accepts(self, choice: int) -> None:
        chosen = self._choose(choice, RequestState.REQUESTED)
        cancellations.accept(self.db, self.merchant_id, chosen, USER)
        self.model.accept(chosen)
        self._work_off()

    @precondition(lambda self: self._some(*OPEN))
    @rule(choice=ANY)
    def the_merchant_declines(self, choice: int) -> None:
        chosen = self._choose(choice, *OPEN)
        if not self.model.can_be_declined(chosen):
            with pytest.raises(AlreadyDecided):
                self._decline(chosen)
            return
        self._decline(chosen)
        self.model.end(chosen, RequestState.DECLINED)

    @precondition(lambda self: self._some(*OPEN))
    @rule(choice=ANY, actor=st.sampled_from([BUYER, BUYER, USER]))
    def somebody_withdraws(self, choice: int, actor: Actor) -> None:
        chosen = self._choose(choice, *OPEN)
        if actor is BUYER and not self.model.requests[chosen].for_buyer:
            with pytest.raises(NotPermitted):
                cancellations.withdraw(self.db, self.merchant_id, chosen, actor)
            return
        cancellations.withdraw(self.db, self.merchant_id, chosen, actor)
        self.model.end(chosen, RequestState.WITHDRAWN)

    @precondition(lambda self: self._some(*RequestState))
    @rule(choice=ANY)
    def somebody_decides_what_is_over(self, choice: int) -> None:
        chosen = self._choose(choice, *RequestState)
        if self.model.requests[chosen].state in OPEN:
            return
        with pytest.raises(AlreadyDecided):
            cancellations.accept(self.db, self.merchant_id, chosen, USER)
        with pytest.raises(AlreadyDecided):
            self._decline(chosen)

    @precondition(lambda self: self._some(RequestState.ACCEPTING))
    @rule(choice=ANY, given=st.sampled_from([WarehouseAnswer.STOPPED, *WarehouseAnswer]))
    def the_warehouse_answers(self, choice: int, given: WarehouseAnswer) -> None:
        chosen = self._choose(choice, RequestState.ACCEPTING)
        if not self.model.requests[chosen].is_asked:
            with pytest.raises(AlreadyDecided):
                warehouse.answer(self.db, self.merchant_id, chosen, given, STORE)
            return
        warehouse.answer(self.db, self.merchant_id, chosen, given, STORE)
        self.model.answer(chosen, given)
        self._work_off()

    @precondition(lambda self: self._some(*OPEN))
    @rule()
    def all_that_is_open_is_carried_out(self) -> None:
        for request_id, one in self.model.requests.items():
            if one.state is RequestState.REQUESTED:
                cancellations.accept(self.db, self.merchant_id, request_id, USER)
                self.model.accept(request_id)
            if one.is_asked:
                warehouse.answer(self.db, self.merchant_id, request_id, WarehouseAnswer.STOPPED, STORE)
                self.model.answer(request_id, WarehouseAnswer.STOPPED)
        self._let_pass(self.model.policy.undo_minutes)

    @precondition(lambda self: self._some(*RequestState))
    @rule(choice=ANY)
    def the_worker_comes_early_or_twice(self, choice: int) -> None:
        chosen = self._choose(choice, *RequestState)
        cancellations.apply_silence(self.db, self.merchant_id, chosen, SYSTEM)
        self.model.fall_silent(chosen)
        warehouse.end_question(self.db, self.merchant_id, chosen)
        self.model.end_question(chosen)
        execution.execute(self.db, self.merchant_id, chosen)
        self.model.carry_out(chosen)

    @rule(minutes=MINUTES)
    def time_passes_and_the_worker_does_what_is_due(self, minutes: int) -> None:
        self._let_pass(minutes)

    @rule(wanted=UNITS)
    def the_store_ships(self, wanted: list[int]) -> None:
        self._ship(wanted[: len(self.lines)])

    @precondition(lambda self: hasattr(self, "model") and self.model.yielding())
    @rule(wanted=UNITS)
    def the_store_ships_what_was_asked_for(self, wanted: list[int]) -> None:
        more = self.model.yielding()
        self._ship(
            [self.model.open(place) + min(wanted[place], more[place]) for place in range(len(self.lines))]
        )

    def _ship(self, units: list[int]) -> None:
        shipment = shipments.Shipment(dict(zip(self.lines, units, strict=True)))
        if self.model.shipment_is_refused(units):
            with pytest.raises((NotEligible, InvalidContent, UnderCancellation)):
                shipments.ship(self.db, self.merchant_id, self.order_id, shipment, STORE)
            return
        shipments.ship(self.db, self.merchant_id, self.order_id, shipment, STORE)
        self.model.ship(units)

    @precondition(lambda self: getattr(self, "turns", MOST_TURNS) < MOST_TURNS)
    @rule(what=st.sampled_from(["hold", "disputed", "in_fulfillment", "self_service"]))
    def the_shop_looks_into_it_or_lets_it_go(self, what: str) -> None:
        usual = {"hold": False, "disputed": False, "in_fulfillment": False, "self_service": True}
        # What was turned is turned back first: else most lives would stand still.
        turned = next((name for name in usual if getattr(self.model, name) != usual[name]), what)
        now = not getattr(self.model, turned)
        setattr(self.model, turned, now)
        self._write(**{turned: now})
        self.turns += 1

    @precondition(lambda self: hasattr(self, "model") and any(line.shipped for line in self.model.lines))
    @rule(percent=st.integers(1, 100))
    def the_merchant_adjusts(self, percent: int) -> None:
        view = adjustment_view(self.db, self.merchant_id, self.order_id)
        left = view.in_all_minor
        amounts: dict[LineItemId, int] = {}
        for line in view.lines:
            amounts[line.id] = min(left, -(-line.most_minor * percent // 100))
            left -= amounts[line.id]
        adjustment = Adjustment(amounts, min(left, view.most_shipping_minor))
        if not adjustment.wanted.whole_minor:
            with pytest.raises(InvalidContent):
                adjust(self.db, self.merchant_id, self.order_id, adjustment, USER)
            return
        adjust(self.db, self.merchant_id, self.order_id, adjustment, USER)

    @precondition(lambda self: hasattr(self, "rows") and self.rows.order["refunded_minor"])
    @rule()
    def the_merchant_pays_back(self) -> None:
        for refund in self._page().refunds:
            if refund.awaits_person:
                refunds.mark_paid(self.db, self.merchant_id, refund.id, USER)

    @precondition(lambda self: hasattr(self, "rows") and self.rows.order["refunded_minor"])
    @rule(choice=ANY)
    def a_refund_fails(self, choice: int) -> None:
        waiting = [refund.id for refund in self._page().refunds if refund.awaits_person]
        if not waiting:
            return
        with self.db.begin(self.merchant_id) as tx:
            order, row = ledger.lock_refund(tx, waiting[choice % len(waiting)])
            ledger.fail(tx, order, row, Trouble.REFUSED, SYSTEM)

    @rule()
    def the_merchant_tries_failed_refunds_again(self) -> None:
        if hasattr(self, "model"):
            self._retry()

    @invariant()
    def both_say_the_same(self) -> None:
        if not hasattr(self, "lines"):
            return
        self.rows = rows = rows_of(self.db, self.merchant_id, self.order_id)
        assert rows.counts == self.model.counts()
        assert rows.requests == {
            str(request_id): (one.state, one.question) for request_id, one in self.model.requests.items()
        }
        for request_id, one in self.model.requests.items():
            held = rows.units[str(request_id)]
            if one.state in (*OPEN, RequestState.ACCEPTED):
                assert [held.get(place, set()) for place in range(len(self.lines))] == one.units
        assert all(refunded <= captured for _, captured, refunded, _ in rows.payments)

    def teardown(self) -> None:
        if not hasattr(self, "lines"):
            return
        note("the end of the life")
        self._retry()
        self.rows = rows_of(self.db, self.merchant_id, self.order_id)
        self._money_is_right()
        page = self._page()
        assert [(item.shipped, item.canceled, item.requested) for item in page.items] == self.model.counts()
        assert {view.id: view.state for view in page.requests} == {
            request_id: one.state for request_id, one in self.model.requests.items()
        }

    def _money_is_right(self) -> None:
        order, payments = self.rows.order, self.rows.payments
        money = self.model.canceled_money(self.money.shipping_minor)
        assert order["canceled_minor"] + order["repriced_minor"] == money
        kept = order["fees_minor"] + order["withheld_minor"]
        due = order["total_minor"] - order["canceled_minor"] - order["adjusted_minor"] + kept
        collectable = _collectable(self.rows) + order["adjusted_minor"]
        assert collectable >= min(due, self.could_collect), "what is still due can be collected"
        if all(captured == authorized for authorized, captured, *_ in payments) and payments:
            assert order["refunded_minor"] == order["canceled_minor"] - kept + order["adjusted_minor"]
            if self.model.has_one_fee:
                base = sum(order["fee_bases"].values())
                fee = self.model.policy.fee
                whole = fee.fixed_minor + percent_of(base, fee.percent)
                assert order["fees_minor"] == min(base, whole)
        if due == 0:
            idle = [payment for payment in payments if payment[1] == 0]
            assert all(released == authorized for authorized, _, _, released in idle)

    def _retry(self) -> None:
        if not self.rows.order["refunds_failed"]:
            return
        for refund in self._page().refunds:
            if refund.can_be_retried:
                refunds.retry(self.db, self.merchant_id, refund.id, USER)

    def _let_pass(self, minutes: int) -> None:
        self.model.minutes += minutes
        self.db.set_clock(self.model.minutes - BEGINS_AT)
        self._work_off()

    def _work_off(self) -> None:
        outer = outside(self.db, Remembering())
        while due := due_core_effects(self.db, self.merchant_id, self.order_id):
            for effect_id in due:
                perform(outer, self.merchant_id, effect_id)
        self.model.work_off()

    def _page(self):
        return order_page(self.db, self.merchant_id, self.order_id, ActorKind.BUYER)

    def _ask(self, wanted: list[int], reason: Reason | None, actor: Actor, most: int | None) -> None:
        for_buyer = actor is BUYER
        ask = cancellations.Ask(
            dict(zip(self.lines, wanted, strict=True)), reason, for_buyer=for_buyer, most_minor=most
        )
        going = self.model.chosen(wanted, for_buyer=for_buyer)
        if going is None:
            with pytest.raises(NotEligible):
                cancellations.request(self.db, self.merchant_id, self.order_id, ask, actor)
            return
        request_id = cancellations.request(self.db, self.merchant_id, self.order_id, ask, actor)
        self.model.ask(request_id, going, reason, for_buyer=for_buyer)

    def _decline(self, request_id: RequestId) -> None:
        cancellations.decline(self.db, self.merchant_id, request_id, USER, reason=DeclineReason.OTHER)

    def _units(self, wanted: list[int], *, fitting: bool, for_buyer: bool) -> list[int]:
        units = wanted[: len(self.lines)]
        return self.model.fitted(units, for_buyer=for_buyer) if fitting else units

    def _some(self, *states: RequestState) -> bool:
        return hasattr(self, "model") and any(one.state in states for one in self.model.requests.values())

    def _choose(self, choice: int, *states: RequestState) -> RequestId:
        chosen = [request_id for request_id, one in self.model.requests.items() if one.state in states]
        return chosen[choice % len(chosen)]

    def _write(self, **columns: bool) -> None:
        own = {"self_service": MerchantRecord} if "self_service" in columns else {}
        table = own.get("self_service", OrderRecord)
        key = MerchantRecord.id if own else OrderRecord.merchant_id
        with self.db.begin(self.merchant_id) as tx:
            tx.session.execute(update(table).where(key == self.merchant_id).values(**columns))


def _collectable(rows: Rows) -> int:
    """Add up what is in hand, and what may still be captured: not the rest of what was captured in part."""
    return sum(
        captured - refunded + (authorized - released if captured == 0 else 0)
        for authorized, captured, refunded, released in rows.payments
    )

"""A policy tried on past requests judges each order as it stood then, by the rules that really decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shared.domain.eligibility import Blocker
from shared.domain.ids import MerchantId
from shared.domain.policy import Fee, FeeStep, Mode, Policy
from shared.domain.reasons import Reason
from shared.domain.rules import Decision, Rule
from shared.domain.trials import TrialOutcome
from shared.queries import trials
from shared.queries.trials import Trial
from shared.storage.engine import Database
from tests.builders import a_merchant, accept, an_order, cancel, request, ship

RULES = Policy(
    mode=Mode.RULES,
    rules=(
        Rule(Decision.DECLINE, reasons=(Reason.FOUND_CHEAPER,)),
        Rule(Decision.ACCEPT, within_minutes=120, most_minor=10_000, most_earlier=1),
    ),
    fee=Fee(100, 5, (FeeStep(600, 200, 10),)),
)


def tried(db: Database, merchant_id: MerchantId, policy: Policy, *, self_service: bool = True) -> Trial:
    return trials.last_month(db, merchant_id, policy, self_service=self_service)


def outcomes(trial: Trial) -> dict[TrialOutcome, tuple[int, int]]:
    return {tally.outcome: (tally.then, tally.now) for tally in trial.tallies if tally.then or tally.now}


def test_the_policy_that_held_makes_of_all_requests_what_became_of_them(db: Database) -> None:
    merchant_id = a_merchant(db, RULES)
    for number, age in enumerate((1, 1, 30, 1)):
        order = an_order().with_(age=timedelta(hours=age), email=f"ana{number % 3}@example.com")
        order_id = order.with_item(quantity=4, price=8000).taken_in(db, merchant_id)
        first = request(db, merchant_id, order_id, 1)
        if age > 1:
            accept(db, merchant_id, first)
        cancel(db, merchant_id, order_id, 1)
        request(db, merchant_id, order_id, 1, reason=Reason.FOUND_CHEAPER)
        ship(db, merchant_id, order_id, 1)

    trial = tried(db, merchant_id, RULES)

    assert trial.tried == 8
    assert trial.rows == ()
    assert outcomes(trial) == {
        TrialOutcome.AT_ONCE: (2, 2),
        TrialOutcome.ASKED: (2, 2),
        TrialOutcome.DECLINED: (4, 4),
    }
    assert [fees.then_minor for fees in trial.fees] == [fees.now_minor for fees in trial.fees]


def test_an_order_counts_as_it_stood_when_it_was_asked_about(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=2, price=12_800).taken_in(db, merchant_id)
    accept(db, merchant_id, request(db, merchant_id, order_id, 1))
    ship(db, merchant_id, order_id)
    unshipped = Rule(Decision.ACCEPT, nothing_shipped=True)

    trial = tried(db, merchant_id, Policy(mode=Mode.RULES, rules=(unshipped,)))

    assert outcomes(trial) == {TrialOutcome.ASKED: (1, 0), TrialOutcome.AT_ONCE: (0, 1)}
    assert [row.order_id for row in trial.rows] == [order_id]


def test_what_would_not_have_been_let_through_says_what_stands_against_it(db: Database) -> None:
    merchant_id = a_merchant(db)
    request(db, merchant_id, an_order().with_(age=timedelta(hours=3)).taken_in(db, merchant_id))

    trial = tried(db, merchant_id, Policy(window_hours=2))
    switched_off = tried(db, merchant_id, Policy(), self_service=False)

    assert outcomes(trial) == {TrialOutcome.ASKED: (1, 0), TrialOutcome.REFUSED: (0, 1)}
    assert [(refused.blocker, refused.count) for refused in trial.refused] == [(Blocker.WINDOW_CLOSED, 1)]
    assert switched_off.rows[0].blockers == (Blocker.POLICY_OFF,)


def test_who_was_declined_once_cannot_ask_again_where_the_policy_says_so(db: Database) -> None:
    merchant_id = a_merchant(db, replace(RULES, ask_again=True))
    order_id = an_order().with_item(quantity=1, price=800).taken_in(db, merchant_id)
    request(db, merchant_id, order_id, reason=Reason.FOUND_CHEAPER)
    request(db, merchant_id, order_id, reason=Reason.OTHER)

    trial = tried(db, merchant_id, replace(RULES, ask_again=False))

    assert [row.blockers for row in trial.rows] == [(Blocker.DECLINED_BEFORE,)]


def test_fees_are_those_that_would_have_been_kept(db: Database) -> None:
    merchant_id = a_merchant(db)
    accept(db, merchant_id, request(db, merchant_id, an_order().taken_in(db, merchant_id)))
    request(db, merchant_id, an_order().taken_in(db, merchant_id))

    [fees] = tried(db, merchant_id, Policy(fee=Fee(500))).fees
    [at_once] = tried(db, merchant_id, Policy(mode=Mode.AUTOMATIC, fee=Fee(500))).fees

    assert (fees.currency, fees.then_minor, fees.now_minor) == ("USD", 0, 500)
    assert at_once.now_minor == 1000
    assert tried(db, merchant_id, Policy()).fees == ()


def test_only_what_customers_asked_for_themselves_is_tried(db: Database) -> None:
    merchant_id = a_merchant(db)
    cancel(db, merchant_id, an_order().taken_in(db, merchant_id))
    other = a_merchant(db)
    request(db, other, an_order().taken_in(db, other))

    assert tried(db, merchant_id, Policy()).tried == 0

"""The first rule that fits decides; without one a person does."""

import pytest

from shared.domain.policy import Mode, Policy, from_document, to_document
from shared.domain.reasons import Reason
from shared.domain.rules import Case, Decision, Rule, decide

CASE = Case(minutes=30, value_minor=5_000, reason=Reason.FOUND_CHEAPER, shipped=0, earlier=1)


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (Rule(Decision.ACCEPT), True),
        (Rule(Decision.ACCEPT, within_minutes=30), True),
        (Rule(Decision.ACCEPT, within_minutes=29), False),
        (Rule(Decision.ACCEPT, most_minor=5_000), True),
        (Rule(Decision.ACCEPT, most_minor=4_999), False),
        (Rule(Decision.ACCEPT, reasons=(Reason.FOUND_CHEAPER, Reason.OTHER)), True),
        (Rule(Decision.ACCEPT, reasons=(Reason.OTHER,)), False),
        (Rule(Decision.ACCEPT, nothing_shipped=True), True),
        (Rule(Decision.ACCEPT, most_earlier=1), True),
        (Rule(Decision.ACCEPT, most_earlier=0), False),
    ],
)
def test_a_rule_fits_when_all_its_conditions_hold(rule: Rule, fits: bool) -> None:  # noqa: FBT001 - a column of the table
    assert decide([rule], CASE) is (Decision.ACCEPT if fits else Decision.PERSON)


def test_something_shipped_breaks_the_rule_that_nothing_has() -> None:
    begun = Case(minutes=0, value_minor=0, reason=None, shipped=1, earlier=0)
    assert decide([Rule(Decision.ACCEPT, nothing_shipped=True)], begun) is Decision.PERSON


def test_the_first_rule_that_fits_wins() -> None:
    rules = [
        Rule(Decision.DECLINE, reasons=(Reason.FOUND_CHEAPER,)),
        Rule(Decision.ACCEPT),
    ]
    assert decide(rules, CASE) is Decision.DECLINE


def test_rules_survive_the_policys_document() -> None:
    policy = Policy(mode=Mode.RULES, rules=(Rule(Decision.ACCEPT, 30, 5_000, (Reason.OTHER,), True, 2),))  # noqa: FBT003 - as kept
    assert from_document(to_document(policy)) == policy


def test_a_policy_frozen_before_a_field_existed_reads_with_its_default() -> None:
    later = ("discount", "fee", "rules")
    frozen = {name: value for name, value in to_document(Policy(undo_minutes=5)).items() if name not in later}

    assert from_document(frozen) == Policy(undo_minutes=5)

"""Every two that may meet over an order, on real connections: it comes out as if one had waited."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from shared.domain.policy import SilenceOutcome, Warehouse
from shared.queries.invariants import violations_of
from shared.storage.engine import Database
from tests.builders import a_merchant
from tests.unit.races.parties import PARTIES, TOLD, Pair, pairs, pairs_with_warehouse, pairs_with_worker
from tests.unit.races.scene import FEW_ROUNDS, ROUNDS, Scene, at_once, policy, prepare, states, work_off

ALL = [*pairs(), *pairs_with_worker(), *pairs_with_warehouse()]


@dataclass(frozen=True)
class Outcome:
    """What both parties were told, in the order of the pair, and the order as it is in the end."""

    told: tuple[str, ...]
    state: dict[str, Any]


def race(pair: Pair, scene: Scene, *, swapped: bool) -> tuple[str, ...]:
    """Let both go at once, started in either order; give what each was told, in the order of the pair."""
    moves = [partial(PARTIES[name], scene) for name in (pair.one, pair.other)]
    ended = at_once(*moves[::-1])[::-1] if swapped else at_once(*moves)
    if pair.one == pair.other == "tab":
        assert ended[0].answer == ended[1].answer
    return tuple(each.told for each in ended)


def one_after_the_other(scene: Scene, first: str, second: str, lots: tuple[str, str]) -> tuple[str, str]:
    """Let the second wait for the first: each is told what the table says; who is refused changes nothing."""
    told = []
    for name, lot in zip((first, second), lots, strict=True):
        before = states(scene.db, scene.merchant_id)[scene.order_id]
        [ended] = at_once(partial(PARTIES[name], scene))
        after = states(scene.db, scene.merchant_id)[scene.order_id]
        assert ended.told == TOLD[lot], f"{first}, then {second}"
        assert (after != before) is (lot == "yes"), f"{first}, then {second}: {name} was told {lot!r}"
        told.append(ended.told)
    return told[0], told[1]


def rounds_of(pair: Pair) -> int:
    if pair.with_accepted:
        return FEW_ROUNDS
    # Both things that silence may bring about share the rounds of a pair.
    return (ROUNDS + 1) // 2 if pair.has("silence") else ROUNDS


@pytest.mark.parametrize("pair", ALL, ids=str)
def test_of_two_at_once_both_are_told_and_left_with_what_one_after_the_other_would_have(
    db: Database, pair: Pair
) -> None:
    asked = Warehouse(answer_minutes=10) if pair.with_warehouse else None
    merchant_id = a_merchant(db, policy(pair.silence, asked))
    *scenes, straight, crossed = prepare(
        db,
        merchant_id,
        rounds_of(pair) + 2,
        refund=pair.has("refund"),
        seen=pair.has("tab"),
        accepting=pair.with_accepted,
    )
    in_turn = one_after_the_other(straight, pair.one, pair.other, pair.one_first)
    against_turn = one_after_the_other(crossed, pair.other, pair.one, pair.other_first)[::-1]

    told = [race(pair, scene, swapped=bool(place % 2)) for place, scene in enumerate(scenes)]

    work_off(db, merchant_id)
    left = states(db, merchant_id)
    possible = [Outcome(in_turn, left[straight.order_id]), Outcome(against_turn, left[crossed.order_id])]
    for answers, scene in zip(told, scenes, strict=True):
        assert Outcome(answers, left[scene.order_id]) in possible
    assert violations_of(db, merchant_id) == []


def test_the_table_has_all_45_pairs_and_the_clock_for_both_it_may_bring_about() -> None:
    found = pairs()

    assert len({(pair.one, pair.other) for pair in found}) == 45
    assert sum(pair.silence is SilenceOutcome.DECLINE for pair in found) == 9
    assert (len(pairs_with_worker()), len(pairs_with_warehouse())) == (10, 18)


def test_what_only_one_can_have_is_had_by_one_whoever_comes_first() -> None:
    for wanted in ({"customer", "merchant", "tab", "ship"}, {"accept", "decline", "silence"}):
        rivals = [pair for pair in pairs() if {pair.one, pair.other} <= wanted]
        assert rivals
        for pair in rivals:
            assert "yes" not in {pair.one_first[1], pair.other_first[1]}, pair

"""What goes together: a bundle's parts with their parent, a promotion's items with each other."""

from dataclasses import replace

import pytest

from shared.domain.actors import ActorKind
from shared.domain.eligibility import Blocker, assess
from shared.domain.errors import InvalidContent, NotEligible
from shared.domain.ids import LineItemId, new_id
from shared.domain.intake import IncomingDiscount
from shared.domain.orders import Order
from shared.domain.policy import DiscountPolicy, Policy
from shared.domain.selection import choose
from tests.unit.domain.facts import NOON, incoming, taken_in

TOGETHER = Policy(discount=DiscountPolicy.TOGETHER)


def a_bundle(**part: int | bool) -> Order:
    """Two sets of three cups each, and a spoon that stands alone."""
    order = taken_in(incoming((2, 4_000, 0), (6, 0, 0), (1, 500, 0)))
    sets, cups, spoon = order.line_items
    return replace(order, line_items=(sets, replace(cups, parent_sku=sets.sku, **part), spoon))


def a_promotion(policy: Policy = TOGETHER, **second: int | bool) -> Order:
    off = IncomingDiscount(500, skus=("SKU-0", "SKU-1"))
    order = taken_in(replace(incoming((1, 1_000, 0), (2, 2_000, 0), (1, 500, 0)), discounts=(off,)), policy)
    first, other, third = order.line_items
    return replace(order, line_items=(first, replace(other, **second), third))


def verdicts(order: Order) -> list[int]:
    return [verdict.quantity for verdict in assess(order, ActorKind.BUYER, now=NOON).values()]


def chosen(order: Order, *wanted: int) -> list[int]:
    judged = assess(order, ActorKind.BUYER, now=NOON)
    asked = dict(zip((line.id for line in order.line_items), wanted, strict=False)) if wanted else None
    return [choose(order, judged, asked).get(line.id, 0) for line in order.line_items]


def test_the_parts_go_with_their_bundle() -> None:
    assert chosen(a_bundle(), 1, 0, 0) == [1, 3, 0]
    assert chosen(a_bundle()) == [2, 6, 1]


def in_bundles(*parents: int | None) -> Order:
    """Lines of one unit, two, three and so on; a number says whose part each is."""
    order = taken_in(incoming(*((place + 1, 100, 0) for place in range(len(parents)))))
    lines = order.line_items
    named = (
        line if parent is None else replace(line, parent_sku=lines[parent].sku)
        for line, parent in zip(lines, parents, strict=True)
    )
    return replace(order, line_items=tuple(named))


def test_the_parts_of_a_part_go_with_the_whole_bundle() -> None:
    order = in_bundles(None, 0, 1)

    assert verdicts(order) == [1, 0, 0]
    assert chosen(order) == [1, 2, 3]


def test_lines_that_name_each_other_stand_alone() -> None:
    assert verdicts(in_bundles(1, 0)) == [1, 2]
    assert verdicts(in_bundles(1, 2, 0, 0)) == [1, 2, 3, 4]
    assert chosen(in_bundles(1, 0), 1, 0) == [1, 0]


def test_a_part_alone_is_refused_and_says_why() -> None:
    order = a_bundle()
    assert verdicts(order) == [2, 0, 1]
    with pytest.raises(NotEligible) as refusal:
        chosen(order, 0, 1, 0)
    assert refusal.value.facts["blockers"] == {order.line_items[1].id: (Blocker.PART_OF_BUNDLE,)}


def test_a_bundle_goes_as_often_as_its_parts_allow() -> None:
    assert verdicts(a_bundle(shipped=1)) == [1, 0, 1]


def test_a_bundle_whose_parts_have_left_says_so() -> None:
    order = a_bundle(shipped=6)
    assert assess(order, ActorKind.BUYER, now=NOON)[order.line_items[0].id].blockers == (
        Blocker.ALREADY_SHIPPED,
    )


@pytest.mark.parametrize(
    ("how", "blocker"),
    [
        ("shipped", Blocker.ALREADY_SHIPPED),
        ("requested", Blocker.ALREADY_REQUESTED),
        ("canceled", Blocker.ALREADY_CANCELED),
    ],
)
def test_a_bundle_with_too_few_parts_left_for_one_more_says_how_the_others_went(
    how: str, blocker: Blocker
) -> None:
    order = a_bundle(**{how: 4})
    bundle, cups, _spoon = order.line_items
    judged = assess(order, ActorKind.BUYER, now=NOON)
    assert (judged[bundle.id].quantity, judged[bundle.id].blockers) == (0, (blocker,))
    assert judged[cups.id].blockers == (Blocker.PART_OF_BUNDLE,)


def test_only_the_parts_that_ran_short_say_why_a_bundle_stays() -> None:
    order = taken_in(incoming((1, 4_000, 0), (2, 0, 0), (1, 0, 0)))
    bundle, cups, spoon = order.line_items
    parts = (replace(cups, parent_sku=bundle.sku, shipped=1), replace(spoon, parent_sku=bundle.sku))
    judged = assess(replace(order, line_items=(bundle, *parts)), ActorKind.BUYER, now=NOON)
    assert judged[bundle.id].blockers == (Blocker.ALREADY_SHIPPED,)


def test_a_promotion_goes_whole_or_not_at_all() -> None:
    assert chosen(a_promotion(), 1, 2, 0) == [1, 2, 0]
    assert chosen(a_promotion(), 0, 0, 1) == [0, 0, 1]
    with pytest.raises(NotEligible) as refusal:
        chosen(a_promotion(), 1, 1, 0)
    assert set(refusal.value.facts["blockers"].values()) == {(Blocker.GOES_TOGETHER,)}


def test_a_promotion_with_an_item_that_may_not_go_stays() -> None:
    order = a_promotion(cancelable=False)
    judged = assess(order, ActorKind.BUYER, now=NOON)
    assert judged[order.line_items[0].id].blockers == (Blocker.GOES_TOGETHER,)
    assert judged[order.line_items[1].id].blockers == (Blocker.NOT_CANCELABLE_PRODUCT,)
    assert chosen(order) == [0, 0, 1]


@pytest.mark.parametrize("shipped", [1, 2])
def test_what_is_left_of_a_promotion_is_its_merchants_to_cancel(shipped: int) -> None:
    order = a_promotion(shipped=shipped)
    first, second, _third = order.line_items
    judged = assess(order, ActorKind.BUYER, now=NOON)
    spent = Blocker.GOES_TOGETHER if second.open else Blocker.ALREADY_SHIPPED
    assert [judged[line.id].blockers for line in (first, second)] == [(Blocker.GOES_TOGETHER,), (spent,)]
    assert chosen(order) == [0, 0, 1]
    by_merchant = assess(order, ActorKind.MERCHANT_USER, now=NOON)
    assert [by_merchant[line.id].quantity for line in (first, second)] == [1, 2 - shipped]


def test_other_policies_let_a_promotion_be_torn() -> None:
    assert chosen(a_promotion(Policy()), 1, 0, 0) == [1, 0, 0]


def test_a_line_of_another_order_is_no_choice() -> None:
    order = a_promotion()
    with pytest.raises(InvalidContent):
        choose(order, assess(order, ActorKind.BUYER, now=NOON), {LineItemId(new_id()): 1})


def test_less_than_nothing_is_no_choice() -> None:
    with pytest.raises(InvalidContent):
        chosen(a_promotion(), 0, 0, -1)


def test_an_order_of_thousands_of_lines_is_judged_at_once() -> None:
    order = taken_in(incoming(*[(1, 100, 0)] * 3_000))
    verdicts = assess(order, ActorKind.MERCHANT_USER, now=NOON)

    # Were each line held against each pair of others, this would take hours.
    assert sum(choose(order, verdicts, None).values()) == 3_000

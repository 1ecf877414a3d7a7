"""The golden numbers: amounts that other systems got wrong, to the letter."""

from decimal import Decimal

from tests.unit.domain.facts import canceled, incoming, taken_in


def one_by_one(order, units: int) -> list[int]:
    refunds = []
    for _ in range(units):
        order, refund = canceled(order, 1)
        refunds.append(refund)
    return refunds


def test_of_150_and_60_with_20_percent_off_the_order_120_go_back_for_the_150() -> None:
    assert canceled(taken_in(incoming((1, 150_00, 0), (1, 60_00, 0), discount=42_00)), 1)[1] == 120_00


def test_of_6_and_4_with_1_off_the_order_5_40_go_back_for_the_6() -> None:
    assert canceled(taken_in(incoming((1, 6_00, 0), (1, 4_00, 0), discount=1_00)), 1)[1] == 5_40


def test_of_5_times_5_50_less_2_75_with_delivery_two_bring_9_90_and_all_five_25_25() -> None:
    order = taken_in(incoming((5, 27_50, 0), discount=2_75, shipping=50))
    after, refund = canceled(order, 2)
    assert (refund, after.total_minor - after.canceled_minor) == (9_90, 15_35)
    assert canceled(order, 5)[1] == 25_25


def test_ten_single_cancels_of_10_times_23_90_with_a_quarter_off_bring_179_25() -> None:
    order = taken_in(incoming((10, 239_00, 39_83), discount=59_75))
    assert order.total_minor == 179_25
    assert sum(one_by_one(order, 10)) == 179_25


def test_of_2_times_10_70_and_21_percent_the_first_brings_12_95_and_the_second_12_94() -> None:
    order = taken_in(incoming((2, 21_40, 4_49), tax_included=False))
    assert order.total_minor == 25_89
    assert one_by_one(order, 2) == [12_95, 12_94]


def test_shipping_of_5_with_its_tax_inside_brings_5_and_an_item_of_149_brings_149() -> None:
    order = taken_in(incoming((1, 149_00, 23_79), shipping=5_00, shipping_tax=45))
    assert canceled(order, 1)[1] == 149_00 + 5_00
    assert canceled(order, 1)[0].canceled_minor - order.shipping_minor == 149_00


def test_nine_times_13_9563_net_bring_exactly_what_was_charged() -> None:
    net = int((9 * Decimal("13.9563")).quantize(Decimal("0.01")) * 100)
    order = taken_in(incoming((9, net, 23_87), tax_included=False))
    assert canceled(order, 9)[1] == order.total_minor == 125_61 + 23_87
    assert sum(one_by_one(order, 9)) == order.total_minor


def test_5800_yen_go_back_as_5800_and_never_as_58() -> None:
    assert canceled(taken_in(incoming((1, 5_800, 0), (1, 20_000, 0))), 1)[1] == 5_800

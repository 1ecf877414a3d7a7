"""The short ways for what nearly every order of a file is come to the same as the general ones."""

from contextlib import suppress
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.intake import allocate, total_of
from shared.domain.money import split, to_minor
from tests.unit.domain.facts import incoming

AMOUNTS = st.one_of(
    st.from_regex(r"[0-9]{0,12}\.[0-9]{0,4}", fullmatch=True),
    st.text("0123456789.- \u0661\uff11", max_size=16),
)
DISCOUNT = st.one_of(st.just(0), st.integers(1, 10**5))
LINES = st.lists(
    st.tuples(st.integers(1, 99), st.integers(0, 10**6), st.integers(0, 10**4)), min_size=1, max_size=5
)


@given(text=AMOUNTS, exponent=st.sampled_from([0, 2, 3]))
def test_an_amount_is_what_its_digits_say_or_no_amount(text: str, exponent: int) -> None:
    with suppress(ValueError):
        assert to_minor(text, exponent) == Decimal(text.strip()).scaleb(exponent)
        assert text.isascii()


@given(lines=LINES, shipping=st.integers(0, 10**5), tax=st.integers(0, 10**4), discount=DISCOUNT)
def test_what_an_order_comes_to_is_the_sum_of_what_its_lines_carry(
    lines: list[tuple[int, int, int]], shipping: int, tax: int, discount: int
) -> None:
    for inside in (True, False):
        order = incoming(
            *lines,
            discount=min(discount, sum(price for _, price, _ in lines)),
            shipping=shipping,
            shipping_tax=tax,
            tax_included=inside,
        )
        allocation = allocate(order)
        assert total_of(order) == allocation.total_minor
        carried = sum(line.total_minor + line.shipping_minor for line in allocation.lines)
        assert carried == allocation.total_minor


@given(total=st.integers(-(10**6), 10**6), weight=st.integers(1, 10**6), more=st.lists(st.integers(0, 10**6)))
def test_one_share_takes_all_and_nothing_is_shared_out_as_nothing(
    total: int, weight: int, more: list[int]
) -> None:
    assert split(total, [weight]) == [total]
    assert split(0, [weight, *more]) == [0] * (1 + len(more))

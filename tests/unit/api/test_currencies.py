"""An amount keeps its figures from intake to refund, in currencies of no, two and three decimals."""

import pytest
from sqlalchemy import select

from shared.actions import execution
from shared.domain.actors import ActorKind
from shared.domain.ids import OrderId, RequestId
from shared.queries.orders import order_page
from shared.rendering import format_money
from shared.storage.records import RefundRecord
from tests.post import Remembering, outside, work_off
from tests.unit.api.conftest import address


@pytest.mark.parametrize(
    ("currency", "unit", "part", "words"),
    [
        ("JPY", 5_800, 5_800, "¥5,800"),
        ("KRW", 12_000, 12_000, "₩12,000"),
        ("EUR", 1_999, 1_999, "€19.99"),
        ("USD", 6_400, 6_400, "$64.00"),
        ("KWD", 1_234, 1_234, "KWD\u00a01.234"),
        ("BHD", 10_005, 10_005, "BHD\u00a010.005"),
    ],
)
def test_a_partial_refund_is_the_same_figure_everywhere(store, db, currency, unit, part, words) -> None:
    order = store.taken_in(
        currency=currency,
        line_items=[{"sku": "KETTLE", "title": "Tea kettle", "quantity": 2, "unit_price": unit}],
        payments=[{"gateway": "manual", "reference": "Card", "authorized": 2 * unit, "captured": 2 * unit}],
    )
    one = {"line_items": [{"sku": "KETTLE", "quantity": 1}]}

    quoted = store.call("POST", f"{address(order)}/quote", one, key=None).json
    asked = store.call("POST", store.cancellations_of(order), one | {"reason": "NoInventory"}).json
    execution.execute(db, store.merchant_id, RequestId(asked["id"]))

    assert quoted["refund"] == part
    with db.begin(store.merchant_id) as tx:
        row = tx.session.scalars(select(RefundRecord)).one()
        assert (row.amount_minor, row.currency) == (part, currency)
    told = store.call("GET", address(order)).json
    assert [refund["amount"] for refund in told["refunds"]] == [part]
    page = order_page(db, store.merchant_id, OrderId(order["id"]), ActorKind.BUYER)
    assert format_money(page.refunds[0].amount_minor, page.currency) == words
    assert words in written_to_the_buyer(db, store)


def written_to_the_buyer(db, store) -> str:
    mailer = Remembering()
    work_off(outside(db, mailer), store.merchant_id)
    return mailer.messages[-1].get_body(("plain",)).get_content()

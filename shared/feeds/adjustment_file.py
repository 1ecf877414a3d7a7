"""The flat Order Adjustment file: a row cancels units of an item, or gives money back without canceling."""

from shared.feeds import amounts
from shared.feeds.codes import Code, Problem
from shared.feeds.flat import FlatCells, FlatLayout
from shared.feeds.kinds import FeedType
from shared.feeds.reasons import ADJUSTMENT, CANCEL_REASONS
from shared.feeds.values import Action, Amount, AmountKind, FeedRow, Scope

ORDER, ITEM, REASON = "order-id", "order-item-id", "adjustment-reason-code"
CURRENCY, QUANTITY = "currency", "quantity-cancelled"
PRICES = {
    "item-price-adj": AmountKind.PRINCIPAL,
    "item-tax-adj": AmountKind.TAX,
    "shipping-price-adj": AmountKind.SHIPPING,
    "shipping-tax-adj": AmountKind.SHIPPING_TAX,
    "gift-wrap-price-adj": AmountKind.GIFT_WRAP,
    "gift-wrap-tax-adj": AmountKind.GIFT_WRAP_TAX,
}
PROMOTIONS = {
    "item-promotion-adj": (AmountKind.ITEM_PROMOTION, "item-promotion-id"),
    "ship-promotion-adj": (AmountKind.SHIPPING_PROMOTION, "ship-promotion-id"),
}


def _read(cells: FlatCells) -> FeedRow:
    order_id = cells.order_id(ORDER)
    item_id = cells.item_id(ITEM, order_id)
    if not item_id and not cells.refused:
        cells.note(Problem(Code.MISSING_VALUE, ITEM))
    reason, written = cells.reason(REASON, ADJUSTMENT)
    asked = cells.text(QUANTITY)
    quantity = cells.quantity(QUANTITY) if asked else None
    found = _amounts(cells)
    if not written and (asked or found) and not cells.refused:
        cells.note(Problem(Code.MISSING_VALUE, REASON))
    if asked:
        _judge_cancel(cells, written, found)
    elif not cells.refused:
        amounts.judge(found, cells.problems)
    return FeedRow(
        record=cells.line,
        action=Action.CANCEL if asked else Action.REFUND,
        scope=Scope.UNITS if asked else Scope.LINE,
        order_id=order_id,
        item_id=item_id,
        quantity=quantity,
        reason=reason,
        foreign_reason=written,
        amounts=() if asked else tuple(found),
    )


def _judge_cancel(cells: FlatCells, written: str, found: list[Amount]) -> None:
    code = ADJUSTMENT.find(written)
    if code is not None and code[1] not in CANCEL_REASONS:
        cells.note(Problem(Code.NOT_A_CANCEL_REASON, REASON, written))
    if found:
        cells.note(Problem(Code.AMOUNTS_IGNORED))


def _amounts(cells: FlatCells) -> list[Amount]:
    written = [(column, kind, "") for column, kind in PRICES.items()]
    written += [(column, kind, cells.text(name)) for column, (kind, name) in PROMOTIONS.items()]
    said = [(column, kind, promotion, cells.text(column)) for column, kind, promotion in written]
    filled = [entry for entry in said if entry[3]]
    currency = cells.text(CURRENCY)
    if filled and not currency:
        cells.note(Problem(Code.MISSING_VALUE, CURRENCY))
        return []
    found = (
        amounts.read(amounts.Written(column, kind, text, currency, promotion), cells.problems)
        for column, kind, promotion, text in filled
    )
    return [amount for amount in found if amount is not None]


LAYOUT = FlatLayout(
    kind=FeedType.ORDER_ADJUSTMENT_FLAT,
    template="",
    needed=(ORDER, ITEM, REASON),
    optional=(
        CURRENCY,
        *PRICES,
        *(name for column, (_, promotion) in PROMOTIONS.items() for name in (column, promotion)),
        QUANTITY,
    ),
    aliases={
        "amazon-order-id": ORDER,
        "order-number": ORDER,
        "amazon-order-item-code": ITEM,
        "order-item-code": ITEM,
        "adjustment-reason": REASON,
        "quantity-canceled": QUANTITY,
    },
    read=_read,
)

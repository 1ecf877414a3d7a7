"""The Order Cancellation file: a row cancels a whole item, or a whole order; there are no quantities."""

from shared.feeds.codes import Code, Problem
from shared.feeds.flat import FlatCells, FlatLayout
from shared.feeds.kinds import FeedType
from shared.feeds.reasons import ACKNOWLEDGEMENT
from shared.feeds.values import Action, FeedRow, Scope

ORDER, REASON, ITEM = "order-id", "cancellation-reason-code", "amazon-order-item-code"
_QUANTITIES = frozenset(
    {"quantity", "quantity-cancelled", "quantity-canceled", "quantity-to-cancel", "qty", "units"}
)


def _read(cells: FlatCells) -> FeedRow:
    order_id = cells.order_id(ORDER)
    item_id = cells.item_id(ITEM, order_id)
    reason, written = cells.reason(REASON, ACKNOWLEDGEMENT)
    # A value that could not be read must not make the row say more than it does.
    if not cells.refused:
        if item_id and not written:
            cells.note(Problem(Code.ITEM_WITHOUT_REASON, REASON))
        elif written and not item_id:
            cells.note(Problem(Code.REASON_FOR_WHOLE_ORDER, ITEM))
    for column in sorted(cells.filled(_QUANTITIES)):
        cells.note(Problem(Code.QUANTITY_NOT_TAKEN, column, cells.text(column)))
    return FeedRow(
        record=cells.line,
        action=Action.CANCEL,
        scope=Scope.LINE if item_id else Scope.ORDER,
        order_id=order_id,
        item_id=item_id,
        reason=reason,
        foreign_reason=written,
    )


LAYOUT = FlatLayout(
    kind=FeedType.ORDER_CANCELLATION,
    template="OrderCancellation",
    needed=(ORDER, REASON, ITEM),
    optional=("merchant-order-id", *_QUANTITIES),
    aliases={
        "amazon-order-id": ORDER,
        "order-number": ORDER,
        "cancellation-reason": REASON,
        "cancel-reason-code": REASON,
        "cancel-reason": REASON,
        "reason-code": REASON,
        "order-item-id": ITEM,
        "order-item-code": ITEM,
        "amazon-order-item-id": ITEM,
    },
    read=_read,
)

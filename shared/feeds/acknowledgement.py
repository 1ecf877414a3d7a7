"""The Order Acknowledgement feed: Failure cancels, Success ties the merchant's own ids to the order."""

from lxml import etree

from shared.feeds.codes import Code, Problem
from shared.feeds.envelope import XmlLayout
from shared.feeds.fields import Fields, elements, local_name
from shared.feeds.flat import quantity_of, reason_of
from shared.feeds.ids import item_id_problem, order_id_problem
from shared.feeds.kinds import FeedType
from shared.feeds.reasons import ACKNOWLEDGEMENT
from shared.feeds.values import Action, FeedRow, Scope

_NAMES = ("AmazonOrderID", "MerchantOrderID", "StatusCode", "Item")
_ITEM_NAMES = ("AmazonOrderItemCode", "MerchantOrderItemID", "CancelReason", "Quantity")
_STATUSES = {"success": "Success", "failure": "Failure", "failed": "Failure"}


def _read(payload: etree._Element, problems: list[Problem]) -> list[FeedRow]:
    _take_out_stray_reason(payload, problems)
    fields = Fields(payload, _NAMES, problems, many=("Item",))
    order_id = fields.needed("AmazonOrderID")
    if order_id:
        problems += filter(None, [order_id_problem("AmazonOrderID", order_id)])
    own_number = fields.text("MerchantOrderID")
    status = _status(fields.needed("StatusCode"), problems)
    action = Action.ACKNOWLEDGE if status == "Success" else Action.CANCEL
    items = fields.all("Item")
    if not items:
        if action is Action.CANCEL and status:
            problems.append(Problem(Code.FAILURE_WITHOUT_ITEMS))
        return [FeedRow(0, action, Scope.ORDER, order_id, merchant_order_id=own_number)]
    return [_item(item, action, order_id, own_number) for item in items]


def _item(item: etree._Element, action: Action, order_id: str, own_number: str) -> FeedRow:
    problems: list[Problem] = []
    fields = Fields(item, _ITEM_NAMES, problems)
    item_id = fields.needed("AmazonOrderItemCode")
    problems += filter(None, [item_id_problem("AmazonOrderItemCode", item_id, order_id)])
    written = fields.text("CancelReason")
    if written and action is Action.ACKNOWLEDGE:
        problems.append(Problem(Code.REASON_WITH_SUCCESS, "CancelReason", written))
    asked = fields.element("Quantity") is not None
    quantity = quantity_of("Quantity", fields.needed("Quantity"), problems) if asked else None
    return FeedRow(
        record=0,
        action=action,
        scope=Scope.UNITS if asked else Scope.LINE,
        order_id=order_id,
        item_id=item_id,
        quantity=quantity,
        reason=reason_of("CancelReason", written, ACKNOWLEDGEMENT, problems),
        foreign_reason=written,
        merchant_order_id=own_number,
        merchant_item_id=fields.text("MerchantOrderItemID"),
        problems=tuple(problems),
    )


def _take_out_stray_reason(payload: etree._Element, problems: list[Problem]) -> None:
    for child in [child for child in elements(payload) if local_name(child) == "CancelReason"]:
        problems.append(Problem(Code.REASON_OUTSIDE_ITEM, "CancelReason"))
        payload.remove(child)


def _status(written: str, problems: list[Problem]) -> str:
    status = _STATUSES.get(written.casefold(), "")
    if written and not status:
        problems.append(Problem(Code.UNKNOWN_STATUS, "StatusCode", written))
    elif status != written:
        problems.append(Problem(Code.FAILED_FOR_FAILURE, "StatusCode", written, status))
    return status


LAYOUT = XmlLayout(
    kind=FeedType.ORDER_ACKNOWLEDGEMENT,
    payload="OrderAcknowledgement",
    misspellings=frozenset(
        {
            "orderacknowledgment",
            "orderacknowledgement",
            "orderacknowledgements",
            "orderaknowledgement",
            "order acknowledgement",
        }
    ),
    read=_read,
)

"""The Order Adjustment feed: cancels units of items, or gives money back without canceling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from shared.feeds import amounts
from shared.feeds.codes import Code, Problem
from shared.feeds.envelope import XmlLayout
from shared.feeds.fields import Fields, value_of
from shared.feeds.flat import quantity_of, reason_of
from shared.feeds.ids import item_id_problem, order_id_problem
from shared.feeds.kinds import FeedType
from shared.feeds.reasons import ADJUSTMENT, CANCEL_REASONS
from shared.feeds.values import Action, Amount, AmountKind, FeedRow, Scope

_NAMES = ("AmazonOrderID", "MerchantOrderID", "ActionType", "AdjustedItem")
_ITEM_NAMES = (
    "AmazonOrderItemCode",
    "MerchantOrderItemID",
    "MerchantAdjustmentItemID",
    "AdjustmentReason",
    "ItemPriceAdjustments",
    "PromotionAdjustments",
    "DirectPaymentAdjustments",
    "QuantityCancelled",
    "Quantity",
)
_PROMOTION_NAMES = ("PromotionClaimCode", "MerchantPromotionID", "Component")
_COMPONENT_NAMES = ("Type", "Amount")
_COMPONENTS = {
    kind.value: kind
    for kind in AmountKind
    if kind not in {AmountKind.ITEM_PROMOTION, AmountKind.SHIPPING_PROMOTION}
}
_PROMOTED = {"Principal": AmountKind.ITEM_PROMOTION, "Shipping": AmountKind.SHIPPING_PROMOTION}


@dataclass(frozen=True, slots=True)
class _Head:
    """What all items of a message share."""

    order_id: str
    own_number: str
    action_type: str


def _read(payload: etree._Element, problems: list[Problem]) -> list[FeedRow]:
    fields = Fields(payload, _NAMES, problems, many=("AdjustedItem",))
    head = _Head(fields.text("AmazonOrderID"), fields.text("MerchantOrderID"), fields.text("ActionType"))
    if head.order_id and head.own_number:
        problems.append(Problem(Code.TWO_NAMES, "AmazonOrderID", head.order_id, head.own_number))
    if not fields.is_unread:
        field = "MerchantOrderID" if head.own_number else "AmazonOrderID"
        problems += filter(None, [order_id_problem(field, head.order_id or head.own_number)])
    if head.action_type not in {"", "Refund", "Cancel"}:
        problems.append(Problem(Code.CONTRADICTING_ACTION, "ActionType", head.action_type))
    items = fields.all("AdjustedItem")
    if not items:
        problems.append(Problem(Code.MISSING_VALUE, "AdjustedItem"))
    return [_item(item, head) for item in items]


def _item(item: etree._Element, head: _Head) -> FeedRow:
    problems: list[Problem] = []
    fields = Fields(item, _ITEM_NAMES, problems, many=("PromotionAdjustments",))
    row = FeedRow(0, Action.REFUND, Scope.LINE, head.order_id, merchant_order_id=head.own_number)
    row = _named_item(row, fields, problems)
    written = fields.needed("AdjustmentReason")
    row = replace(
        row, reason=reason_of("AdjustmentReason", written, ADJUSTMENT, problems), foreign_reason=written
    )
    if fields.element("DirectPaymentAdjustments") is not None:
        problems.append(Problem(Code.DIRECT_PAYMENT, "DirectPaymentAdjustments"))
    found = _amounts(fields, problems)
    if fields.element("QuantityCancelled") is not None:
        row = _cancel(row, fields, found, problems)
    else:
        row = _refund(row, fields, found, problems)
    _judge_action(row, head.action_type, problems)
    return replace(row, problems=tuple(problems))


def _named_item(row: FeedRow, fields: Fields, problems: list[Problem]) -> FeedRow:
    item_id, own_id = fields.text("AmazonOrderItemCode"), fields.text("MerchantOrderItemID")
    if item_id and own_id:
        problems.append(Problem(Code.TWO_NAMES, "AmazonOrderItemCode", item_id, own_id))
    elif not item_id and not own_id and not fields.is_unread:
        problems.append(Problem(Code.MISSING_VALUE, "AmazonOrderItemCode"))
    problems += filter(None, [item_id_problem("AmazonOrderItemCode", item_id, row.order_id)])
    return replace(row, item_id=item_id, merchant_item_id=own_id)


def _cancel(row: FeedRow, fields: Fields, found: list[Amount], problems: list[Problem]) -> FeedRow:
    code = ADJUSTMENT.find(row.foreign_reason)
    if code is not None and code[1] not in CANCEL_REASONS:
        problems.append(Problem(Code.NOT_A_CANCEL_REASON, "AdjustmentReason", row.foreign_reason))
    if found:
        problems.append(Problem(Code.AMOUNTS_IGNORED))
    quantity = quantity_of("QuantityCancelled", fields.needed("QuantityCancelled"), problems)
    return replace(row, action=Action.CANCEL, scope=Scope.UNITS, quantity=quantity)


def _refund(row: FeedRow, fields: Fields, found: list[Amount], problems: list[Problem]) -> FeedRow:
    asked = fields.element("Quantity") is not None
    quantity = quantity_of("Quantity", fields.needed("Quantity"), problems) if asked else None
    if not problems:
        amounts.judge(found, problems)
    return replace(row, quantity=quantity, amounts=tuple(found))


def _judge_action(row: FeedRow, action_type: str, problems: list[Problem]) -> None:
    expected = {"Cancel": Action.CANCEL, "Refund": Action.REFUND}.get(action_type, row.action)
    if expected is not row.action:
        problems.append(Problem(Code.CONTRADICTING_ACTION, "ActionType", action_type))


def _amounts(fields: Fields, problems: list[Problem]) -> list[Amount]:
    found: list[Amount] = []
    prices = fields.element("ItemPriceAdjustments")
    if prices is not None:
        components = Fields(prices, ("Component",), problems, many=("Component",)).all("Component")
        found += _components(components, _COMPONENTS, "", problems)
    for promotion in fields.all("PromotionAdjustments"):
        inside = Fields(promotion, _PROMOTION_NAMES, problems, many=("Component",))
        name = inside.text("MerchantPromotionID") or inside.text("PromotionClaimCode")
        found += _components(inside.all("Component"), _PROMOTED, name, problems)
    return found


def _components(
    components: Sequence[etree._Element],
    kinds: Mapping[str, AmountKind],
    promotion: str,
    problems: list[Problem],
) -> list[Amount]:
    found = []
    for component in components:
        fields = Fields(component, _COMPONENT_NAMES, problems)
        written = fields.needed("Type")
        kind = kinds.get(written)
        if written and kind is None:
            problems.append(Problem(Code.UNKNOWN_COMPONENT, "Type", written, ", ".join(kinds)))
        amount = fields.element("Amount")
        if amount is None:
            problems.append(Problem(Code.MISSING_VALUE, "Amount"))
        elif kind is not None:
            found += _amount(amount, kind, promotion, problems)
    return found


def _amount(
    element: etree._Element, kind: AmountKind, promotion: str, problems: list[Problem]
) -> list[Amount]:
    before = len(problems)
    text, currency = value_of(element, problems), (element.get("currency") or "").strip()
    if len(problems) > before:
        return []
    found = amounts.read(amounts.Written("Amount", kind, text, currency, promotion), problems)
    return [] if found is None else [found]


LAYOUT = XmlLayout(
    kind=FeedType.ORDER_ADJUSTMENT,
    payload="OrderAdjustment",
    misspellings=frozenset({"orderadjustment", "orderadjustments", "orderajustment", "order adjustment"}),
    read=_read,
)

"""Parts of prices that rows of a batch give back: order by order, each record whole or not at all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.actions import adjustments
from shared.actions.adjustments import Adjustment
from shared.actions.bulk_results import Hindrance, Outcome, Results, hindrances_of
from shared.domain.actors import Actor
from shared.domain.adjustments import Adjustable, adjustable
from shared.domain.bulk import RowAction, RowProblem
from shared.domain.catalogue import Giver
from shared.domain.errors import NotEligible, ReasonNotOffered
from shared.domain.ids import LineItemId
from shared.domain.money import to_minor
from shared.domain.reasons import Reason
from shared.rendering import currency_exponent
from shared.storage.adjusted import adjusted_before
from shared.storage.engine import Transaction
from shared.storage.facts import order_facts
from shared.storage.records import BulkRowRecord, BulkRunRecord, OrderRecord
from shared.storage.scopes import lock_order

# Amounts of these kinds go back of the delivery; all others go back of the item.
_OF_SHIPPING = frozenset({"Shipping", "ShippingTax", "ShippingPromotion"})


@dataclass(frozen=True, slots=True)
class _Share:
    """What one row gives back, in minor units, none of them negative."""

    row: BulkRowRecord
    item_minor: int
    shipping_minor: int

    @property
    def minor(self) -> int:
        """All of it."""
        return self.item_minor + self.shipping_minor


class _OtherCurrency(Exception):
    """The amounts are not in the order's currency, or have decimals that it lacks."""


def carry_out(
    tx: Transaction, run: BulkRunRecord, rows: Sequence[BulkRowRecord], results: Results, actor: Actor
) -> list[BulkRowRecord]:
    """Give back what rows ask for, and return the rows that ask for something else.

    Their orders are locked by then. A record that asks for too much is refused with all its rows.
    """
    records: dict[int, list[BulkRowRecord]] = defaultdict(list)
    for row in rows:
        if row.action == RowAction.REFUND:
            records[row.record].append(row)
    hindrances: dict[int, Hindrance] = {}
    refused = set()
    for record, mine in records.items():
        found = _adjust(tx, run, mine, results, actor)
        if found:
            refused.add(record)
        hindrances |= found
    rest = [row for row in rows if row.action != RowAction.REFUND or row.record in refused]
    return results.refuse(rest, hindrances)


def _adjust(
    tx: Transaction, run: BulkRunRecord, rows: Sequence[BulkRowRecord], results: Results, actor: Actor
) -> dict[int, Hindrance]:
    if rows[0].order_id is None:
        return {}
    order = lock_order(tx, rows[0].order_id)
    shares, hindrances = _shares(order, rows)
    if hindrances:
        return hindrances
    by_reason: dict[str | None, list[_Share]] = defaultdict(list)
    for share in shares:
        by_reason[share.row.reason].append(share)
    try:
        with tx.session.begin_nested():
            ids = {
                reason: adjustments.adjust_in(tx, order, _adjustment(run, reason, of_reason), actor)
                for reason, of_reason in by_reason.items()
            }
    except NotEligible:
        return _hindrances(tx, order, shares)
    except ReasonNotOffered as refusal:
        return hindrances_of(rows, refusal)
    for share in shares:
        known = None if run.dry_run else ids[share.row.reason]
        results.done(share.row, Outcome(refund_minor=share.minor, adjustment_id=known))
        results.refunded[order.currency] += share.minor
    results.sums["adjusted"] += 1
    results.sums["orders_refunded"] += 1
    return {}


def _shares(order: OrderRecord, rows: Sequence[BulkRowRecord]) -> tuple[list[_Share], dict[int, Hindrance]]:
    shares, hindrances = [], {}
    for row in rows:
        try:
            shares.append(_share(order.currency, row))
        except _OtherCurrency:
            hindrances[row.row_number] = Hindrance(RowProblem.OTHER_CURRENCY, order.currency)
    return shares, hindrances


def _share(currency: str, row: BulkRowRecord) -> _Share:
    item = shipping = 0
    for amount in row.amounts:
        minor = _minor(currency, amount)
        if amount["kind"] in _OF_SHIPPING:
            shipping += minor
        else:
            item += minor
    # What the row takes back of the one is less of the other; together they favor the buyer.
    if item < 0:
        return _Share(row, 0, shipping + item)
    if shipping < 0:
        return _Share(row, item + shipping, 0)
    return _Share(row, item, shipping)


def _minor(currency: str, amount: Mapping[str, str]) -> int:
    if amount["currency"] not in {"", currency}:
        raise _OtherCurrency
    try:
        return to_minor(amount["written"], currency_exponent(currency))
    except ValueError:
        raise _OtherCurrency from None


def _adjustment(run: BulkRunRecord, reason: str | None, shares: Sequence[_Share]) -> Adjustment:
    amounts: dict[LineItemId, int] = defaultdict(int)
    for share in shares:
        if share.row.line_item_id:
            amounts[LineItemId(share.row.line_item_id)] += share.item_minor
    return Adjustment(
        amounts=amounts,
        shipping_minor=sum(share.shipping_minor for share in shares),
        reason=Reason(reason or Reason.GENERAL_ADJUSTMENT),
        nonce=f"run:{run.id}:{shares[0].row.row_number}",
        giver=Giver.FEED,
    )


def _hindrances(tx: Transaction, order: OrderRecord, shares: Sequence[_Share]) -> dict[int, Hindrance]:
    possible = adjustable(order_facts(tx, order), adjusted_before(tx, order))
    over = [share for share in shares if _is_over(possible, share)]
    return {
        share.row.row_number: Hindrance(
            RowProblem.AMOUNT_NOT_POSSIBLE, _most(possible, share, order.currency)
        )
        for share in over or shares
    }


def _is_over(possible: Adjustable, share: _Share) -> bool:
    of_line = possible.of_line(LineItemId(share.row.line_item_id)) if share.row.line_item_id else 0
    return share.item_minor > of_line or share.shipping_minor > possible.of_shipping


def _most(possible: Adjustable, share: _Share, currency: str) -> str:
    line = possible.of_line(LineItemId(share.row.line_item_id)) if share.row.line_item_id else 0
    shipping = possible.of_shipping if share.shipping_minor else 0
    most = min(line + shipping, possible.in_all_minor)
    return f"{Decimal(most).scaleb(-currency_exponent(currency))} {currency}"

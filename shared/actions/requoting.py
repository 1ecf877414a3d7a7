"""Quote open requests anew when what they rest on has changed."""

from collections.abc import Sequence

from shared.storage.engine import Transaction
from shared.storage.facts import claimed_by, order_facts, quote_of
from shared.storage.records import OrderRecord, RequestRecord


def requote(tx: Transaction, order: OrderRecord, records: Sequence[RequestRecord]) -> None:
    """Write what these requests would bring back now, under the terms they were made on."""
    facts = order_facts(tx, order)
    held = claimed_by(tx, [record.id for record in records])
    for record in records:
        quoted = quote_of(facts, record, held[record.id])
        record.value_minor, record.refund_minor = quoted.value_minor, quoted.refund_minor
        record.fee_minor, record.withheld_minor = quoted.fee_minor, quoted.withheld_minor

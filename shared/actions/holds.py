"""Put an order on hold or under dispute and end it again; the silence clock stands still in between."""

from datetime import timedelta

from shared.domain.cancellation import RequestState
from shared.domain.events import EffectKind
from shared.storage import outbox
from shared.storage.engine import Transaction
from shared.storage.records import OrderRecord, RequestRecord
from shared.storage.scopes import requests_on


def stand(tx: Transaction, order: OrderRecord, *, hold: bool, disputed: bool) -> None:
    """Set whether the locked order is on hold and disputed; what waits for a decision waits on afterwards."""
    stood = order.hold or order.disputed
    order.hold, order.disputed = hold, disputed
    stands = hold or disputed
    if stands and not stood:
        order.held_since = tx.now
    if stood and not stands:
        for record in requests_on(tx, order.id):
            _go_on(tx, order, record)
        order.held_since = None


def _go_on(tx: Transaction, order: OrderRecord, record: RequestRecord) -> None:
    if record.state != RequestState.REQUESTED or record.decide_by is None:
        return
    begun = max(order.held_since or record.requested_at, record.requested_at)
    record.decide_by += tx.now - begun
    # The earlier effect finds that its time has not come and ends; this one is for the new time alone.
    outbox.defer(
        tx,
        EffectKind.APPLY_SILENCE,
        record.id,
        dedup_key=f"silence:{record.id}:{record.decide_by.isoformat()}",
        after=max(timedelta(0), record.decide_by - tx.now),
    )

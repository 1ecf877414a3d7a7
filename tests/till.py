"""A shop whose payments lie at the stand-in for Stripe, and what both sides of the ledger say."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from shared.actions import gateways, reported_refunds
from shared.actions.gateways import Credentials
from shared.domain.ids import MerchantId, OrderId
from shared.domain.intake import IncomingPayment
from shared.domain.orders import Gateway
from shared.payments import sending, stripe_events
from shared.payments.stripe import StripeGateway
from shared.payments.stripe_events import SeenDispute
from shared.ports import PaymentGateway
from shared.queries.invariants import violations_of
from shared.storage.engine import Database
from shared.storage.records import EffectRecord, OrderRecord, PaymentRecord, RefundRecord
from shared.storage.scopes import find_order, payments_of, refunds_on
from tests.builders import AnOrder, a_merchant, an_order
from tests.post import Remembering, outside, work_off
from tests.stripe_peer import SECRET, WEBHOOK_SECRET, Intent, Peer

GATEWAY_KEYS = ("ab" * 32,)


class Till:
    """One merchant, connected to the stand-in."""

    def __init__(self, db: Database, peer: Peer, merchant_id: MerchantId | None = None) -> None:
        self.db = db
        self.peer = peer
        self.merchant_id = merchant_id or a_merchant(db)
        self.box = Remembering()
        self.outside = outside(db, self.box, self.connect)
        given = Credentials(SECRET, WEBHOOK_SECRET)
        gateways.connect(db, self.merchant_id, Gateway.STRIPE, given, GATEWAY_KEYS)

    def connect(self, _merchant_id: MerchantId, _gateway: Gateway) -> PaymentGateway:
        return StripeGateway(SECRET, url=self.peer.url)

    def order(self, *payments: Intent, order: AnOrder | None = None) -> OrderId:
        """Take in an order that was paid with these."""
        paid = tuple(
            IncomingPayment(Gateway.STRIPE, intent.amount, intent.captured, intent.id) for intent in payments
        )
        made = order or an_order().with_item("Lamp", 10, sum(intent.amount for intent in payments))
        return made.with_(payments=paid).taken_in(self.db, self.merchant_id)

    def work(self) -> None:
        """Carry out what is due."""
        work_off(self.outside, self.merchant_id)

    def send(self, refund_id: UUID) -> None:
        """Send one refund, and let whatever it raises through."""
        sending.send(self.db, self.connect, self.merchant_id, refund_id)

    def rows(self, order_id: UUID) -> list[RefundRecord]:
        with self.db.begin(self.merchant_id) as tx:
            return list(refunds_on(tx, order_id))

    def states(self, order_id: UUID) -> list[str]:
        return [row.state for row in self.rows(order_id)]

    def order_row(self, order_id: UUID) -> OrderRecord:
        with self.db.begin(self.merchant_id) as tx:
            return find_order(tx, order_id)

    def payments(self, order_id: UUID) -> list[PaymentRecord]:
        with self.db.begin(self.merchant_id) as tx:
            return list(payments_of(tx, order_id))

    def effects(self, refund_id: UUID) -> list[EffectRecord]:
        with self.db.begin(self.merchant_id) as tx:
            found = select(EffectRecord).where(EffectRecord.subject_id == refund_id)
            return list(tx.session.scalars(found.order_by(EffectRecord.id)))

    def hurry(self) -> None:
        """Make everything that waits for its time due now, and carry it out."""
        with self.db.begin(self.merchant_id) as tx:
            tx.session.execute(
                update(EffectRecord).where(EffectRecord.state == "ready").values(due_at=tx.now),
                execution_options={"synchronize_session": False},
            )
        self.work()

    def a_day_passes(self) -> None:
        """Let every first try be older than a gateway remembers its keys, and the gateway forget them."""
        with self.db.begin(self.merchant_id) as tx:
            tx.session.execute(
                update(RefundRecord).values(first_sent_at=RefundRecord.first_sent_at - timedelta(hours=25)),
                execution_options={"synchronize_session": False},
            )
        self.peer.keys.clear()

    def hear(self, kind: str, thing: dict[str, object]) -> None:
        """Take in one event of the gateway."""
        body, signature = self.peer.event(kind, thing)
        for seen in stripe_events.read(body, signature, WEBHOOK_SECRET):
            if isinstance(seen, SeenDispute):
                reported_refunds.note_dispute(self.db, self.merchant_id, seen.payments, is_open=seen.is_open)
            else:
                reported_refunds.note_refund(self.db, self.merchant_id, seen)

    def agrees(self, order_id: UUID, *payments: Intent) -> bool:
        """Say whether both sides tell the same of each payment, and every invariant holds."""
        assert violations_of(self.db, self.merchant_id) == []
        for row, intent in zip(self.payments(order_id), payments, strict=True):
            assert row.refunded_minor == self.peer.given_back(intent) <= intent.captured
        return True

"""Feeds through the whole path: handed in, read, carried out, reported."""

import io
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from shared.actions.bulk_runs import Begun
from shared.domain.actors import Actor, ActorKind
from shared.domain.ids import MerchantId
from shared.feeds import reporting, running, submitting
from shared.feeds.kinds import FeedType
from shared.feeds.submitting import Feed
from shared.storage.engine import Database
from shared.storage.records import OrderRecord
from tests.builders import an_order, ship
from tests.unit.feeds.making import Report, reported, written

FEED = Actor(ActorKind.FEED)
LAMP, MUG = "53636600015471", "53636600015472"
OWN_ITEM = (
    f"<Item><AmazonOrderItemCode>{LAMP}</AmazonOrderItemCode>"
    "<MerchantOrderItemID>L-7</MerchantOrderItemID></Item>"
)


def hand_in(
    db: Database, merchant_id: MerchantId, folder: Path, content: str | bytes,
    *, wanted: FeedType | None = None, dry_run: bool = False, actor: Actor = FEED,
) -> Begun:  # fmt: skip
    feed = Feed(written(folder, content), "feed.txt", wanted, dry_run)
    return submitting.submit(db, merchant_id, feed, actor, most_an_hour=None)


def carry_out(db: Database, merchant_id: MerchantId, folder: Path, content: str | bytes, **more) -> UUID:
    run_id = hand_in(db, merchant_id, folder, content, **more).run_id
    running.take_turn(db, merchant_id, run_id)
    return run_id


def report_text(db: Database, merchant_id: MerchantId, run_id: UUID) -> bytes:
    out = io.BytesIO()
    reporting.report(db, merchant_id, run_id).write(out)
    return out.getvalue()


def report_of(db: Database, merchant_id: MerchantId, run_id: UUID) -> Report:
    return reported(report_text(db, merchant_id, run_id))


def number(n: int) -> str:
    return f"206-0536365-{n:07d}"


def orders(db: Database, merchant_id: MerchantId, *numbers: int, shipped: bool = False) -> list:
    """Take in orders of two lamps (50.00 together) and one mug (8.00)."""
    made = []
    for n in numbers:
        order = an_order().with_(number=number(n)).with_item("Lamp", 2, 5000, external_id=LAMP)
        made.append(order.with_item("Mug", 1, 800, external_id=MUG).taken_in(db, merchant_id))
        if shipped:
            ship(db, merchant_id, made[-1])
    return made


def statuses(db: Database, merchant_id: MerchantId) -> list[str]:
    with db.begin(merchant_id) as tx:
        found = tx.session.scalars(
            select(OrderRecord.status)
            .where(OrderRecord.merchant_id == merchant_id)
            .order_by(OrderRecord.number)
        )
        return list(found)


def count(db: Database, merchant_id: MerchantId, record: type) -> int:
    with db.begin(merchant_id) as tx:
        return tx.session.scalar(select(func.count()).select_from(record))

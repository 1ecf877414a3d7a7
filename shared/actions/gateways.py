"""Connect a merchant's account at a payment gateway, and end the connection."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from shared.domain.errors import InvalidContent, NotFound
from shared.domain.ids import MerchantId, new_id
from shared.domain.orders import Gateway
from shared.sealing import seal, unseal
from shared.storage.doors import Door, build
from shared.storage.engine import Database, Transaction
from shared.storage.records import DoorRecord, GatewayRecord

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a gateway gave the merchant; an empty secret leaves the one that is kept as it is."""

    secret: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    account: str = ""


def connect(
    db: Database, merchant_id: MerchantId, gateway: Gateway, given: Credentials, keys: Sequence[str]
) -> None:
    """Keep the secrets of an account, sealed; the address of its webhooks stays the same from the first time.

    Raises InvalidContent when a first connection brings no secret.
    """
    with db.begin(merchant_id) as tx:
        record = _record(tx, gateway)
        if record is None:
            if not given.secret:
                raise InvalidContent("A first connection needs the secret key.")
            record = _new(tx, gateway, keys)
        if given.secret:
            record.secret = seal(keys, given.secret)
        if given.webhook_secret:
            record.webhook_secret = seal(keys, given.webhook_secret)
        record.account = given.account or record.account


def disconnect(db: Database, merchant_id: MerchantId, gateway: Gateway) -> None:
    """Forget an account and close its webhooks' address. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        record = _record(tx, gateway)
        if record is None:
            raise NotFound(f"There is no connection to {gateway}.")
        tx.session.execute(
            delete(DoorRecord).where(DoorRecord.kind == Door.GATEWAY, DoorRecord.row_id == record.id)
        )
        tx.session.delete(record)


def reseal(db: Database, merchant_id: MerchantId, keys: Sequence[str]) -> int:
    """Close what is kept with the newest key, so that an old one may be taken away; count the accounts."""
    with db.begin(merchant_id) as tx:
        records = tx.session.scalars(
            select(GatewayRecord).where(GatewayRecord.merchant_id == merchant_id)
        ).all()
        for record in records:
            record.secret = seal(keys, unseal(keys, record.secret))
            record.token = seal(keys, unseal(keys, record.token))
            if record.webhook_secret:
                record.webhook_secret = seal(keys, unseal(keys, record.webhook_secret))
    return len(records)


def _record(tx: Transaction, gateway: Gateway) -> GatewayRecord | None:
    return tx.session.scalars(
        select(GatewayRecord)
        .where(GatewayRecord.merchant_id == tx.merchant_id, GatewayRecord.gateway == gateway)
        .with_for_update()
    ).one_or_none()


def _new(tx: Transaction, gateway: Gateway, keys: Sequence[str]) -> GatewayRecord:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    record = GatewayRecord(
        merchant_id=tx.merchant_id,
        id=new_id(),
        gateway=gateway,
        account="",
        secret=b"",
        webhook_secret=b"",
        token=seal(keys, token),
        created_at=tx.now,
    )
    tx.session.add(record)
    build(tx.session, Door.GATEWAY, token.encode(), tx.merchant_id, record.id)
    return record

"""Merchants' accounts at payment gateways, opened for who sends refunds and who reads webhooks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId
from shared.domain.orders import Gateway
from shared.sealing import unseal
from shared.storage.doors import Door, open_door
from shared.storage.engine import Database
from shared.storage.records import GatewayRecord

WEBHOOKS = "/api/v1/gateways/stripe/"


@dataclass(frozen=True, slots=True)
class GatewayAccount:
    """An account with its secrets open; `token` ends the address of its webhooks."""

    merchant_id: MerchantId
    gateway: Gateway
    account: str
    secret: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    token: str = field(repr=False)


def find(
    db: Database, merchant_id: MerchantId, gateway: Gateway, keys: Sequence[str]
) -> GatewayAccount | None:
    """Read a merchant's account; None when there is no connection."""
    with db.snapshot(merchant_id) as tx:
        record = tx.session.scalars(
            select(GatewayRecord).where(
                GatewayRecord.merchant_id == merchant_id, GatewayRecord.gateway == gateway
            )
        ).one_or_none()
        return _account(record, keys) if record else None


def behind(db: Database, token: str, keys: Sequence[str]) -> GatewayAccount:
    """Find whose webhooks arrive at an address. Raises NotFound."""
    with db.begin_untenanted() as untenanted:
        way = open_door(untenanted.session, Door.GATEWAY, token.encode())
    if way is None:
        raise NotFound
    merchant_id, account_id = way
    with db.snapshot(merchant_id) as tx:
        record = tx.session.get(GatewayRecord, (merchant_id, account_id))
        if record is None:
            raise NotFound
        return _account(record, keys)


def _account(record: GatewayRecord, keys: Sequence[str]) -> GatewayAccount:
    return GatewayAccount(
        merchant_id=MerchantId(record.merchant_id),
        gateway=Gateway(record.gateway),
        account=record.account,
        secret=unseal(keys, record.secret),
        webhook_secret=unseal(keys, record.webhook_secret) if record.webhook_secret else "",
        token=unseal(keys, record.token),
    )

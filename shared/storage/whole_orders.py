"""Cancel orders of a batch that nothing has happened to, all of each, without reading them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, cast
from uuid import UUID

import psycopg
from sqlalchemy import TextClause, text

from shared.storage import scopes
from shared.storage import whole_orders_sql as sql
from shared.storage.bulk import of_any_merchant
from shared.storage.engine import Transaction

_READ_POLICIES, _LOCK_AND_READ_POLICIES, _SKUS, _PREVIEW, _CARRY_OUT = (
    text(of_any_merchant(statement))
    for statement in (sql.READ_POLICIES, sql.LOCK_AND_READ_POLICIES, sql.SKUS, sql.PREVIEW, sql.CARRY_OUT)
)


@dataclass(frozen=True, slots=True)
class Batch:
    """The groups of a run after `after`, up to `end`; `reason` holds where a row names none."""

    run: UUID
    after: int
    end: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What orders are judged by. Arrays that belong together have an entry for each reason, or each policy.

    `policies` are documents, `policy_texts` what hashes of quotes know them by, written as JSON. Orders of
    other policies and rows of other reasons are left alone.
    """

    policies: Sequence[str]
    policy_texts: Sequence[str]
    reasons: Sequence[str]
    words: Sequence[str]
    counts: Sequence[bool]
    restocks: Sequence[bool]
    zone: str
    rate_days: int


@dataclass(frozen=True, slots=True)
class Asker:
    """Who cancels, what they say, and whom the merchant has connected and mails."""

    actor_kind: str
    actor_id: UUID | None
    locale: str
    memo: str
    message: str
    connected: Sequence[str]
    mails: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """What orders of a batch came to; money is minor units by currency.

    `counted` are the orders that count in the rate, by ISO date, `first_counted` is one of them; `put_back`
    are units by SKU, `mails` and `sendings` the effects that were noted. A preview tells none of these.
    """

    orders: int
    units: int
    done: int
    warnings: int
    orders_refunded: int
    orders_released: int
    counting: int
    refunded: Mapping[str, int]
    released: Mapping[str, int]
    counted: Mapping[str, int]
    first_counted: UUID | None
    put_back: Mapping[str, int]
    mails: Sequence[str]
    sendings: Sequence[str]


def policies(tx: Transaction, batch: Batch, *, lock: bool) -> list[Mapping[str, Any]]:
    """Read the policies of the orders that are to be canceled, once each; with `lock` lock the orders."""
    statement = _LOCK_AND_READ_POLICIES if lock else _READ_POLICIES
    with _planned_anew(tx):
        return list(tx.session.connection().execute(statement, _given(tx, batch)).scalars())


def lock_stock(tx: Transaction, batch: Batch, restocking: Sequence[str]) -> None:
    """Lock all counts that the batch may change, at once: piece by piece two batches would wait in a ring.

    `restocking` are the reasons that put units back.
    """
    given = {**_given(tx, batch), "restocking": list(restocking)}
    scopes.lock_stock(tx, tx.session.connection().execute(_SKUS, given).scalars())


def preview(tx: Transaction, batch: Batch, terms: Terms) -> Whole:
    """Deal with the rows of the orders that can go as they are, and change none of them."""
    return _whole(tx, _PREVIEW, {**_given(tx, batch), **asdict(terms)})


def carry_out(tx: Transaction, batch: Batch, terms: Terms, asker: Asker) -> Whole:
    """Cancel the orders that can go as they are; they are locked by then.

    Left to the caller are the counts of stock and days, and waking workers for the effects.
    """
    return _whole(tx, _CARRY_OUT, {**_given(tx, batch), **asdict(terms), **asdict(asker)})


def _given(tx: Transaction, batch: Batch) -> dict[str, Any]:
    return {"merchant": tx.merchant_id, "now": tx.now, **asdict(batch)}


def _whole(tx: Transaction, statement: TextClause, given: Mapping[str, Any]) -> Whole:
    with _planned_anew(tx):
        return Whole(**tx.session.connection().execute(statement, given).mappings().one())


@contextmanager
def _planned_anew(tx: Transaction) -> Iterator[None]:
    """Let the driver prepare nothing inside the block.

    A plan for any batch, which a prepared statement comes to, fits none. To forbid such plans by a setting of
    the database would have every check of a foreign key planned anew as well.
    """
    driver = cast(psycopg.Connection, tx.session.connection().connection.driver_connection)
    threshold, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        yield
    finally:
        driver.prepare_threshold = threshold

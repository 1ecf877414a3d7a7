"""Read and insert many rows in one statement each; COPY is no way in: row security does not allow it."""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from operator import attrgetter
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from shared.storage.engine import Transaction

_AS_TEXT = (UUID, date)
_MERCHANT = re.compile(r"(?<== ):merchant\b")
_Record = TypeVar("_Record", bound=DeclarativeBase)


def of_any_merchant(statement: str) -> str:
    """Have a statement planned as for a merchant of whom nothing is known.

    Of one who is newer than the planner's figures it would think that they have no rows, and then go through
    all of them for each row that a batch changes.
    """
    return _MERCHANT.sub("(SELECT CAST(:merchant AS uuid))", statement)


def insert_rows(
    tx: Transaction,
    record: type[DeclarativeBase],
    rows: Sequence[Mapping[str, Any]],
    same: Mapping[str, Any] | None = None,
) -> None:
    """Insert rows that all name the same columns; `same` are columns in which they do not differ."""
    if rows:
        tx.session.connection().execute(text(_insert(record, rows[0], same or {})), _given(rows, same or {}))


def update_rows(tx: Transaction, record: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> None:
    """Update rows by their ids; all of them name the same columns."""
    if rows:
        given = {"rows": document(rows), "merchant": tx.merchant_id}
        tx.session.connection().execute(text(of_any_merchant(_update(record, rows[0]))), given)


def read_rows(
    tx: Transaction,
    record: type[_Record],
    where: Sequence[ColumnElement[bool]],
    *,
    spare: Collection[str] = (),
    in_order: bool = True,
) -> Sequence[_Record]:
    """Read the merchant's rows, in the order of their keys if asked, without the columns that can be spared.

    They read like records and belong to no session, which costs most of what reading records costs.
    """
    table = record.metadata.tables[record.__tablename__]
    columns = [column for column in table.columns if column.name not in spare]
    query = select(*columns).where(table.c.merchant_id == tx.merchant_id, *where)
    if in_order:
        query = query.order_by(*table.primary_key)
    return cast(Sequence[_Record], tx.session.connection().execute(query).all())


def one_of(
    column: ColumnElement[UUID] | InstrumentedAttribute[Any], ids: Iterable[UUID]
) -> ColumnElement[bool]:
    """Say that a column holds one of these ids, however many, in one parameter."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def document(value: object) -> str:
    """Write rows as one document: in C here, and taken apart by the columns' own types in the database."""
    return json.dumps(value, default=_written)


def arrays(rows: Sequence[Any]) -> dict[str, str]:
    """Give the fields of dataclasses of one kind as an array each: ids, numbers and flags, no words.

    Both sides have less to do with them than with a document that names every field in every row.
    """
    return {
        field.name: "{" + ",".join(map(str, map(attrgetter(field.name), rows))) + "}"
        for field in fields(rows[0])
    }


def plain(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Give the fields of dataclasses of one kind, two or more each, by name."""
    # asdict() copies every value first, for a batch longer than the database takes to write it.
    if not rows:
        return []
    names = [field.name for field in fields(rows[0])]
    values = attrgetter(*names)
    return [dict(zip(names, values(row), strict=True)) for row in rows]


def _insert(record: type[DeclarativeBase], row: Mapping[str, Any], same: Mapping[str, Any]) -> str:
    table, names = record.__tablename__, ", ".join([*row, *same])
    # What all rows share is sent once: it fills the columns that a row does not name.
    base = f"json_populate_record(NULL::{table}, :same)"
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset({base}, :rows)"  # noqa: S608 - names of our own columns


def _update(record: type[DeclarativeBase], row: Mapping[str, Any]) -> str:
    table, values = record.__tablename__, ", ".join(f"{name} = d.{name}" for name in row if name != "id")
    return (
        f"UPDATE {table} t SET {values} FROM json_populate_recordset(NULL::{table}, :rows) d"  # noqa: S608 - names of our own columns
        " WHERE t.merchant_id = :merchant AND t.id = d.id"
    )


def _given(rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any]) -> dict[str, str]:
    return {"rows": document(rows), "same": document(same)}


def _written(value: object) -> str:
    if isinstance(value, _AS_TEXT):
        return str(value)
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(value)

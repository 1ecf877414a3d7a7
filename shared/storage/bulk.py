"""Insert many rows in one statement; COPY is no way in, since row security does not allow it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase

from shared.storage.engine import Transaction


def insert_rows(tx: Transaction, record: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns."""
    if rows:
        tx.session.connection().execute(text(_insert(record, rows[0])), {"rows": _document(rows)})


def insert_missing(
    tx: Transaction, record: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]], key: Sequence[str]
) -> set[Any]:
    """Insert the rows whose key is not taken yet, and return the last column of their keys."""
    if not rows:
        return set()
    statement = f"{_insert(record, rows[0])} ON CONFLICT ({', '.join(key)}) DO NOTHING RETURNING {key[-1]}"
    return set(tx.session.connection().execute(text(statement), {"rows": _document(rows)}).scalars())


def _insert(record: type[DeclarativeBase], row: Mapping[str, Any]) -> str:
    table, names = record.__tablename__, ", ".join(row)
    # One document for all rows: written in C here, and taken apart by the columns' own types there.
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, :rows)"  # noqa: S608 - names of our own columns


def _document(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, default=_written)


def _written(value: object) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, UUID | date):
        return str(value)
    raise TypeError(value)

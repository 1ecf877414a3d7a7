"""Insert many rows in one statement; COPY is no way in, since row security does not allow it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from shared.storage.engine import Transaction

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_rows(tx: Transaction, record: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, as one array per column; no column may be an array."""
    if not rows:
        return
    table = record.__table__
    if not isinstance(table, Table):
        raise TypeError(record)
    names = list(rows[0])
    arrays = ", ".join(f"CAST(:{name} AS {_type(table, name)}[])" for name in names)
    tx.session.connection().execute(
        text(f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM unnest({arrays})"),  # noqa: S608 - names of our own columns
        {name: [_value(table, name, row[name]) for row in rows] for name in names},
    )


def _type(table: Table, name: str) -> str:
    return str(table.c[name].type.compile(dialect=_DIALECT)).split(" COLLATE")[0]


def _value(table: Table, name: str, value: object) -> object:
    return json.dumps(value) if isinstance(table.c[name].type, JSONB) else value

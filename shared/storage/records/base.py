"""What all tables share: naming, types, and the key that begins with the merchant."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKeyConstraint, LargeBinary, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Every table; constraint names are made by rule so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        str: Text,
        bytes: LargeBinary,
        UUID: Uuid,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
    }


class TenantRow:
    """A row of one merchant; reachable only inside a transaction that names the merchant."""

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)


def belongs_to(table: str, *columns: str) -> ForeignKeyConstraint:
    """Make a foreign key to another table of the same merchant; `columns` name the other row's id here."""
    return ForeignKeyConstraint(["merchant_id", *columns], [f"{table}.merchant_id", f"{table}.id"])


def of_merchant() -> ForeignKeyConstraint:
    """Make the foreign key of a table that hangs on the merchant alone."""
    return ForeignKeyConstraint(["merchant_id"], ["merchants.id"])

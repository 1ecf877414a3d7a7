"""The operator's support agents: where they find merchants' cases, and their sessions. Nothing personal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base


class OperatorCaseRecord(Base):
    """A case of some merchant with the operator: ids and state alone, so that agents find those of all."""

    __tablename__ = "operator_cases"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    state: Mapped[str]
    since: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_operator_cases_list", "state", "since", "case_id"),
        Index("ix_operator_cases_changed", "changed_at", "case_id"),
    )


class AgentSessionRecord(Base):
    """A signed-in browser of a support agent, found by its secret's hash.

    `merchant_id` is the one account that is open in it, None while none is.
    """

    __tablename__ = "agent_sessions"

    sha256: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

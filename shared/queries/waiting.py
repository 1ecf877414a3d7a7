"""How much waits for a merchant's team, as the navigation shows it on every page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select

from shared.domain.cancellation import RequestState
from shared.domain.ids import MerchantId
from shared.domain.support import CaseState, Floor
from shared.queries.cancellations import MOST_COUNTED
from shared.storage.cases import cases_on
from shared.storage.engine import Database
from shared.storage.records import CaseRecord, RequestRecord
from shared.storage.scopes import requests_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """Requests that wait for a decision and cases that wait for an answer; counting stops at 100."""

    requests: int
    cases: int


def waiting(db: Database, merchant_id: MerchantId) -> Waiting:
    """Count both in one statement: every page of the console asks."""
    with db.snapshot(merchant_id) as tx:
        requests = requests_of(tx).with_only_columns(RequestRecord.id)
        cases = cases_on(tx, Floor.MERCHANT).with_only_columns(CaseRecord.id)
        row = tx.session.execute(
            select(
                _count(requests.where(RequestRecord.state == RequestState.REQUESTED)).label("requests"),
                _count(cases.where(CaseRecord.state == CaseState.OPEN)).label("cases"),
            )
        ).one()
    return Waiting(row.requests, row.cases)


def _count(wanted: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(wanted.limit(MOST_COUNTED).subquery()).scalar_subquery()

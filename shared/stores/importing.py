"""Hand the orders of a file to the product in batches, and count what became of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Self

from shared.actions import intake
from shared.actions.intake import IntakeOutcome, Verdict
from shared.domain.actors import SYSTEM, Actor
from shared.domain.intake import IncomingOrder
from shared.domain.order_reports import Report
from shared.queries.merchants import Merchant
from shared.rendering import gettext as _
from shared.storage.engine import Database, Transaction
from shared.stores.ahead import read_ahead
from shared.stores.findings import Finding, bad, contradicted, refused_wish
from shared.stores.json_orders import JsonOrders
from shared.stores.reading import OrderFile, Reading
from shared.stores.troubles import BadRow, Notice
from shared.tables.troubles import UnreadableFile

BATCH_ORDERS = 500
BATCH_LINES = 5_000

Advance = Callable[[str, int], None]


@dataclass(slots=True)
class Tally:
    """What became of a file.

    `waiting` counts what waits for the rest of an order; `stopped` is why the rest could not be read.
    """

    outcomes: Counter[IntakeOutcome] = field(default_factory=Counter)
    rows: int = 0
    bad_rows: int = 0
    left_out: int = 0
    notices: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    stopped: UnreadableFile | None = None

    @property
    def is_clean(self) -> bool:
        """Nothing is left for a person to look at."""
        differ = self.outcomes[IntakeOutcome.DIFFERS]
        return not (self.bad_rows or differ or self.stopped)

    def document(self) -> dict[str, Any]:
        """Write the counts as a document, to go on from."""
        return {
            "outcomes": {outcome.value: count for outcome, count in sorted(self.outcomes.items())},
            "rows": self.rows,
            "bad_rows": self.bad_rows,
            "left_out": self.left_out,
            "notices": dict(self.notices),
            "waiting": self.waiting,
        }

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read the counts of a run that is gone on with, or has ended."""
        if not document:
            return cls()
        return cls(
            outcomes=Counter(
                {IntakeOutcome(outcome): count for outcome, count in document["outcomes"].items()}
            ),
            rows=document["rows"],
            bad_rows=document["bad_rows"],
            left_out=document["left_out"],
            notices=Counter(document["notices"]),
            waiting=document["waiting"],
        )


class Observer:
    """Who is told what a run finds, and may note how far it is in the transaction of each batch."""

    def finding(self, found: Finding) -> None:
        """Hear of something that a person should look at."""

    def batch(self, tx: Transaction, tally: Tally, position: int) -> None:
        """Hear that all up to `position` is dealt with, in the open transaction that does the last of it."""


@dataclass(slots=True)
class OrderImport:
    """One run over one file, or the rest of one: `position` of its readings are dealt with already."""

    db: Database
    merchant: Merchant
    mail_all: bool
    observer: Observer
    actor: Actor = SYSTEM
    tally: Tally = field(default_factory=Tally)
    position: int = 0
    _batch: list[IncomingOrder | Report] = field(default_factory=list)
    _lines: int = 0
    _last_left_out: str = ""
    _read: int = 0

    def run(self, file: OrderFile | JsonOrders, advance: Advance) -> Tally:
        """Read the file to its end and take in its orders."""
        with closing(read_ahead(partial(self._readings, file), advance)) as readings:
            try:
                for reading in self._rest(readings):
                    self._read += 1
                    self._take(reading)
            except UnreadableFile as error:
                self.tally.stopped = error
        self._flush()
        self.tally.waiting = intake.count_waiting(self.db, self.merchant.id)
        return self.tally

    def _readings(self, file: OrderFile | JsonOrders, tell: Advance) -> Iterator[Reading]:
        return file.readings(
            self.merchant.prices_include_tax,
            checking=partial(tell, _("Checking the file")),
            progress=partial(tell, _("Taking in orders")),
        )

    def _rest(self, readings: Iterator[Reading]) -> Iterator[Reading]:
        self._read = self.position
        return islice(readings, self.position, None)

    def _take(self, reading: Reading) -> None:
        if isinstance(reading, BadRow):
            self._count_bad(reading)
        elif isinstance(reading, Notice):
            self.tally.notices[reading.what] += 1
        else:
            self._batch.append(reading)
            self._lines += len(reading.lines)
            if len(self._batch) >= BATCH_ORDERS or self._lines >= BATCH_LINES:
                self._flush()

    def _count_bad(self, row: BadRow) -> None:
        self.tally.bad_rows += 1
        self.tally.rows += 1
        if row.order_number and row.order_number != self._last_left_out:
            self.tally.left_out += 1
            self._last_left_out = row.order_number
        self.observer.finding(bad(row))

    def _flush(self) -> None:
        if self._read == self.position:
            return
        intake.take_in(
            self.db,
            self.merchant.id,
            self._batch,
            actor=self.actor,
            mail_all=self.mail_all,
            beside=self._count,
        )
        self.position = self._read
        self._batch = []
        self._lines = 0

    def _count(self, tx: Transaction, taken: Sequence[Verdict]) -> None:
        for one, given in zip(taken, self._batch, strict=True):
            self.tally.outcomes[one.outcome] += 1
            self.tally.rows += max(1, len(given.lines))
            if one.outcome is IntakeOutcome.DIFFERS:
                for contradiction in one.contradictions:
                    self.observer.finding(contradicted(one, contradiction, given.currency))
            if one.refused_wish:
                self.observer.finding(refused_wish(one))
        self.observer.batch(tx, self.tally, self._read)

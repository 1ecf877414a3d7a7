"""Hand the orders of a file to the product in batches, and count what became of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from shared.actions import intake
from shared.actions.intake import IntakeOutcome
from shared.cli.meter import Advance
from shared.domain.actors import SYSTEM
from shared.domain.intake import IncomingOrder
from shared.queries.merchants import Merchant
from shared.rendering import gettext as _
from shared.storage.engine import Database
from shared.stores.reading import OrderFile, Reading
from shared.stores.troubles import BadRow, Notice
from shared.tables.troubles import UnreadableFile

BATCH_ORDERS = 500
BATCH_LINES = 5_000

Finding = Callable[[BadRow | str], None]


@dataclass(slots=True)
class Tally:
    """What became of a file. `stopped` is why the rest of it could not be read."""

    outcomes: Counter[IntakeOutcome] = field(default_factory=Counter)
    bad_rows: int = 0
    left_out: int = 0
    notices: Counter[str] = field(default_factory=Counter)
    stopped: UnreadableFile | None = None

    @property
    def is_clean(self) -> bool:
        """Nothing is left for a person to look at."""
        differ = self.outcomes[IntakeOutcome.DIFFERS]
        return not (self.bad_rows or differ or self.stopped)


@dataclass(slots=True)
class OrderImport:
    """One run over one file. `finding` is told each bad row, and the number of each order that differs."""

    db: Database
    merchant: Merchant
    mail_all: bool
    finding: Finding
    tally: Tally = field(default_factory=Tally)
    _batch: list[IncomingOrder] = field(default_factory=list)
    _lines: int = 0
    _last_left_out: str = ""

    def run(self, file: OrderFile, advance: Advance) -> Tally:
        """Read the file to its end and take in its orders."""
        readings = file.readings(
            self.merchant.prices_include_tax,
            checking=partial(advance, _("Checking the file")),
            progress=partial(advance, _("Taking in orders")),
        )
        try:
            for reading in readings:
                self._take(reading)
        except UnreadableFile as error:
            self.tally.stopped = error
        self._flush()
        return self.tally

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
        if row.order_number and row.order_number != self._last_left_out:
            self.tally.left_out += 1
            self._last_left_out = row.order_number
        self.finding(row)

    def _flush(self) -> None:
        if not self._batch:
            return
        taken = intake.take_in(self.db, self.merchant.id, self._batch, actor=SYSTEM, mail_all=self.mail_all)
        for order in taken:
            self.tally.outcomes[order.outcome] += 1
            if order.outcome is IntakeOutcome.DIFFERS:
                self.finding(order.number)
        self._batch = []
        self._lines = 0

"""Carry out an uploaded file of orders: in a worker, in batches, each with its progress beside it."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from shared.actions import uploads
from shared.actions.uploads import Found, Run, Superseded
from shared.domain.errors import NotPermitted
from shared.domain.ids import MerchantId
from shared.domain.uploads import UploadState
from shared.queries import merchants
from shared.rendering import gettext as _
from shared.rendering import speaking
from shared.storage import files
from shared.storage.engine import Database, Transaction
from shared.stores.findings import Finding
from shared.stores.importing import Observer, OrderImport, Tally
from shared.stores.recognize import open_orders
from shared.tables.troubles import UnreadableFile

MOST_FINDINGS = 10_000
_HOLD_SECONDS = 15.0


class _Progress(Observer):
    """Keep what a run finds until its next batch is written, together with how far the run is."""

    def __init__(self, db: Database, merchant_id: MerchantId, run: Run) -> None:
        self._db = db
        self._merchant_id = merchant_id
        self._run = run
        self._found: list[Found] = []
        self._read_bytes = 0
        self._held_at = time.monotonic()

    def advance(self, _stage: str, read_bytes: int) -> None:
        """Hear how many bytes are read; a file that is long looked through is held on to meanwhile."""
        self._read_bytes = read_bytes
        if time.monotonic() - self._held_at > _HOLD_SECONDS:
            uploads.hold(self._db, self._merchant_id, self._run)
            self._held_at = time.monotonic()

    def finding(self, found: Finding) -> None:
        """Keep a finding; of a file that is wrong throughout the first ones say enough."""
        if len(self._found) < MOST_FINDINGS:
            self._found.append(
                Found(
                    line=found.line,
                    place=found.place,
                    order_number=found.order_number,
                    severity=found.severity,
                    code=found.code,
                    what=found.what,
                    how_to_mend=found.how_to_mend,
                )
            )

    def batch(self, tx: Transaction, tally: Tally, position: int) -> None:
        """Write down how far it is."""
        uploads.advance(
            tx,
            self._run,
            position=position,
            read_bytes=self._read_bytes,
            counters=tally.document(),
            found=self._found,
        )
        self._found = []
        self._held_at = time.monotonic()


def carry_out(db: Database, merchant_id: MerchantId, run: Run) -> None:
    """Take in the orders of an uploaded file; what cannot be read of it is said in its results."""
    with speaking(run.locale), suppress(Superseded), _kept(db, merchant_id, run) as path:
        tally = Tally.read(run.counters)
        try:
            file = open_orders(path)
            progress = _Progress(db, merchant_id, run)
            importing = OrderImport(
                db,
                merchants.read(db, merchant_id),
                mail_all=bool(run.options.get("mail_all")),
                observer=progress,
                actor=run.actor,
                tally=tally,
                position=run.position,
            )
            tally = importing.run(file, progress.advance)
        except UnreadableFile as error:
            _fail(db, merchant_id, run, tally, str(error))
        except NotPermitted:
            _fail(
                db,
                merchant_id,
                run,
                tally,
                _("Whoever uploaded the file may import orders no more; what came before stays."),
            )
        else:
            note = "" if tally.stopped is None else str(tally.stopped)
            uploads.finish(db, merchant_id, run, counters=_counters(tally, file.kind), note=note)


def _fail(db: Database, merchant_id: MerchantId, run: Run, tally: Tally, note: str) -> None:
    uploads.finish(db, merchant_id, run, counters=_counters(tally, ""), state=UploadState.FAILED, note=note)


def _counters(tally: Tally, kind: str) -> dict[str, Any]:
    return {**tally.document(), "file": kind}


@contextmanager
def _kept(db: Database, merchant_id: MerchantId, run: Run) -> Iterator[Path]:
    """Write the file out to where it can be read as often as it must be, for the length of the run."""
    with tempfile.TemporaryDirectory(prefix="rescind-upload-") as folder:
        path = Path(folder) / "orders"
        files.write_out(db, merchant_id, run.upload_id, path)
        yield path

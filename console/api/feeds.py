"""Stores hand in feeds, follow them, and fetch their processing reports."""

import hashlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from console.api.answers import answer, carry_out
from console.api.auth import Caller
from shared.actions.bulk_runs import Begun
from shared.domain.errors import InvalidContent, NotFound
from shared.feeds import reporting, submitting
from shared.feeds.kinds import FeedType, feed_type_of
from shared.feeds.submitting import Feed
from shared.queries import feeds
from shared.storage.idempotency import Once
from shared.tables.sniffing import MAX_BYTES

_FIELDS = frozenset({"type", "dry_run"})
_TRUTH = {"": False, "false": False, "0": False, "true": True, "1": True}
_OUR_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_PIECE = 1 << 20
# A report that is larger waits on the disk while it is sent.
_HELD = 1 << 20


def submit_feed(caller: Caller) -> Response:
    """Take a feed in; the body is the file. It is carried out by and by."""
    wanted, dry_run = _wanted(), _dry_run()
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the file as it is, without a Content-Encoding.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed"
        feed = Feed(path, wanted=wanted, dry_run=dry_run)
        digest = hashlib.sha256(f"{wanted or ''} {dry_run}\0".encode())
        with path.open("wb") as target:
            _take_in(target, digest)

        def act(once: Once) -> Begun:
            return submitting.submit(caller.db, caller.merchant_id, feed, caller.actor, once=once)

        return carry_out(
            caller,
            202,
            lambda tx, begun: feeds.document(tx, begun.run_id),
            act,
            needs_key=False,
            body_digest=digest.digest(),
        )


def show_feed(caller: Caller, feed_id: str) -> Response:
    """Show how far a feed is."""
    return answer(feeds.find(caller.db, caller.merchant_id, _id(feed_id)))


def feed_report(caller: Caller, feed_id: str) -> Response:
    """Give the processing report of a feed, in the format of its file."""
    report = reporting.report(caller.db, caller.merchant_id, _id(feed_id))
    held = tempfile.SpooledTemporaryFile(max_size=_HELD)  # noqa: SIM115 - closed when it has been sent
    report.write(held)
    held.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="{report.filename}"'}
    response = Response(_pieces(held), mimetype=report.mimetype, headers=headers)
    response.call_on_close(held.close)
    return response


def _pieces(held: IO[bytes]) -> Iterator[bytes]:
    with held:
        while piece := held.read(_PIECE):
            yield piece


def _take_in(target: IO[bytes], digest: "hashlib._Hash") -> None:
    request.max_content_length = MAX_BYTES
    while piece := request.stream.read(_PIECE):
        digest.update(piece)
        target.write(piece)
    if not target.tell():
        raise BadRequest("The body is empty; send the file as the body.")


def _wanted() -> FeedType | None:
    unknown = set(request.args) - _FIELDS
    if unknown:
        raise InvalidContent(f"{min(unknown)}: there is no such parameter")
    name = request.args.get("type", "")
    try:
        return feed_type_of(name) if name else None
    except ValueError:
        raise InvalidContent(f"type: is one of {', '.join(FeedType)}") from None


def _dry_run() -> bool:
    written = request.args.get("dry_run", "").lower()
    if written not in _TRUTH:
        raise InvalidContent("dry_run: is true or false")
    return _TRUTH[written]


def _id(text: str) -> UUID:
    if not _OUR_ID.fullmatch(text):
        raise NotFound("There is no such feed.")
    return UUID(text)

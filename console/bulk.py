"""Bulk uploads: hand a feed in, follow it, read its results, carry out what a dry run has shown."""

import tempfile
from itertools import islice
from pathlib import Path
from uuid import UUID

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.batch_forms import is_id
from console.bulk_forms import FeedForm
from console.pages import show
from shared.actions import bulk_runs, feed_runs
from shared.actions.bulk_runs import Begun
from shared.domain.bulk import RowAction
from shared.domain.errors import AlreadyDecided, InvalidContent, TooMany
from shared.domain.foreign_codes import CodeList
from shared.feeds import reporting, submitting
from shared.feeds.codes import Severity, every_code
from shared.feeds.kinds import FeedType, name_of
from shared.feeds.processing_report import Result
from shared.feeds.submitting import Feed
from shared.queries import feed_uploads
from shared.queries.feed_uploads import DoneRow, FeedUpload
from shared.queries.reasons import foreign_codes, words_of
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.rendering import spoken_locale
from shared.storage.files import StoreFull
from shared.tables.sniffing import MAX_BYTES
from shared.web.notices import done, not_done
from shared.web.security import takes_file
from shared.web.services import services

SHOWN = 200
# Beside few problems some of what went well is shown, too.
_SHOWN_DONE = 20
# A report that is larger waits on the disk while it is sent.
HELD = 1 << 20
MAX_MB = MAX_BYTES // 1_000_000


def bulk_uploads(member: Member) -> ResponseReturnValue:
    """Show the form, the feeds handed in before, and the templates."""
    return _uploads(member, FeedForm.made())


@takes_file
def upload_feed(member: Member) -> ResponseReturnValue:
    """Keep a feed that is uploaded, and lead to its page; a worker carries it out."""
    form = FeedForm.made()
    if not form.submitted():
        return _uploads(member, form), 422
    try:
        begun = _hand_in(member, form)
    except InvalidContent:
        form.refuse(
            form.file, _("Choose a file that is not empty and has at most %(most)s MB.") % {"most": MAX_MB}
        )
        return _uploads(member, form), 422
    except TooMany:
        form.refuse(form.file, _("Too many files were uploaded within the hour. Try again later."))
        return _uploads(member, form), 429
    except StoreFull:
        form.refuse(form.file, _("Too many files wait to be carried out. Try again when they are done."))
        return _uploads(member, form), 409
    if begun.is_repeated:
        _tell_repeated()
    return redirect(url_for("console.bulk_upload", run_id=begun.run_id), code=303)


def bulk_upload(member: Member, run_id: UUID) -> ResponseReturnValue:
    """Show a feed: how far it is, or what came of it."""
    upload = feed_uploads.feed_upload(services().db, member.merchant_id, run_id)
    results = _results(member, upload)
    return show(
        member,
        "console/bulk_upload.html",
        upload=upload,
        type_words=name_of(FeedType(upload.feed_type)) if upload.feed_type else "",
        results=results,
        went_well=_went_well(member, upload, SHOWN - len(results)),
        carried_out_as=_carried_out_as(member, upload),
        severity=Severity,
        actions=RowAction,
        shown=SHOWN,
    )


def stop_upload(member: Member, run_id: UUID) -> ResponseReturnValue:
    """Stop a feed after the orders in hand."""
    upload = feed_uploads.feed_upload(services().db, member.merchant_id, run_id)
    bulk_runs.stop(services().db, member.merchant_id, upload.run.id)
    done(_("It stops after the orders in hand."), _("What is done stays done; the rest is left as it is."))
    return redirect(url_for("console.bulk_upload", run_id=run_id), code=303)


def carry_out_upload(member: Member, run_id: UUID) -> ResponseReturnValue:
    """Carry out what a dry run has shown, from the very same file."""
    try:
        begun = feed_runs.carry_out_dry_run(
            services().db, member.merchant_id, run_id, actor(member), spoken_locale()
        )
    except AlreadyDecided:
        not_done(
            _("Nothing was changed."), _("This file is no longer kept. Upload it again without a dry run.")
        )
        return redirect(url_for("console.bulk_upload", run_id=run_id), code=303)
    if begun.is_repeated:
        _tell_repeated()
    return redirect(url_for("console.bulk_upload", run_id=begun.run_id), code=303)


def upload_report(member: Member, run_id: UUID) -> ResponseReturnValue:
    """Give the processing report of a feed, in the format of its file."""
    report = reporting.report(services().db, member.merchant_id, run_id)
    held = tempfile.SpooledTemporaryFile(max_size=HELD)  # noqa: SIM115 - closed when it has been sent
    report.write(held)
    held.seek(0)
    return send_file(held, report.mimetype, download_name=report.filename, as_attachment=True)


def bulk_codes(member: Member) -> ResponseReturnValue:
    """List every code of the processing reports and how to mend it, and the codes of reasons in files."""
    db = services().db
    known = foreign_codes(db, member.merchant_id)
    return show(
        member,
        "console/bulk_codes.html",
        codes=every_code(),
        severity=Severity,
        lists=[(of, known.of(of)) for of in CodeList if of is not CodeList.WISH],
        words=words_of(db, member.merchant_id),
    )


def _uploads(member: Member, form: FeedForm) -> str:
    earlier = feed_uploads.feed_list(
        services().db, member.merchant_id, after=_asked("after"), before=_asked("before")
    )
    return show(
        member,
        "console/bulk_uploads.html",
        form=form,
        earlier=earlier,
        kinds=[(kind, name_of(kind)) for kind in FeedType],
        most=MAX_MB,
    )


def _asked(name: str) -> UUID | None:
    text = request.args.get(name, "")
    return UUID(text) if is_id(text) else None


def _hand_in(member: Member, form: FeedForm) -> Begun:
    chosen = form.file.data
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed"
        with chosen.stream:
            chosen.save(path)
        feed = Feed(path, chosen.filename, form.wanted(), bool(form.dry_run.data))
        return submitting.submit(services().db, member.merchant_id, feed, actor(member))


def _tell_repeated() -> None:
    done(_("This very file was uploaded before."), _("Nothing has changed; here is what came of it then."))


def _results(member: Member, upload: FeedUpload) -> list[Result]:
    if not upload.run.is_ended:
        return []
    every = reporting.results(services().db, member.merchant_id, upload.run.id)
    return list(islice(every, SHOWN))


def _went_well(member: Member, upload: FeedUpload, most: int) -> tuple[DoneRow, ...]:
    if not upload.run.is_ended:
        return ()
    db = services().db
    return feed_uploads.done_rows(db, member.merchant_id, upload.run.id, most=min(most, _SHOWN_DONE))


def _carried_out_as(member: Member, upload: FeedUpload) -> UUID | None:
    if not (upload.run.dry_run and upload.key):
        return None
    return feed_uploads.find_by_key(services().db, member.merchant_id, feed_runs.real_key(upload.key))

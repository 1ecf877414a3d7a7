"""Import orders: a file is uploaded, carried out by a worker, and its results read."""

from collections.abc import Iterator
from pathlib import PurePath
from uuid import UUID

from flask import Response, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.forms import ImportForm
from console.pages import show
from shared.actions import uploads
from shared.actions.uploads import File
from shared.domain.uploads import UploadKind
from shared.queries import uploads as uploaded
from shared.queries.sign_in import Member
from shared.queries.uploads import FindingView
from shared.rendering import gettext as _
from shared.rendering import spoken_locale
from shared.storage.files import StoreFull
from shared.tables.guarding import csv_line
from shared.web.limits import within_limit
from shared.web.notices import done
from shared.web.security import FILE_LIMIT, takes_file
from shared.web.services import services

_RATE = "20/hour"
_SHOWN = 100
_NAME_LIMIT = 120


@takes_file
def import_orders(member: Member) -> ResponseReturnValue:
    """Show the form and what was imported lately; keep a file that is uploaded."""
    form = ImportForm.made()
    if request.method != "POST":
        return _form(member, form)
    if not form.submitted():
        return _form(member, form, status=422)
    if not within_limit(_RATE, "upload", str(member.merchant_id)):
        form.refuse(form.file, _("Too many files were uploaded within the hour. Try again later."))
        return _form(member, form, status=429)
    chosen = form.file.data
    file = File(
        kind=UploadKind.ORDERS,
        filename=_plain_name(chosen.filename or ""),
        source=chosen.stream,
        options={"mail_all": bool(form.mail_all.data)},
        locale=spoken_locale(),
    )
    try:
        with chosen.stream:
            handed = uploads.hand_in(services().db, member.merchant_id, file, actor(member))
    except StoreFull:
        form.refuse(form.file, _("Too many files wait to be imported. Try again when they are done."))
        return _form(member, form, status=409)
    if handed.was_there:
        done(
            _("This very file was uploaded before."), _("Nothing has changed; here is what came of it then.")
        )
    return redirect(url_for("console.import_result", upload_id=handed.id), code=303)


def import_result(member: Member, upload_id: UUID) -> ResponseReturnValue:
    """Show how far a file is, or what came of it."""
    view = uploaded.upload(services().db, member.merchant_id, upload_id)
    shown = uploaded.findings(services().db, member.merchant_id, upload_id, limit=_SHOWN)
    return show(member, "console/import_result.html", upload=view, findings=shown)


def import_findings(member: Member, upload_id: UUID) -> ResponseReturnValue:
    """Hand out all that should be looked at, as a table that is safe to open in a spreadsheet."""
    uploaded.upload(services().db, member.merchant_id, upload_id)
    found = uploaded.all_findings(services().db, member.merchant_id, upload_id)
    answer = Response(stream_with_context(_table(found)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="import-results.csv"'
    return answer


def _form(member: Member, form: ImportForm, status: int = 200) -> ResponseReturnValue:
    recent = uploaded.recent(services().db, member.merchant_id, UploadKind.ORDERS)
    page = show(member, "console/import_orders.html", form=form, recent=recent, most=FILE_LIMIT // 1_000_000)
    return page, status


def _plain_name(filename: str) -> str:
    """Keep of a file's name what can be shown; browsers of old send its folders along."""
    name = PurePath(filename.replace("\\", "/")).name
    return "".join(mark for mark in name if mark.isprintable())[:_NAME_LIMIT] or _("file")


def _table(found: Iterator[FindingView]) -> Iterator[str]:
    yield csv_line([_("Line"), _("Place"), _("Order"), _("Kind"), _("What"), _("How to mend it")])
    for one in found:
        where = [str(one.line or ""), one.place, one.order_number, one.severity]
        yield csv_line([*where, one.what, one.how_to_mend])

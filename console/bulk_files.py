"""What Bulk uploads offers to take away: templates, empty or filled with open orders, and the schemas."""

import tempfile
from collections.abc import Iterator

from flask import request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from shared.feeds.kinds import FeedType
from shared.feeds.templates import OpenLine, report_schema, schema_of, write_sheet, write_template
from shared.queries import open_lines
from shared.queries.sign_in import Member
from shared.web.services import services

_HELD = 1 << 20
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_REPORT = "processing_report"


def bulk_template(member: Member) -> ResponseReturnValue:
    """Give the template of a type of feed, empty, or with a row for each open line of an order."""
    kind = _kind()
    lines = _open_lines(member) if request.args.get("with") == "open" else iter(())
    held = tempfile.SpooledTemporaryFile(max_size=_HELD)  # noqa: SIM115 - closed when it has been sent
    name = kind.value.replace("_", "-")
    if request.args.get("as") == "xlsx" and not kind.is_xml:
        write_sheet(kind, held, lines)
        name, mimetype = f"{name}.xlsx", _SHEET
    else:
        write_template(kind, held, member.merchant_name, lines)
        name, mimetype = (f"{name}.xml", "application/xml") if kind.is_xml else (f"{name}.txt", "text/plain")
    held.seek(0)
    return send_file(held, mimetype, download_name=name, as_attachment=True)


def bulk_schema(_member: Member) -> ResponseReturnValue:
    """Give the schema of an XML feed, or of the processing report."""
    wanted = request.args.get("type", "")
    path = report_schema() if wanted == _REPORT else schema_of(_kind())
    if path is None:
        raise NotFound
    return send_file(path, "application/xml", download_name=path.name, as_attachment=True)


def _kind() -> FeedType:
    try:
        return FeedType(request.args.get("type", ""))
    except ValueError:
        raise NotFound from None


def _open_lines(member: Member) -> Iterator[OpenLine]:
    for line in open_lines.open_lines(services().db, member.merchant_id):
        yield OpenLine(line.order_number, line.item_id, line.currency)

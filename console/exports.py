"""Take orders along as a table: ask for it, see how far it is, fetch it."""

from urllib.parse import parse_qsl
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from console import order_frame
from console.access import actor
from console.order_forms import ExportForm, OrderFilterForm
from console.pages import show
from shared.actions import order_exports as actions
from shared.queries import order_exports as queries
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.rendering import spoken_locale
from shared.stores.exported import as_document
from shared.web.notices import done, not_done
from shared.web.services import services


def order_exports(member: Member) -> ResponseReturnValue:
    """List the team's exports, and offer one of what the list of orders shows."""
    asked = _asked(member, request.query_string.decode())
    return show(
        member,
        "console/order_exports.html",
        form=ExportForm.made(asked.query()),
        asked=order_frame.described(asked),
        exports=queries.exports(services().db, member.merchant_id),
        back=f"{url_for('console.orders')}?{asked.query()}",
    )


def export_orders(member: Member) -> ResponseReturnValue:
    """Let a file of orders be written."""
    wanted = _asked(member, request.form.get("query", "")).wanted(member.time_zone)
    actions.begin(services().db, member.merchant_id, as_document(wanted), spoken_locale(), actor(member))
    done(_("Export started."), _("You may leave this page; you get an e-mail when the file is there."))
    return redirect(url_for("console.order_exports"), code=303)


def order_export_file(member: Member, export_id: UUID) -> ResponseReturnValue:
    """Give the file of an export."""
    found = queries.export(services().db, member.merchant_id, export_id)
    if not found.has_file:
        not_done(_("There is no file."), _("It is not ready yet, or its seven days are over."))
        return redirect(url_for("console.order_exports"), code=303)
    headers = {"Content-Disposition": f'attachment; filename="orders-{found.created_at:%Y-%m-%d}.csv"'}
    content = queries.file_of(services().db, member.merchant_id, export_id)
    return Response(content, mimetype="text/csv", headers=headers)


def _asked(member: Member, query: str) -> OrderFilterForm:
    """Read an address of the list; one that is none asks for all orders."""
    today = member.now.astimezone(ZoneInfo(member.time_zone)).date()
    form = OrderFilterForm.read(today, MultiDict(parse_qsl(query, keep_blank_values=True)))
    return form if form.validate() else OrderFilterForm.read(today, MultiDict({"period": "all"}))

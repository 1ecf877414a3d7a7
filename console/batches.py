"""Cancel many orders: choose them, look at the preview, confirm, follow the run, take the results away."""

from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from console.access import actor
from console.addresses import contact_about
from console.batch_forms import MATCHING, CancelOrdersForm, ConfirmBatchForm, is_id
from console.order_forms import OrderFilterForm
from console.pages import show
from shared import wording
from shared.actions import bulk_runs
from shared.actions.bulk_runs import NewRun
from shared.domain.bulk import RunKind
from shared.domain.errors import AlreadyDecided, InvalidContent
from shared.queries import bulk, order_list
from shared.queries.bulk import RowView, RunView
from shared.queries.reasons import offered, words_of
from shared.queries.sign_in import Member
from shared.rendering import count, ngettext, spoken_locale
from shared.rendering import gettext as _
from shared.tables.guarding import csv_line
from shared.web.notices import done, not_done
from shared.web.services import services

# What a page may wait for before it shows how far things are.
_PATIENCE_SECONDS = 1.0
_MOST_ORDERS = 100_000
_SHOWN = 50


def cancel_orders(member: Member) -> ResponseReturnValue:
    """Ask why, for the orders that were ticked or all that match; freeze them and lead to the preview."""
    ticked = [UUID(order_id) for order_id in request.args.getlist("order") if is_id(order_id)]
    filter_ = "&".join(
        part for part in request.query_string.decode().split("&") if not part.startswith("order=")
    )
    form = CancelOrdersForm.made(ticked, filter_, offered(services().db, member.merchant_id))
    if not form.submitted():
        return _window(member, form), 422 if form.errors else 200
    ids = _matching(member, form.filter.data) if form.scope.data == MATCHING else form.ticked_ids()
    if len(ids) > _MOST_ORDERS:
        form.refuse(form.scope, _too_many())
        return _window(member, form), 422
    new = NewRun(
        RunKind.SELECTION,
        title=ngettext("%(num)s order", "%(num)s orders", len(ids)) % {"num": len(ids)},
        reason=form.chosen_reason(),
        memo=form.memo.data,
        message=form.message.data,
        locale=spoken_locale(),
    )
    try:
        run_id = bulk_runs.begin_selection(services().db, member.merchant_id, new, ids, actor(member)).run_id
    except InvalidContent:
        not_done(_("Nothing to cancel."), _("None of the chosen orders is there any more."))
        return redirect(_list_url(form.filter.data), code=303)
    bulk_runs.take_turn(services().db, member.merchant_id, run_id, seconds=_PATIENCE_SECONDS)
    return redirect(url_for("console.batch", run_id=run_id), code=303)


def batch(member: Member, run_id: UUID) -> ResponseReturnValue:
    """Show a run: its preview, how far it is, or what it came to."""
    run = bulk.batch(services().db, member.merchant_id, run_id)
    return _page(member, run, ConfirmBatchForm.for_run(run))


def confirm_batch(member: Member, run_id: UUID) -> ResponseReturnValue:
    """Carry out what the preview showed."""
    run = bulk.batch(services().db, member.merchant_id, run_id)
    form = ConfirmBatchForm.for_run(run)
    if run.awaits_confirmation and not form.submitted():
        return _page(member, run, form), 422
    try:
        bulk_runs.confirm(services().db, member.merchant_id, run_id, actor(member), per_day=form.per_day(run))
    except AlreadyDecided:
        not_done(_("Nothing was changed."), _("This was confirmed or stopped before."))
    else:
        done(_("Cancellation confirmed."), _("You may leave this page; the orders are canceled meanwhile."))
    return redirect(url_for("console.batch", run_id=run_id), code=303)


def stop_batch(member: Member, run_id: UUID) -> ResponseReturnValue:
    """Stop a run after the orders in hand."""
    run = bulk.batch(services().db, member.merchant_id, run_id)
    bulk_runs.stop(services().db, member.merchant_id, run.id)
    done(_("Stopped."), _("What is canceled stays canceled; the other orders were left as they are."))
    return redirect(url_for("console.batch", run_id=run_id), code=303)


def batch_results(member: Member, run_id: UUID) -> ResponseReturnValue:
    """Give what became of each order as a file for a spreadsheet."""
    run = bulk.batch(services().db, member.merchant_id, run_id)
    rows = bulk.every_row(services().db, member.merchant_id, run.id)
    headers = {"Content-Disposition": f'attachment; filename="batch-{run.id}.csv"'}
    return Response(_lines(rows), mimetype="text/csv", headers=headers)


def _window(member: Member, form: CancelOrdersForm) -> str:
    return show(member, "console/cancel_orders.html", form=form, back=_list_url(form.filter.data or ""))


def _too_many() -> str:
    return _(
        "More than %(most)s orders match, and no more can be canceled at once."
        " Go back to the list and narrow its dates, then cancel one part after the other."
    ) % {"most": count(_MOST_ORDERS)}


def _page(member: Member, run: RunView, form: ConfirmBatchForm) -> str:
    left_out: Iterable[RowView] = ()
    if not run.is_moving:
        left_out = bulk.rows(services().db, member.merchant_id, run.id, most=_SHOWN, only_left_out=True)
    return show(
        member,
        "console/batch.html",
        run=run,
        form=form,
        left_out=left_out,
        words=words_of(services().db, member.merchant_id),
        problem_of=bulk.problem_of,
        contact_about=contact_about,
    )


def _matching(member: Member, filter_: str) -> tuple[UUID, ...]:
    today = member.now.astimezone(ZoneInfo(member.time_zone)).date()
    form = OrderFilterForm.read(today, MultiDict(parse_qsl(filter_, keep_blank_values=True)))
    if not form.validate():
        return ()
    wanted = form.wanted(member.time_zone)
    return order_list.matching_ids(services().db, member.merchant_id, wanted, most=_MOST_ORDERS + 1)


def _list_url(filter_: str) -> str:
    return url_for("console.orders") + (f"?{filter_}" if filter_ else "")


def _lines(rows: Iterator[RowView]) -> Iterator[str]:
    yield csv_line(["order-id", "verdict", "code", "what", "units", "refund-minor", "currency"])
    for row in rows:
        problem = bulk.problem_of(row)
        what = wording.row_problem(problem) if problem else ""
        yield csv_line(
            [
                *(row.order_ref, row.verdict.value, row.code, what),
                *(str(row.units), str(row.refund_minor), row.currency),
            ]
        )

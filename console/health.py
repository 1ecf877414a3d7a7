"""Account health: the cancellation rate, what it comes from, and what happened on a day out of the usual."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from console import health_tables
from console.access import actor
from console.health_forms import CHOICES, PeriodForm, RateTermsForm
from console.health_tables import Table
from console.pages import show
from shared import wording
from shared.actions import rate_alerts
from shared.domain.errors import NotFound
from shared.domain.metrics import RateTerms
from shared.queries import health as queries
from shared.queries.health_values import Health
from shared.queries.reasons import words_of
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.tables.guarding import csv_line
from shared.web.notices import done, not_done
from shared.web.services import services

_ON = "on"


def account_health(member: Member) -> ResponseReturnValue:
    """Show the figures of a period."""
    return _figures(member, None)


def change_rate_terms(member: Member) -> ResponseReturnValue:
    """Measure the rate over other days, or against another limit."""
    form = RateTermsForm.made(RateTerms())
    if not form.submitted():
        return _figures(member, form)
    if rate_alerts.measure_by(services().db, member.merchant_id, form.terms(), actor(member)):
        done(_("Saved."), _("The rate is measured so from now on, also that of past days."))
    else:
        not_done(_("Nothing has changed."), _("This is what holds already."))
    return redirect(url_for("console.account_health"), code=303)


def _figures(member: Member, terms_form: RateTermsForm | None) -> ResponseReturnValue:
    form = _period(member)
    in_order = form.validate()
    first, last = (form.first, form.last) if in_order else (form.today, form.today)
    health = queries.health(services().db, member.merchant_id, first, last)
    page = show(
        member,
        "console/account_health.html",
        form=form,
        choices=CHOICES,
        health=health,
        tables={name.replace("-", "_"): make(health) for name, make in health_tables.TABLES.items()},
        limit=health.terms.limit,
        terms_form=terms_form or RateTermsForm.made(health.terms),
        duration=wording.duration,
    )
    return page, 200 if in_order and terms_form is None else 422


def health_table(member: Member, name: str) -> ResponseReturnValue:
    """Give one of the tables as a file for a spreadsheet."""
    make = health_tables.TABLES.get(name)
    form = _period(member)
    if make is None or not form.validate():
        raise NotFound("There is no such table.")
    table = make(_read(member, form))
    headers = {"Content-Disposition": f'attachment; filename="{name}-{form.first}-{form.last}.csv"'}
    return Response(_lines(table), mimetype="text/csv", headers=headers)


def health_day(member: Member, day: str) -> ResponseReturnValue:
    """List the orders that the merchant canceled on a day."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise NotFound("There is no such day.") from None
    orders = queries.canceled_on(services().db, member.merchant_id, wanted)
    return show(
        member,
        "console/health_day.html",
        day=wanted,
        orders=orders,
        words=words_of(services().db, member.merchant_id),
        is_cut=len(orders) == queries.MOST_LISTED,
    )


def switch_rate_alerts(member: Member) -> ResponseReturnValue:
    """Switch the e-mails that warn of the rate on or off."""
    on = request.form.get("alerts") == _ON
    rate_alerts.switch(services().db, member.merchant_id, actor(member), on=on)
    done(_("Warnings switched on.") if on else _("Warnings switched off."))
    return redirect(url_for("console.account_health"), code=303)


def _period(member: Member) -> PeriodForm:
    return PeriodForm.read(member.now.astimezone(ZoneInfo(member.time_zone)).date())


def _read(member: Member, form: PeriodForm) -> Health:
    return queries.health(services().db, member.merchant_id, form.first, form.last)


def _lines(table: Table) -> Iterator[str]:
    yield csv_line(table.heads)
    for row in table.rows:
        yield csv_line([row.key, *(cell.value for cell in row.cells)])

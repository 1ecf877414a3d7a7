"""The audit trail: who let whom in and who changed which settings, to be filtered and taken along."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.pages import show
from console.settings import settings_tabs
from shared import wording
from shared.actions import exports
from shared.domain.audit import AuditKind
from shared.queries import audit as queries
from shared.queries.audit import AuditFilter, AuditRow, Change
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.tables.guarding import csv_line
from shared.web.services import services

# Whoever wants more asks for it year by year.
MOST = 50_000
_HEADS = ("at", "kind", "who", "address", "subject", "before", "after")
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked for, as it stands in the address; what cannot be read counts as left open."""

    person: str
    kind: str
    begins: str
    ends: str

    def wanted(self, zone: str) -> AuditFilter:
        """Read it as a filter; days are the merchant's."""
        last = _day(self.ends)
        return AuditFilter(
            actor_id=_id(self.person),
            kind=AuditKind(self.kind) if self.kind in set(AuditKind) else None,
            begins=_instant(_day(self.begins), zone),
            ends=_instant(last + timedelta(days=1) if last else None, zone),
        )

    def address(self) -> dict[str, str]:
        """Give it for an address."""
        given = {"person": self.person, "kind": self.kind, "from": self.begins, "to": self.ends}
        return {name: value for name, value in given.items() if value}

    def link(self, **more: str) -> str:
        """Write the address of the page that is asked for."""
        return f"{url_for('console.audit_trail')}?{urlencode({**self.address(), **more})}"


def audit_trail(member: Member) -> ResponseReturnValue:
    """Show the entries that match, newest first."""
    asked = _asked()
    db = services().db
    page = queries.page(
        db, member.merchant_id, asked.wanted(member.time_zone), after=_id(request.args.get("after", ""))
    )
    older = asked.link(after=str(page.older)) if page.older else ""
    return show(
        member,
        "console/audit_trail.html",
        page=page,
        asked=asked,
        older=older,
        newest=asked.link() if request.args.get("after") else "",
        people=queries.people(db, member.merchant_id),
        kinds=sorted((wording.audit_kind(kind), kind.value) for kind in AuditKind),
        change_words=change_words,
        most=MOST,
        sections=settings_tabs(member),
    )


def export_audit_trail(member: Member) -> ResponseReturnValue:
    """Give the newest entries that match as a table, piece by piece, and note that they were taken along."""
    db, wanted = services().db, _asked().wanted(member.time_zone)
    rows = queries.count(db, member.merchant_id, wanted, most=MOST)
    # The file holds what was there before it was taken.
    noted = exports.note(db, member.merchant_id, "audit", rows, actor(member))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    found = queries.newest(db, member.merchant_id, wanted, after=noted, most=rows)
    return Response(_lines(found), mimetype="text/csv", headers=headers)


def change_words(change: Change) -> str:
    """Say what was changed: its name and its values."""
    name = change.name.replace("_", " ")
    if not change.before:
        return _("%(name)s: %(after)s") % {"name": name, "after": change.after}
    if not change.after:
        return _("%(name)s: was %(before)s") % {"name": name, "before": change.before}
    return _("%(name)s: %(before)s → %(after)s") % {
        "name": name,
        "before": change.before,
        "after": change.after,
    }


def _lines(rows: Iterator[AuditRow]) -> Iterator[str]:
    yield csv_line(_HEADS)
    for row in rows:
        yield csv_line(_cells(row))


def _cells(row: AuditRow) -> tuple[str, ...]:
    before = "; ".join(f"{change.name}={change.before}" for change in row.changes if change.before)
    after = "; ".join(f"{change.name}={change.after}" for change in row.changes if change.after)
    at = row.at.astimezone(UTC).isoformat(timespec="seconds")
    return (at, row.kind, row.actor_name or row.actor_kind, row.address, row.subject, before, after)


def _asked() -> Asked:
    given = request.form if request.method == "POST" else request.args
    return Asked(*(given.get(name, "").strip() for name in ("person", "kind", "from", "to")))


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Beyond, a day later or another zone's midnight could not be told.
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _instant(day: date | None, zone: str) -> datetime | None:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC) if day else None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

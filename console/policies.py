"""The cancellation policy: what it is, a change tried on past requests and put in force, and the way back."""

from dataclasses import dataclass, replace
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from console import form_rows
from console.access import actor
from console.form_rows import Typed
from console.pages import show
from console.policy_forms import BLANKS, PolicyForm, typed_of
from console.settings import settings_tabs
from shared.actions import policies
from shared.actions.policies import PolicyChange
from shared.domain.errors import PolicyChanged
from shared.domain.permissions import Permission, holds
from shared.queries import policies as queries
from shared.queries import trials
from shared.queries.policies import PolicyHistory, PolicyVersion
from shared.queries.sign_in import Member
from shared.queries.trials import Trial
from shared.rendering import gettext as _
from shared.web.limits import within_limit
from shared.web.notices import done, not_done
from shared.web.services import services
from shared.web.stale_forms import keeps_form
from shared.wording import policies as words
from shared.wording.policies import SettingChange

_SAVE = "save"
_TRY = "try"
_RATE = "30/hour"


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of the policy, and what it made different."""

    version: PolicyVersion
    changes: tuple[SettingChange, ...]
    is_in_force: bool = False


def cancellation_policy(member: Member) -> ResponseReturnValue:
    """Show the policy: as a form to whoever may change it, else in words."""
    force = queries.in_force(services().db, member.merchant_id)
    version = force.version
    if not holds(member.role, Permission.CONFIGURE):
        facts = words.settings(version.policy, force.currency, self_service=version.self_service)
        return show(
            member,
            "console/cancellation_policy.html",
            form=None,
            version=version,
            facts=facts,
            sections=settings_tabs(member),
        )
    typed = typed_of(
        version.policy, self_service=version.self_service, seen=version.number, currency=force.currency
    )
    return _form(member, PolicyForm.of(typed))


@keeps_form
def change_policy(member: Member) -> ResponseReturnValue:
    """Put the policy that was typed in force, try it on past requests, or add and move its rows."""
    typed: Typed = request.form
    step = typed.get("step", _SAVE)
    if step not in {_SAVE, _TRY}:
        return _form(member, PolicyForm.of(form_rows.changed(typed, step, BLANKS)))
    form = PolicyForm.of(typed)
    if not form.submitted():
        return _form(member, form, status=422)
    return _tried(member, form) if step == _TRY else _saved(member, form)


def policy_versions(member: Member) -> ResponseReturnValue:
    """List every policy there was, with what each made different."""
    below = request.args.get("before", "")
    found = queries.history(
        services().db, member.merchant_id, below=int(below[:9]) if below.isdecimal() else None
    )
    rows = [replace(row, is_in_force=row.version.number == found.newest) for row in _rows(found)]
    return show(
        member,
        "console/policy_versions.html",
        rows=rows,
        older=found.versions[-1].number if found.before else None,
        sections=settings_tabs(member),
    )


def restore_policy(member: Member, version_id: UUID) -> ResponseReturnValue:
    """Put an earlier version in force again."""
    found = queries.version(services().db, member.merchant_id, version_id)
    note = _("Back to version %(number)s") % {"number": found.number}
    if policies.go_back(services().db, member.merchant_id, version_id, actor(member), note=note):
        done(
            _("Version %(number)s holds again.") % {"number": found.number},
            _("It is kept as a new version."),
        )
    else:
        not_done(_("Nothing has changed."), _("This is what holds already."))
    return redirect(url_for("console.policy_versions"), code=303)


def _saved(member: Member, form: PolicyForm) -> ResponseReturnValue:
    wanted = PolicyChange(
        policy=form.policy(),
        self_service=form.self_service.data,
        seen=form.seen_number(),
        note=form.note.data,
    )
    try:
        is_new = policies.change(services().db, member.merchant_id, wanted, actor(member))
    except PolicyChanged:
        return _conflict(member, form)
    if is_new:
        done(_("The policy is in force."), _("It holds for orders that come in from now on."))
    else:
        not_done(_("Nothing has changed."), _("This is what holds already."))
    return redirect(url_for("console.cancellation_policy"), code=303)


def _conflict(member: Member, form: PolicyForm) -> ResponseReturnValue:
    """Show what somebody else changed meanwhile, and keep what was typed: saving again replaces theirs."""
    found = queries.history(services().db, member.merchant_id)
    theirs = [row for row in _rows(found) if row.version.number > form.seen_number()]
    form.seen.data = str(found.newest)
    return _form(member, form, theirs=theirs, status=409)


def _tried(member: Member, form: PolicyForm) -> ResponseReturnValue:
    if not within_limit(_RATE, "trial", str(member.merchant_id)):
        abort(429)
    trial = trials.last_month(
        services().db, member.merchant_id, form.policy(), self_service=form.self_service.data
    )
    return _form(member, form, trial=trial)


def _form(
    member: Member,
    form: PolicyForm,
    *,
    theirs: list[VersionRow] | None = None,
    trial: Trial | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = show(
        member,
        "console/cancellation_policy.html",
        form=form,
        theirs=theirs or [],
        trial=trial,
        trial_days=trials.DAYS,
        most_shown=trials.MOST_SHOWN,
        sections=settings_tabs(member),
    )
    return page, status


def _rows(found: PolicyHistory) -> list[VersionRow]:
    olds = [*found.versions[1:], found.before]
    return [
        VersionRow(version, _differences(old, version, found.currency))
        for version, old in zip(found.versions, olds, strict=False)
    ]


def _differences(old: PolicyVersion | None, new: PolicyVersion, currency: str) -> tuple[SettingChange, ...]:
    if old is None:
        return ()
    return words.changes(_facts(old, currency), _facts(new, currency))


def _facts(version: PolicyVersion, currency: str) -> tuple[words.Setting, ...]:
    return words.settings(version.policy, currency, self_service=version.self_service)

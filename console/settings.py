"""The frame around all settings of a merchant: its sections, as tabs on top of each."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.tabs import Tab
from shared.domain.permissions import Permission, holds
from shared.queries.sign_in import Member
from shared.rendering import N_
from shared.rendering import gettext as _


@dataclass(frozen=True, slots=True)
class Section:
    """A page of settings: its name, where it is, and who may read it."""

    words: str
    endpoint: str
    may: Permission


SECTIONS = (
    Section(N_("Cancellation policy"), "console.cancellation_policy", Permission.READ),
    Section(N_("Reasons"), "console.reasons", Permission.READ),
    Section(N_("Branding and e-mails"), "console.branding", Permission.READ),
    Section(N_("Canned replies"), "console.canned_replies", Permission.REPLY),
    Section(N_("Team"), "console.team", Permission.READ),
    Section(N_("API keys"), "console.api_keys", Permission.CONFIGURE),
    Section(N_("Webhooks"), "console.webhooks", Permission.CONFIGURE),
    Section(N_("Audit"), "console.audit_trail", Permission.READ_AUDIT),
)


def settings(member: Member) -> ResponseReturnValue:
    """Begin at the first section that the member may read."""
    return redirect(url_for(_readable(member)[0].endpoint))


def settings_tabs(member: Member) -> tuple[Tab, ...]:
    """Make the tabs over the settings, as seen from the page that is being shown."""
    return tuple(_tab(section) for section in _readable(member))


def _readable(member: Member) -> tuple[Section, ...]:
    return tuple(section for section in SECTIONS if holds(member.role, section.may))


def _tab(section: Section) -> Tab:
    href = url_for(section.endpoint)
    is_here = request.path == href or request.path.startswith(f"{href}/")
    return Tab(words=_(section.words), href=href, count="", is_here=is_here)

"""Render a page of the console: its frame, and what the reader may do on it."""

from dataclasses import dataclass
from typing import Self

from flask import render_template

from console import live
from shared import wording
from shared.domain.permissions import Permission, Role, holds
from shared.queries import sign_in
from shared.queries.sign_in import Member
from shared.web.app import wanted_fragment
from shared.web.frames import ConsoleFrame
from shared.web.services import services


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a role may do, for pages to offer nothing else."""

    cancel: bool
    decide: bool
    ship: bool
    refund: bool
    reply: bool
    import_orders: bool
    manage_team: bool
    export: bool
    configure: bool

    @classmethod
    def of(cls, role: Role) -> Self:
        """Read them off the role's permissions."""
        return cls(
            cancel=holds(role, Permission.CANCEL),
            decide=holds(role, Permission.DECIDE),
            ship=holds(role, Permission.SHIP),
            refund=holds(role, Permission.REFUND),
            reply=holds(role, Permission.REPLY),
            import_orders=holds(role, Permission.IMPORT),
            manage_team=holds(role, Permission.MANAGE_TEAM),
            export=holds(role, Permission.EXPORT),
            configure=holds(role, Permission.CONFIGURE),
        )


def show(member: Member, template: str, **values: object) -> str:
    """Render a page for a member."""
    return render_template(
        template, member=member, may=Abilities.of(member.role), frame=_frame(member), **values
    )


def _frame(member: Member) -> ConsoleFrame:
    return ConsoleFrame(
        merchant_name=member.merchant_name,
        user_name=member.user_name,
        role_words=wording.role(member.role),
        counts={} if wanted_fragment() else live.waiting_counts(member),
        shops=_other_shops(member),
        seen=live.beginning(),
    )


def _other_shops(member: Member) -> tuple[tuple[str, str], ...]:
    if member.teams <= 1 or wanted_fragment():
        return ()
    return tuple(
        (str(team.merchant_id), team.merchant_name)
        for team in sign_in.teams(services().db, member.user_id)
        if team.merchant_id != member.merchant_id
    )

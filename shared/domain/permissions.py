"""Permissions, roles, and who holds what."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing a merchant user may do."""

    READ = "read"
    CANCEL = "cancel"
    DECIDE = "decide"
    SHIP = "ship"
    REFUND = "refund"
    REPLY = "reply"
    IMPORT = "import"
    CONFIGURE = "configure"
    MANAGE_TEAM = "manage_team"
    EXPORT = "export"
    READ_AUDIT = "read_audit"


class Role(StrEnum):
    """A merchant user's place in the team."""

    OWNER = "owner"
    MANAGER = "manager"
    AGENT = "agent"
    VIEWER = "viewer"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset(Permission) - {Permission.CONFIGURE, Permission.MANAGE_TEAM},
    Role.AGENT: frozenset(
        {Permission.READ, Permission.CANCEL, Permission.DECIDE, Permission.SHIP, Permission.REPLY}
    ),
    Role.VIEWER: frozenset({Permission.READ}),
}


def holds(role: Role, permission: Permission) -> bool:
    """Say whether the role holds the permission."""
    return permission in GRANTS[role]

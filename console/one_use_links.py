"""Links of e-mails to the team: the secret leaves the address, the session keeps what it leads to."""

from uuid import UUID

from flask import redirect, session, url_for
from flask.typing import ResponseReturnValue

from shared.actions import one_use
from shared.domain.ids import MerchantId
from shared.storage.doors import Door
from shared.web.services import services

Way = tuple[MerchantId, UUID]


def open_link(door: Door, token: str, endpoint: str) -> ResponseReturnValue:
    """Remember where a link leads and go on without it; nothing is used up by looking."""
    way = one_use.follow(services().db, door, token)
    session[door.value] = [str(part) for part in way] if way else None
    response = redirect(url_for(endpoint), code=303)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def followed(door: Door) -> Way | None:
    """Tell where the link leads that this browser has opened; None after a dead one, or none at all."""
    match session.get(door.value):
        case [str(merchant_id), str(row_id)]:
            return MerchantId(UUID(merchant_id)), UUID(row_id)
        case _:
            return None

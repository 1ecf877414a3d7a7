"""Bearer keys: who calls, what the key may do, how often. Cookies are not looked at."""

from dataclasses import dataclass
from enum import StrEnum

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized

from shared.actions import keys
from shared.domain.actors import Actor, ActorKind
from shared.domain.errors import NotPermitted
from shared.domain.ids import MerchantId
from shared.storage.engine import Database
from shared.web.app import services
from shared.web.limits import within_limit

RATE = "600/minute"
_RETRY_AFTER_SECONDS = 60


class Scope(StrEnum):
    """What a key may do."""

    READ = "read"
    CANCEL = "cancel"
    SHIP = "ship"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """A store that was let in."""

    db: Database
    merchant_id: MerchantId
    actor: Actor


def admit(scope: Scope) -> Caller:
    """Let the caller in, or raise Unauthorized, TooManyRequests or NotPermitted."""
    db = services().db
    key = keys.use(db, _bearer())
    if key is None:
        raise _unauthorized("This key is unknown or was revoked.")
    if not within_limit(RATE, "api", str(key.id)):
        raise TooManyRequests("This key was used too often; wait a minute.", retry_after=_RETRY_AFTER_SECONDS)
    if scope not in key.scopes:
        raise NotPermitted(f"This key does not hold the scope {scope}.")
    return Caller(db, key.merchant_id, Actor(ActorKind.STORE, key.id, key.name))


def _bearer() -> str:
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise _unauthorized("Send an API key as Authorization: Bearer.")
    return given.token


def _unauthorized(detail: str) -> Unauthorized:
    return Unauthorized(detail, www_authenticate=WWWAuthenticate("bearer"))

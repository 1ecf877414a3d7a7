"""Word answers and refusals as JSON, and answer a repeated call as the first was answered."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Response, request
from werkzeug.exceptions import BadRequest

from console.api.auth import Caller
from shared.actions.answers import keep_refusal
from shared.domain.eligibility import Blocker
from shared.domain.errors import Refusal
from shared.storage.engine import Transaction
from shared.storage.idempotency import Answer, InFlight, KeyReused, Once, Replayed
from shared.web.errors import problem, status_of

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
_KEY = re.compile(r"[ -~]{1,255}", re.ASCII)
_KEPT_STATUSES = frozenset({404, 409, 422})
_RETRY_AFTER_SECONDS = "1"
_SENTENCES = {
    "not_eligible": "Some of these units cannot be canceled; see blockers.",
    "already_decided": "This cancellation has ended already, or the move is not open in its state.",
    "not_found": "There is no such thing, or it is not yours.",
}


def carry_out(
    caller: Caller,
    status: int,
    document: Callable[[Transaction, Any], object],
    act: Callable[[Once], object],
    *,
    needs_key: bool = True,
    body_digest: bytes | None = None,
) -> Response:
    """Carry out a call once under its key; `document` makes the answer of what `act` brought about.

    What changes nothing when it is repeated needs no key; it is given one of its own. `body_digest` tells
    calls apart whose body is too large to be held.
    """
    made: list[Answer] = []

    def render(tx: Transaction, result: object) -> Answer:
        made.append(Answer(status, to_json(document(tx, result))))
        return made[-1]

    once = Once(_route(), _idempotency_key(is_needed=needs_key), _fingerprint(body_digest), render)
    try:
        act(once)
    except Replayed as replayed:
        return _replay(replayed.answer)
    except (KeyReused, InFlight) as refusal:
        return refused(refusal)
    except Refusal as refusal:
        return _refused_for_good(caller, once, refusal)
    return _response(made[-1])


def answer(document: object) -> Response:
    """Answer a read."""
    return _response(Answer(200, to_json(document)))


def refused(refusal: Refusal) -> Response:
    """Word a refusal."""
    status = status_of(refusal)
    detail = refusal.detail or _SENTENCES.get(refusal.code, refusal.code)
    response = problem(status, refusal.code, detail, **_facts(refusal))
    if isinstance(refusal, InFlight):
        response.headers["Retry-After"] = _RETRY_AFTER_SECONDS
    return response


def to_json(document: object) -> str:
    """Write a document; instants in UTC."""
    if not is_dataclass(document) or isinstance(document, type):
        raise TypeError(document)
    return json.dumps(asdict(document), default=_plain, ensure_ascii=False)


def _refused_for_good(caller: Caller, once: Once, refusal: Refusal) -> Response:
    response = refused(refusal)
    if response.status_code not in _KEPT_STATUSES:
        return response
    try:
        keep_refusal(
            caller.db,
            caller.merchant_id,
            once,
            Answer(response.status_code, response.get_data(as_text=True)),
        )
    except Replayed as replayed:
        return _replay(replayed.answer)
    except (KeyReused, InFlight) as other:
        return refused(other)
    return response


def _facts(refusal: Refusal) -> dict[str, object]:
    blockers, left = refusal.facts.get("blockers"), refusal.facts.get("left")
    if isinstance(blockers, Mapping) and isinstance(left, Mapping):
        return {"blockers": _blockers(blockers, left)}
    return {name: refusal.facts[name] for name in ("errors", "state", "number") if name in refusal.facts}


def _blockers(
    blockers: Mapping[UUID, tuple[Blocker, ...]], left: Mapping[UUID, int]
) -> list[dict[str, object]]:
    return [
        {"line_item_id": str(line_item_id), "quantity": left[line_item_id], "blockers": list(reasons)}
        for line_item_id, reasons in blockers.items()
    ]


def _idempotency_key(*, is_needed: bool) -> str:
    key = request.headers.get(KEY_HEADER)
    if key is None and not is_needed:
        return f"unnamed {uuid4()}"
    if key is None:
        raise BadRequest(f"Send an {KEY_HEADER}: a new one for each call, the same one when repeating it.")
    if not _KEY.fullmatch(key):
        raise BadRequest(f"An {KEY_HEADER} has 1 to 255 printable ASCII characters.")
    return key


def _route() -> str:
    return f"{request.method} {request.url_rule}"


def _fingerprint(body_digest: bytes | None) -> bytes:
    head = f"{request.method} {request.path}\0".encode("utf-8", "surrogatepass")
    return hashlib.sha256(head + (request.get_data() if body_digest is None else body_digest)).digest()


def _replay(first: Answer) -> Response:
    response = _response(first)
    response.headers[REPLAYED_HEADER] = "true"
    return response


def _response(made: Answer) -> Response:
    kind = "application/json" if made.status < 400 else "application/problem+json"  # noqa: PLR2004 - HTTP's own line
    return Response(made.body, made.status, mimetype=kind)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(value)

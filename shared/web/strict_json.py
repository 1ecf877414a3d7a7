"""Read a JSON body so strictly that it has one meaning: no repeated keys, no loose types, no depths."""

import json
import re
from collections.abc import Sequence
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from shared.domain.errors import InvalidContent

DEEPEST = 20
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")


class Payload(BaseModel):
    """What a body may hold: unknown fields are errors, and no value is bent into another type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Read = TypeVar("Read", bound=Payload)


def read_body(model: type[Read], *, may_be_empty: bool = False) -> Read:
    """Read the request's body. `may_be_empty` lets no body at all stand for {}.

    Raises BadRequest or UnsupportedMediaType for what is no proper JSON, InvalidContent for wrong content.
    """
    body = request.get_data()
    if not body and may_be_empty:
        return validated(model, {})
    if not body.strip():
        raise BadRequest("The body is empty; send a JSON object, {} at least.")
    if not request.is_json or request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the body as application/json, without a Content-Encoding.")
    return validated(model, parse(body))


def parse(body: bytes) -> object:
    """Parse JSON text; raises BadRequest when it is malformed, ambiguous or nested too deep."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.") from None
    if _depth(text) > DEEPEST:
        raise BadRequest(f"The body is nested deeper than {DEEPEST} levels.")
    try:
        document: object = json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_refuse_constant)
    except ValueError as error:
        raise BadRequest(f"The body is no proper JSON: {error}.") from None
    return document


def validated(model: type[Read], document: object) -> Read:
    """Check a parsed document; raises InvalidContent, whose `errors` name every field that is wrong."""
    try:
        return model.model_validate(document)
    except ValidationError as failed:
        errors = [
            {"field": field_name(error["loc"]), "message": error["msg"].removeprefix("Value error, ")}
            for error in failed.errors(include_url=False, include_context=False, include_input=False)
        ]
        first = errors[0]
        where = f"{first['field']}: " if first["field"] else ""
        raise InvalidContent(f"{where}{first['message']}", errors=errors) from None


def field_name(path: Sequence[int | str]) -> str:
    """Write where a value stands: line_items[0].quantity."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a key is repeated")
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")

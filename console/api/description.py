"""Describe every call of the API from what it is made of: its rule, its view, its body and its answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter

from console.api.auth import Scope
from shared.domain.webhooks import TOPICS, TRIAL, topic
from shared.queries.webhook_bodies import WebhookBody

_PLACE = re.compile(r"<[a-z]+:([a-z_]+)>")
_REFERENCE = "#/components/schemas/{model}"
_JSON = "application/json"
_ANY_FILE = "application/octet-stream"
_PROBLEM = {"$ref": "#/components/responses/Problem"}
_PROBLEM_FIELDS = {
    "type": "string",
    "title": "string",
    "status": "integer",
    "detail": "string",
    "code": "string",
}
_Mode = Literal["validation", "serialization"]


@dataclass(frozen=True, slots=True)
class Call:
    """What one endpoint takes and gives; `body` and `gives` are None where that is a file.

    `key` says whether it takes an Idempotency-Key: None where repeating it changes nothing.
    """

    scope: Scope
    gives: type | None
    status: int = 200
    body: type[BaseModel] | None = None
    takes_file: bool = False
    key: Literal["needed", "optional"] | None = None
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A call at its address; `summary` is what its view says of itself."""

    method: str
    rule: str
    name: str
    summary: str
    call: Call

    @property
    def path(self) -> str:
        """Spell the address as OpenAPI does."""
        return _PLACE.sub(r"{\1}", self.rule)

    @property
    def places(self) -> list[str]:
        """Name what the address holds."""
        return _PLACE.findall(self.rule)


def openapi(endpoints: Sequence[Endpoint], server: str) -> dict[str, Any]:
    """Write the OpenAPI 3.1 document of the API at this address."""
    schemas, components = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rescind",
            "version": "1",
            "description": "Orders, and what becomes of their cancellations.",
        },
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": paths,
        "webhooks": {name: {"post": _told(name, schemas)} for name in (*TOPICS, topic(TRIAL))},
        "components": {
            "schemas": {**components, "Problem": _problem_schema()},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "responses": {
                "Problem": {
                    "description": "Refused; `code` is stable.",
                    "content": {"application/problem+json": {"schema": {"$ref": _reference("Problem")}}},
                }
            },
        },
    }


def _schemas(
    endpoints: Sequence[Endpoint],
) -> tuple[Mapping[tuple[type, _Mode], Any], dict[str, Any]]:
    bodies = {endpoint.call.body for endpoint in endpoints} - {None}
    answers = {WebhookBody, *(endpoint.call.gives for endpoint in endpoints)} - {None}
    wanted: list[tuple[type, _Mode]] = [
        *((body, "validation") for body in sorted(bodies, key=str) if body),
        *((answer, "serialization") for answer in sorted(answers, key=str) if answer),
    ]
    found, shared = TypeAdapter.json_schemas(
        [(kind, mode, TypeAdapter(kind)) for kind, mode in wanted], ref_template=_REFERENCE
    )
    return found, dict(shared.get("$defs", {}))


def _operation(endpoint: Endpoint, schemas: Mapping[tuple[type, _Mode], Any]) -> dict[str, Any]:
    call = endpoint.call
    answer = _content(schemas[call.gives, "serialization"] if call.gives else None)
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": f"A key needs the scope `{call.scope}`.",
        "parameters": _parameters(endpoint),
        "responses": {str(call.status): {"description": "Done.", "content": answer}, "4XX": _PROBLEM},
    }
    if call.body or call.takes_file:
        body = _content(schemas[call.body, "validation"] if call.body else None)
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _told(name: str, schemas: Mapping[tuple[type, _Mode], Any]) -> dict[str, Any]:
    text = {"type": "string"}
    headers = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return {
        "operationId": f"hear_{name.replace('.', '_')}",
        "summary": f"An endpoint hears of {name}; fields without content are left out.",
        "parameters": [
            {"name": header, "in": "header", "required": True, "schema": text} for header in headers
        ],
        "requestBody": {"required": True, "content": _content(schemas[WebhookBody, "serialization"])},
        "responses": {"2XX": {"description": "Taken; anything else is tried again."}},
    }


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    text = {"type": "string"}
    places = [{"name": name, "in": "path", "required": True, "schema": text} for name in endpoint.places]
    asked = [{"name": name, "in": "query", "schema": text} for name in endpoint.call.asks]
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": endpoint.call.key == "needed",
        "schema": text,
    }
    return [*places, *asked, *([key] if endpoint.call.key else [])]


def _content(schema: object) -> dict[str, Any]:
    return {_JSON: {"schema": schema}} if schema else {_ANY_FILE: {}}


def _problem_schema() -> dict[str, Any]:
    fields = {name: {"type": kind} for name, kind in _PROBLEM_FIELDS.items()}
    return {"type": "object", "properties": fields, "required": list(_PROBLEM_FIELDS)}


def _reference(model: str) -> str:
    return _REFERENCE.format(model=model)

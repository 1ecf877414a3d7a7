"""The API's own description: for programs, and as a page for people."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Response, jsonify, render_template

from console.api.description import Endpoint, openapi
from shared.web.app import services

_BASE = "/api/v1"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a body or an answer, in words."""

    name: str
    kind: str
    is_needed: bool


def describe(endpoints: tuple[Endpoint, ...]) -> Response:
    """Give the OpenAPI document."""
    return jsonify(_document(endpoints, services().settings.base_url + _BASE))


def docs(endpoints: tuple[Endpoint, ...]) -> str:
    """Show the description as a page."""
    document = _document(endpoints, services().settings.base_url + _BASE)
    schemas = document["components"]["schemas"]
    return render_template(
        "api/docs.html",
        endpoints=endpoints,
        base=document["servers"][0]["url"],
        topics=list(document["webhooks"]),
        kinds={name: _fields(schema) for name, schema in sorted(schemas.items()) if "properties" in schema},
        vocabularies={name: schema["enum"] for name, schema in sorted(schemas.items()) if "enum" in schema},
    )


@cache
def _document(endpoints: tuple[Endpoint, ...], base: str) -> dict[str, Any]:
    """Write the document once: everybody may ask for it."""
    return openapi(endpoints, base)


def _fields(schema: dict[str, Any]) -> list[Field]:
    needed = schema.get("required", [])
    return [Field(name, _kind(given), name in needed) for name, given in schema["properties"].items()]


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}" if "items" in schema else "list"
    if "enum" in schema or "const" in schema:
        return " or ".join(f"“{value}”" for value in schema.get("enum", [schema.get("const")]))
    return str(schema.get("format") or schema.get("type") or "any")

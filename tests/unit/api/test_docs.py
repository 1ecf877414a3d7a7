"""The API describes itself: every call, for programs and for people, as it really answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from tests.unit.api.conftest import Store, address
from tests.unit.house.test_routes import methods_of, rules

# Gateways post what they like; the page and its document are no calls.
NO_CALLS = frozenset({"api.describe", "api.docs", "api.take_in_stripe_event"})


@pytest.fixture
def described(client_app: Flask) -> dict[str, Any]:
    response = client_app.test_client().get("/api/v1/openapi.json")
    assert (response.status_code, response.mimetype) == (200, "application/json")
    return json.loads(response.text)


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def found(described: dict[str, Any], reference: str) -> Any:
    part: Any = described
    for step in reference.removeprefix("#/").split("/"):
        part = part[step]
    return part


def fitting(described: dict[str, Any], schema: dict[str, Any], value: object) -> bool:
    if "$ref" in schema:
        return fitting(described, found(described, schema["$ref"]), value)
    if "anyOf" in schema:
        return any(fitting(described, option, value) for option in schema["anyOf"])
    if isinstance(value, list):
        return schema["type"] == "array" and all(fitting(described, schema["items"], one) for one in value)
    if isinstance(value, dict) and "properties" in schema:
        fields = schema["properties"]
        return set(fields) == set(value) == set(schema["required"]) and all(
            fitting(described, fields[name], one) for name, one in value.items()
        )
    if "enum" in schema:
        return value in schema["enum"]
    kinds = {"object": dict, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    return value is None if schema["type"] == "null" else isinstance(value, kinds[schema["type"]])


def test_every_call_is_described(client_app: Flask, described: dict[str, Any]) -> None:
    listed = {
        f"{method.upper()} {call['operationId']}"
        for at in described["paths"].values()
        for method, call in at.items()
    }

    for rule in rules(client_app):
        if rule.endpoint.startswith("api.") and rule.endpoint not in NO_CALLS:
            assert f"{methods_of(rule)[0]} {rule.endpoint.removeprefix('api.')}" in listed
    assert all(call["summary"] for at in described["paths"].values() for call in at.values())


def test_whatever_it_refers_to_is_there(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    for reference in set(references(described)):
        assert found(described, reference)


def test_answers_are_as_described(store: Store, described: dict[str, Any]) -> None:
    order = store.taken_in()
    one = {"line_items": [{"sku": "MUG", "quantity": 1}]}
    calls = [
        ("get", "/orders", store.call("GET", "/orders")),
        ("get", "/orders/{number}/eligibility", store.call("GET", f"{address(order)}/eligibility")),
        ("post", "/orders/{number}/quote", store.call("POST", f"{address(order)}/quote", one)),
        ("post", "/orders/{number}/cancellations", store.call("POST", store.cancellations_of(order), one)),
        ("post", "/orders/{number}/shipments", store.call("POST", f"{address(order)}/shipments", {})),
        ("get", "/cancellations", store.call("GET", "/cancellations")),
        ("get", "/orders/{number}", store.call("GET", address(order))),
        ("put", "/stock/{sku}", store.call("PUT", "/stock/MUG", {"on_hand": 1})),
    ]

    for method, path, response in calls:
        told = described["paths"][path][method]["responses"][str(response.status_code)]
        schema = told["content"]["application/json"]["schema"]
        assert fitting(described, schema, json.loads(response.text)), f"{method} {path}: {response.text}"


def test_what_a_body_needs_is_told(described: dict[str, Any]) -> None:
    order = described["components"]["schemas"]["OrderPayload"]

    assert "payments" in order["required"]
    assert "discount" not in order["required"]
    keys = [one for one in described["paths"]["/orders"]["post"]["parameters"] if one["in"] == "header"]
    assert keys == [
        {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
    ]


def test_people_read_it_as_a_page(client_app: Flask) -> None:
    response = client_app.test_client().get("/api/v1/docs")
    page = BeautifulSoup(response.text, "html.parser")

    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert "Set-Cookie" not in response.headers
    assert [heading.text for heading in page.find_all("h1")] == ["API"]
    assert "POST /orders/{number}/cancellations" in page.text
    named = {tag["id"] for tag in page.find_all(id=True)}
    assert {link["href"][1:] for link in page.select("td a[href^='#']")} <= named

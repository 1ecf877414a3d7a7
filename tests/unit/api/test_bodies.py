"""What bodies may hold: one table of bad ones, each refused before anything changes."""

import json

import pytest

GOOD_LINE = {"sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": 100}
GOOD_PAYMENT = {"gateway": "manual", "authorized": 100, "captured": 100}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nul",
        b'{"number": NaN}',
        b'{"number": "1", "number": "2"}',
        b'{"buyer": {"email": "a@b.example", "email": "c@d.example"}}',
        b"\xff\xfe{\x00}\x00",
        b'\xef\xbb\xbf{"number": "1"}',
        b"{'number': '1'}",
        b'{"number": "1"} {"number": "2"}',
        b"[" * 21 + b"]" * 21,
        b"[" * 100_000,
        b'{"number": ' + b"9" * 5_000 + b"}",
        b'{"number": "\x00"}',
    ],
)
def test_malformed_json_is_a_bad_request(store, body) -> None:
    response = store.call("POST", "/orders", body)

    assert (response.status_code, response.json["code"]) == (400, "malformed"), response.text


@pytest.mark.parametrize("body", [b"[]", b"1", b'"order"', b"null", b"[" * 20 + b"]" * 20])
def test_what_is_no_object_is_wrong_content(store, body) -> None:
    assert store.call("POST", "/orders", body).status_code == 422


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("colour", {"colour": "red"}),
        ("number", {"number": ""}),
        ("number", {"number": " "}),
        ("number", {"number": "a/b"}),
        ("number", {"number": "a\nb"}),
        ("number", {"number": "x" * 65}),
        ("number", {"number": 17}),
        ("number", {"number": "\ud800"}),
        ("placed_at", {"placed_at": "2026-03-31T14:05:00"}),
        ("placed_at", {"placed_at": "yesterday"}),
        ("placed_at", {"placed_at": 1_700_000_000}),
        ("placed_at", {"placed_at": "2026-02-30T14:05:00Z"}),
        ("placed_at", {"placed_at": "0001-01-01T00:00:00+14:00"}),
        ("currency", {"currency": "usd"}),
        ("currency", {"currency": "XXY"}),
        ("currency", {"currency": ""}),
        ("prices_include_tax", {"prices_include_tax": "true"}),
        ("prices_include_tax", {"prices_include_tax": 1}),
        ("buyer.email", {"buyer": {"email": "ana"}}),
        ("buyer.email", {"buyer": {"email": "a@x.example, b@y.example"}}),
        ("buyer.email", {"buyer": {"email": "a@x.example\r\nBcc: b@y.example"}}),
        ("buyer.email", {"buyer": {"email": f"{'a' * 65}@x.example"}}),
        ("buyer.name", {"buyer": {"email": "a@x.example", "name": "A\x00"}}),
        ("buyer.name", {"buyer": {"email": "a@x.example", "name": "\u202eevil"}}),
        ("buyer.name", {"buyer": {"email": "a@x.example", "name": "n" * 201}}),
        ("buyer.locale", {"buyer": {"email": "a@x.example", "locale": "../etc"}}),
        ("line_items", {"line_items": []}),
        ("line_items[0].quantity", {"line_items": [GOOD_LINE | {"quantity": True}]}),
        ("line_items[0].quantity", {"line_items": [GOOD_LINE | {"quantity": 1.0}]}),
        ("line_items[0].quantity", {"line_items": [GOOD_LINE | {"quantity": "1"}]}),
        ("line_items[0].quantity", {"line_items": [GOOD_LINE | {"quantity": 0}]}),
        ("line_items[0].quantity", {"line_items": [GOOD_LINE | {"quantity": 1_000_000}]}),
        ("line_items[0].unit_price", {"line_items": [GOOD_LINE | {"unit_price": -1}]}),
        ("line_items[0].unit_price", {"line_items": [GOOD_LINE | {"unit_price": 10**13}]}),
        ("line_items[0].sku", {"line_items": [GOOD_LINE | {"sku": ""}]}),
        ("line_items[0].image_url", {"line_items": [GOOD_LINE | {"image_url": "javascript:alert(1)"}]}),
        ("line_items[0].price", {"line_items": [GOOD_LINE | {"price": 1}]}),
        ("", {"line_items": [GOOD_LINE | {"external_id": "1"}, GOOD_LINE | {"external_id": "1"}]}),
        ("", {"line_items": [GOOD_LINE | {"unit_price": 10**12, "quantity": 999_999}]}),
        ("payments[0]", {"payments": [GOOD_PAYMENT | {"captured": 101}]}),
        ("payments[0].gateway", {"payments": [GOOD_PAYMENT | {"gateway": "cash"}]}),
        ("payments[0].authorized", {"payments": [GOOD_PAYMENT | {"authorized": 1e2}]}),
        ("fulfilled_by", {"fulfilled_by": "somebody"}),
        ("discount", {"discount": -5}),
        (None, {"discount": 10**9}),
        (None, {"discounts": [{"amount": 1, "skus": ["NOBODY"]}]}),
    ],
)
def test_wrong_content_names_its_field(store, field, change) -> None:
    response = store.call("POST", "/orders", store.order(**change))

    assert (response.status_code, response.json["code"]) == (422, "invalid_content"), response.text
    if field is not None:
        assert field in [error["field"] for error in response.json["errors"]], response.text


@pytest.mark.parametrize(
    "missing", ["number", "placed_at", "currency", "prices_include_tax", "buyer", "line_items", "payments"]
)
def test_what_is_needed_is_needed(store, missing) -> None:
    body = store.order()
    del body[missing]

    assert store.call("POST", "/orders", body).json["errors"][0]["field"] == missing


def test_other_media_types_are_refused(store) -> None:
    body = json.dumps(store.order()).encode()

    for headers in (
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Encoding": "gzip"},
    ):
        response = store.call("POST", "/orders", body, **headers)
        assert (response.status_code, response.json["code"]) == (415, "unsupported_media_type")


def test_a_body_beyond_256_kilobytes_is_too_large(store) -> None:
    response = store.call("POST", "/orders", b" " * (256 * 1024 + 1))

    assert (response.status_code, response.json["code"]) == (413, "too_large")


def test_reserved_domains_and_unicode_names_are_fine(store) -> None:
    for email in ("ana@example.com", "o'brien+x@shop.test", "jörg@müller.example", "a@localhost.localdomain"):
        assert store.taken_in(buyer={"email": email, "name": "Łucja 山田"})["buyer"]["email"] == email

import pytest
from flask import Flask

from shared.web.limits import forget, visitor_network, within_limit


def test_what_is_too_much_is_counted_for_each_visitor_alone(app: Flask) -> None:
    with app.app_context():
        assert [within_limit("2/minute", "find", "a") for _ in range(3)] == [True, True, False]
        assert within_limit("2/minute", "find", "b")


def test_a_count_can_begin_anew(app: Flask) -> None:
    with app.app_context():
        assert within_limit("1/minute", "sign-in", "a")
        forget("1/minute", "sign-in", "a")
        assert within_limit("1/minute", "sign-in", "a")


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", "unknown")],
)
def test_visitors_are_known_by_their_network(app: Flask, address: str, network: str) -> None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        assert visitor_network() == network

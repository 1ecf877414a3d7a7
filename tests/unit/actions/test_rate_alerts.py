"""The team is warned by e-mail when the rate gets near its limit and when it passes it, once each."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shared.actions import merchants, rate_alerts
from shared.domain.metrics import RateTerms
from shared.domain.permissions import Role
from shared.domain.reasons import Reason
from shared.storage.records import MerchantRecord
from tests.builders import USER, a_merchant, accept, an_order, cancel, request
from tests.clock import MovedDatabase
from tests.post import Remembering, messages_of, outside, work_off

TEAM = {Role.OWNER: "maya", Role.MANAGER: "robin", Role.AGENT: "sam"}


@pytest.fixture
def moved(db) -> MovedDatabase:
    return MovedDatabase(db.engine)


@pytest.fixture
def merchant_id(db, monkeypatch):
    # Nobody signs in here.
    monkeypatch.setattr(merchants, "hash_password", lambda _password: "")
    made = a_merchant(db)
    for role, name in TEAM.items():
        merchants.create_user(
            db, made, email=f"{name}-{made}@example.com", name=name, password="a long enough one", role=role
        )
    return made


def orders(db, merchant_id, count: int) -> list:
    return [an_order().taken_in(db, merchant_id) for _ in range(count)]


def warnings(db, merchant_id) -> list[str]:
    """Work everything off, and tell whom a warning was written to, oldest first."""
    work_off(outside(db, Remembering()), merchant_id)
    found = [message for message in messages_of(db, merchant_id) if message.event == "rate_warned"]
    return sorted(message.recipient.partition("-")[0] for message in found)


def level_of(db, merchant_id) -> str:
    with db.begin(merchant_id) as tx:
        return tx.session.get_one(MerchantRecord, merchant_id).rate_level


def test_owners_and_managers_are_warned_near_the_limit_and_again_above_it(moved, merchant_id) -> None:
    placed = orders(moved, merchant_id, 50)

    cancel(moved, merchant_id, placed.pop())
    assert (level_of(moved, merchant_id), warnings(moved, merchant_id)) == ("calm", ["maya", "robin"])
    assert level_of(moved, merchant_id) == "near"

    cancel(moved, merchant_id, placed.pop())
    assert warnings(moved, merchant_id) == ["maya", "maya", "robin", "robin"]
    assert level_of(moved, merchant_id) == "above"


def test_a_rate_below_four_fifths_of_the_limit_warns_nobody(moved, merchant_id) -> None:
    placed = orders(moved, merchant_id, 51)

    cancel(moved, merchant_id, placed.pop())

    assert warnings(moved, merchant_id) == []


def test_further_cancellations_do_not_warn_again(moved, merchant_id) -> None:
    placed = orders(moved, merchant_id, 20)
    for _ in range(4):
        cancel(moved, merchant_id, placed.pop())

    assert warnings(moved, merchant_id) == ["maya", "robin"]


def test_a_rate_that_calms_and_rises_again_warns_again_on_another_day_only(moved, merchant_id) -> None:
    placed = orders(moved, merchant_id, 10)
    cancel(moved, merchant_id, placed.pop())
    assert len(warnings(moved, merchant_id)) == 2

    more = orders(moved, merchant_id, 60)
    rate_alerts.check(moved, merchant_id)
    assert level_of(moved, merchant_id) == "calm"
    cancel(moved, merchant_id, more.pop())
    cancel(moved, merchant_id, more.pop())
    assert len(warnings(moved, merchant_id)) == 2

    moved.advance(days=9)
    assert len(warnings(moved, merchant_id)) == 2
    assert level_of(moved, merchant_id) == "calm"
    with_age = an_order().with_(placed_at=_now(moved, merchant_id))
    cancel(moved, merchant_id, with_age.taken_in(moved, merchant_id))
    assert len(warnings(moved, merchant_id)) == 4


def test_what_customers_ask_for_warns_nobody(moved, merchant_id) -> None:
    accept(moved, merchant_id, request(moved, merchant_id, orders(moved, merchant_id, 1)[0]))

    assert warnings(moved, merchant_id) == []


def test_warnings_can_be_switched_off_and_on(moved, merchant_id) -> None:
    placed = orders(moved, merchant_id, 10)
    rate_alerts.switch(moved, merchant_id, USER, on=False)
    cancel(moved, merchant_id, placed.pop())
    assert warnings(moved, merchant_id) == []

    rate_alerts.switch(moved, merchant_id, USER, on=True)
    cancel(moved, merchant_id, placed.pop())

    assert warnings(moved, merchant_id) == []
    assert level_of(moved, merchant_id) == "above"


def test_the_warning_says_the_figures_the_reasons_and_where_to_look(moved, merchant_id) -> None:
    placed = orders(moved, merchant_id, 20)
    for reason in (Reason.NO_INVENTORY, Reason.NO_INVENTORY, Reason.PRICING_ERROR):
        cancel(moved, merchant_id, placed.pop(), reason=reason)
    mailer = Remembering()

    work_off(outside(moved, mailer), merchant_id)

    mail = next(one for one in mailer.messages if "maya" in str(one["To"]))
    assert mail["Subject"] == "Cancellation rate of Northlight Home: 15.0%"
    for kind in ("plain", "html"):
        body = mail.get_body((kind,)).get_content()
        said = " ".join(body.split())
        assert "above the limit of 2.5%" in said
        assert "In the last 7 days you canceled 3 of 20 orders before shipping." in said
        assert said.index("No inventory") < said.index("Pricing error")
        assert "/console/health" in said
        assert "Open account health" in said


def _now(db, merchant_id):
    with db.begin(merchant_id) as tx:
        return tx.now


def test_a_lower_limit_is_looked_at_at_once(moved, merchant_id) -> None:
    placed = orders(moved, merchant_id, 60)
    cancel(moved, merchant_id, placed.pop())
    assert warnings(moved, merchant_id) == []

    rate_alerts.measure_by(moved, merchant_id, RateTerms(limit=Fraction(1, 100)), USER)

    assert warnings(moved, merchant_id) == ["maya", "robin"]
    assert level_of(moved, merchant_id) == "above"

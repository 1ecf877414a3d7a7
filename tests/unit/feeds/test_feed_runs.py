"""Feeds from file to report: each record is told what became of it, whatever else the file holds."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from shared.actions import foreign_codes, merchants, reasons
from shared.domain.actors import Actor, ActorKind
from shared.domain.bulk import RunState
from shared.domain.errors import InvalidContent, TooMany
from shared.domain.foreign_codes import CodeList
from shared.domain.ids import new_id
from shared.domain.permissions import Role
from shared.domain.reasons import Reason
from shared.feeds import reporting, running, submitting
from shared.feeds.kinds import FeedType
from shared.feeds.processing_report import Summary
from shared.feeds.submitting import Feed
from shared.queries import feeds
from shared.queries.invariants import violations_of
from shared.queries.reasons import catalogue
from shared.storage.records import (
    LineItemRecord,
    OrderRecord,
    RequestRecord,
    UploadChunkRecord,
)
from tests.builders import USER, a_merchant, an_order, ship
from tests.builders import cancel as cancel_order
from tests.unit.feeds.carrying import (
    LAMP,
    MUG,
    OWN_ITEM,
    carry_out,
    count,
    hand_in,
    number,
    orders,
    report_of,
    report_text,
    statuses,
)
from tests.unit.feeds.making import (
    Report,
    acknowledge,
    acknowledged_item,
    adjusted,
    cancel,
    envelope,
)


def test_a_cancellation_file_is_told_line_by_line(db, merchant_id, tmp_path: Path) -> None:
    _, gone, _, sent = orders(db, merchant_id, 1, 2, 3, 4)
    cancel_order(db, merchant_id, gone)
    ship(db, merchant_id, sent)
    orders(db, a_merchant(db), 9)

    run_id = carry_out(db, merchant_id, tmp_path, cancel(
        (number(1), "", ""),
        (number(2), "NoInventory", LAMP),
        (number(3), "NoInventory", LAMP),
        (number(3), "NoInventory", LAMP),
        (number(4), "BuyerCanceled", MUG),
        (number(9), "", ""),
        (number(3), "NoInventory", "12345678901234"),
    ))  # fmt: skip

    assert report_text(db, merchant_id, run_id).decode().splitlines() == [
        "Feed Processing Summary:",
        "\tNumber of records processed\t\t7",
        "\tNumber of records successful\t\t3",
        "",
        "original-record-number\torder-id\torder-item-id\terror-code\terror-type\terror-message",
        (
            f"4\t{number(2)}\t{LAMP}\t90002\tError\tWhat the row names has already been canceled. "
            "Nothing needs to be done."
        ),
        (
            f"6\t{number(3)}\t{LAMP}\t90004\tWarning\tThe row says the same as line 5 and was left out. "
            "Nothing needs to be done; a row counts once."
        ),
        (
            f"7\t{number(4)}\t{MUG}\t90001\tError\tWhat the row names has already been shipped. "
            "It can only be returned. What is left of the order is canceled by an adjustment or item by item."
        ),
        (
            f"8\t{number(9)}\t\t18028\tError\tOrder “{number(9)}” was not found. "
            "Look it up on the order's page and correct it."
        ),
        (
            f"9\t{number(3)}\t12345678901234\t90008\tError\tOrder “{number(3)}” has no item "
            "“12345678901234”. "
            "Look it up on the order's page and correct it."
        ),
    ]
    assert statuses(db, merchant_id) == ["canceled", "canceled", "unshipped", "shipped"]
    assert violations_of(db, merchant_id) == []
    assert count(db, merchant_id, UploadChunkRecord) == 0


def test_rows_that_contradict_each_other_name_each_other(db, merchant_id, tmp_path: Path) -> None:
    orders(db, merchant_id, 1, 2)

    run_id = carry_out(db, merchant_id, tmp_path, cancel(
        (number(1), "NoInventory", LAMP),
        (number(2), "", ""),
        (number(1), "PricingError", LAMP),
        (number(2), "NoInventory", MUG),
    ))  # fmt: skip

    told = report_text(db, merchant_id, run_id).decode().splitlines()[5:]
    assert [(line.split("\t")[0], line.split("\t")[3], line.split("The row ")[1][:19]) for line in told] == [
        ("3", "90005", "contradicts line 5,"),
        ("4", "90005", "contradicts line 6,"),
        ("5", "90005", "contradicts line 3,"),
        ("6", "90005", "contradicts line 4,"),
    ]
    assert statuses(db, merchant_id) == ["unshipped", "unshipped"]


def test_a_reason_that_is_switched_off_refuses_its_rows_alone(db, merchant_id, tmp_path: Path) -> None:
    orders(db, merchant_id, 1, 2)
    off = replace(catalogue(db, merchant_id).of(Reason.NO_INVENTORY), for_feeds=False)
    reasons.change(db, merchant_id, off, USER)

    run_id = carry_out(db, merchant_id, tmp_path, cancel(
        (number(1), "NoInventory", LAMP),
        (number(2), "PricingError", LAMP),
    ))  # fmt: skip

    told = report_text(db, merchant_id, run_id).decode().splitlines()[5:]
    assert [(line.split("\t")[0], line.split("\t")[3]) for line in told] == [("3", "90056")]
    assert "The code comes in as “NoInventory”, which files may not give" in told[0]
    assert statuses(db, merchant_id) == ["unshipped", "unshipped"]
    assert count(db, merchant_id, RequestRecord) == 1


def test_a_code_comes_in_as_what_its_merchant_says(db, merchant_id, tmp_path: Path) -> None:
    orders(db, merchant_id, 1, 2, 3)
    said = {"WeatherDelay": Reason.OTHER, "NoInventory": Reason.LISTING_ERROR}
    foreign_codes.change(db, merchant_id, CodeList.ACKNOWLEDGEMENT, said, USER)

    carry_out(db, merchant_id, tmp_path, cancel(
        (number(1), "WeatherDelay", LAMP),
        (number(2), "no inventory", LAMP),
        (number(3), "RejectOrder", LAMP),
    ))  # fmt: skip

    with db.begin(merchant_id) as tx:
        found = set(tx.session.scalars(select(RequestRecord.reason)))
    assert found == {"Other", "ListingError", "BusinessConditions"}


def test_the_same_file_again_changes_nothing_and_is_the_first_report(db, merchant_id, tmp_path) -> None:
    orders(db, merchant_id, 1)
    content = cancel((number(1), "", ""))
    first = carry_out(db, merchant_id, tmp_path, content)

    again = hand_in(db, merchant_id, tmp_path, content)
    named = hand_in(db, merchant_id, tmp_path, content, wanted=FeedType.ORDER_CANCELLATION)
    dry = hand_in(db, merchant_id, tmp_path, content, dry_run=True)

    assert (again.run_id, again.is_repeated, named.run_id) == (first, True, first)
    assert not dry.is_repeated
    assert hand_in(db, a_merchant(db), tmp_path, content).run_id != first
    assert count(db, merchant_id, RequestRecord) == 1


def test_a_dry_run_again_looks_anew(db, merchant_id, tmp_path) -> None:
    content = cancel((number(1), "", ""))
    first = carry_out(db, merchant_id, tmp_path, content, dry_run=True)
    orders(db, merchant_id, 1)

    again = hand_in(db, merchant_id, tmp_path, content, dry_run=True)
    running.take_turn(db, merchant_id, again.run_id)

    assert (again.is_repeated, again.run_id == first) == (False, False)
    assert report_of(db, merchant_id, first).successful == 0
    assert report_of(db, merchant_id, again.run_id) == Report(1, 1)
    assert count(db, merchant_id, RequestRecord) == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [("order-id\tcancellation-reason-code\n", 90013), ("hello\nworld\n", 90011), ("<a><b></a>", 5000)],
)
def test_a_refused_file_has_its_report_and_may_be_sent_again(
    db, merchant_id, tmp_path, content: str, code: int
) -> None:
    run_id = carry_out(db, merchant_id, tmp_path, content)

    assert feeds.find(db, merchant_id, run_id).state is RunState.REFUSED
    assert report_of(db, merchant_id, run_id) == Report(0, 0, (("0", code, "Error"),))
    assert carry_out(db, merchant_id, tmp_path, content) != run_id


def test_what_breaks_off_in_the_middle_is_refused_whole(db, merchant_id, tmp_path: Path) -> None:
    orders(db, merchant_id, 1)
    content = envelope("OrderAcknowledgement", acknowledge(1, order=number(1)))

    run_id = carry_out(db, merchant_id, tmp_path, content.replace("</AmazonEnvelope>", "</Amazon>"))

    assert report_of(db, merchant_id, run_id) == Report(0, 0, (("0", 5000, "Error"),))
    assert b"<StatusCode>Rejected" in report_text(db, merchant_id, run_id)
    assert statuses(db, merchant_id) == ["unshipped"]


def test_an_acknowledgement_cancels_or_ties_the_merchants_own_ids(db, merchant_id, tmp_path) -> None:
    orders(db, merchant_id, 1, 2)
    orders(db, merchant_id, 3, shipped=True)
    success = acknowledge(2, order=number(2), status="Success", items=OWN_ITEM)
    content = envelope(
        "OrderAcknowledgement",
        acknowledge(1, order=number(1), items=acknowledged_item(LAMP) + acknowledged_item(MUG)),
        success.replace("<StatusCode>", "<MerchantOrderID>M-2</MerchantOrderID><StatusCode>"),
        acknowledge(3, order=number(3), items=acknowledged_item(LAMP)),
        acknowledge(4, order=number(1), status="Failed", items=acknowledged_item("1", "NoInventory")),
    )

    run_id = carry_out(db, merchant_id, tmp_path, content)

    assert report_of(db, merchant_id, run_id) == Report(4, 2, (("3", 90001, "Error"), ("4", 90008, "Error")))
    assert statuses(db, merchant_id) == ["canceled", "unshipped", "shipped"]
    with db.begin(merchant_id) as tx:
        tied = tx.session.scalars(select(OrderRecord).where(OrderRecord.number == number(2))).one()
        line = tx.session.scalars(
            select(LineItemRecord).where(LineItemRecord.merchant_item_id == "L-7")
        ).one()
        assert tied.external_ids["merchant_order_id"] == "M-2"
        assert line.order_id == tied.id
    assert violations_of(db, merchant_id) == []


def test_own_ids_that_were_tied_find_order_and_item(db, merchant_id, tmp_path: Path) -> None:
    orders(db, merchant_id, 1)
    success = acknowledge(1, order=number(1), status="Success", items=OWN_ITEM)
    carry_out(db, merchant_id, tmp_path, envelope(
        "OrderAcknowledgement",
        success.replace("<StatusCode>", "<MerchantOrderID>M-2</MerchantOrderID><StatusCode>"),
    ))  # fmt: skip
    content = envelope("OrderAdjustment", adjusted(order=number(1), item=LAMP))
    content = content.replace(
        f"<AmazonOrderID>{number(1)}</AmazonOrderID>", "<MerchantOrderID>M-2</MerchantOrderID>"
    )
    content = content.replace(
        f"<AmazonOrderItemCode>{LAMP}</AmazonOrderItemCode>", "<MerchantOrderItemID>L-7</MerchantOrderItemID>"
    )

    run_id = carry_out(db, merchant_id, tmp_path, content)

    assert report_of(db, merchant_id, run_id) == Report(1, 1, (("1", 90113, "Warning"),))
    assert violations_of(db, merchant_id) == []


def test_messages_of_one_number_are_all_refused(db, merchant_id, tmp_path: Path) -> None:
    orders(db, merchant_id, 1, 2, 3)
    content = envelope(
        "OrderAcknowledgement",
        acknowledge(7, order=number(1), items=acknowledged_item(LAMP) + acknowledged_item(MUG)),
        acknowledge(7, order=number(2), items=acknowledged_item(LAMP)),
        acknowledge(8, order=number(3), items=acknowledged_item(LAMP)),
    )

    run_id = carry_out(db, merchant_id, tmp_path, content)

    assert report_of(db, merchant_id, run_id) == Report(3, 1, (("7", 90010, "Error"), ("7", 90010, "Error")))


def test_success_and_failure_of_one_order_contradict_each_other(db, merchant_id, tmp_path: Path) -> None:
    orders(db, merchant_id, 1)
    content = envelope(
        "OrderAcknowledgement",
        acknowledge(1, order=number(1), items=acknowledged_item(LAMP)),
        acknowledge(2, order=number(1), status="Success", items=""),
    )

    run_id = carry_out(db, merchant_id, tmp_path, content)

    assert report_of(db, merchant_id, run_id) == Report(2, 0, (("1", 90005, "Error"), ("2", 90005, "Error")))


def test_who_was_removed_meanwhile_stops_the_run_with_a_record(db, merchant_id, tmp_path: Path) -> None:
    orders(db, merchant_id, 1)
    user_id = merchants.create_user(
        db,
        merchant_id,
        email=f"m-{new_id()}@example.com",
        name="M",
        password="long enough 1",
        role=Role.MANAGER,
    )
    content = cancel((number(1), "", ""))
    begun = hand_in(db, merchant_id, tmp_path, content, actor=Actor(ActorKind.MERCHANT_USER, user_id))
    with db.begin(merchant_id) as tx:
        tx.session.execute(text("DELETE FROM memberships WHERE user_id = :id"), {"id": user_id})

    running.take_turn(db, merchant_id, begun.run_id)

    assert report_of(db, merchant_id, begun.run_id) == Report(0, 0, (("0", 90055, "Error"),))
    assert statuses(db, merchant_id) == ["unshipped"]
    assert not hand_in(db, merchant_id, tmp_path, content).is_repeated


def test_a_report_before_the_end_says_that_it_is_processing(db, merchant_id, tmp_path: Path) -> None:
    content = envelope("OrderAcknowledgement", acknowledge(1, order=number(1)))
    begun = hand_in(db, merchant_id, tmp_path, content)

    assert b"<StatusCode>Processing" in report_text(db, merchant_id, begun.run_id)
    assert reporting.report(db, merchant_id, begun.run_id).summary == Summary()


def test_an_empty_file_and_too_many_files_are_not_taken(db, merchant_id, tmp_path: Path) -> None:
    path = tmp_path / "feed.txt"
    path.write_bytes(b"")
    with pytest.raises(InvalidContent):
        submitting.submit(db, merchant_id, Feed(path), Actor(ActorKind.FEED))
    path.write_text("a")
    submitting.submit(db, merchant_id, Feed(path), Actor(ActorKind.FEED), most_an_hour=1)
    path.write_text("b")
    with pytest.raises(TooMany):
        submitting.submit(db, merchant_id, Feed(path), Actor(ActorKind.FEED), most_an_hour=1)
    path.write_text("a")
    assert submitting.submit(db, merchant_id, Feed(path), Actor(ActorKind.FEED), most_an_hour=1).is_repeated


def test_orders_are_numbered_without_gaps_in_the_order_they_are_named(
    db, merchant_id, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(running, "PIECE", 2)
    orders(db, merchant_id, 1, 2, 3)

    run_id = carry_out(db, merchant_id, tmp_path, cancel(
        (number(1), "NoInventory", LAMP),
        (number(9), "", ""),
        (number(2), "NoInventory", LAMP),
        (number(2), "NoInventory", MUG),
        (number(1), "NoInventory", MUG),
        (number(3), "", ""),
    ))  # fmt: skip

    with db.snapshot(merchant_id) as tx:
        rows = text("SELECT order_ref, group_no FROM bulk_rows WHERE run_id = :run ORDER BY row_number")
        numbered = [tuple(row) for row in tx.session.execute(rows, {"run": run_id})]
    places = [(1, 1), (9, None), (2, 2), (2, 2), (1, 1), (3, 3)]
    assert numbered == [(number(order), group) for order, group in places]
    assert feeds.find(db, merchant_id, run_id).orders == 3


def test_an_id_that_two_orders_carry_names_neither(db, merchant_id, tmp_path) -> None:
    for place, told in enumerate(("444-1", "444-1", "444-2")):
        order = an_order().with_(number=f"D-{place}", external_ids={"amazon_order_id": told})
        order.taken_in(db, merchant_id)

    run_id = carry_out(db, merchant_id, tmp_path, cancel(("444-1", "", ""), ("444-2", "", "")))

    assert report_of(db, merchant_id, run_id) == Report(2, 1, (("3", 18028, "Error"),))
    assert statuses(db, merchant_id) == ["unshipped", "unshipped", "canceled"]

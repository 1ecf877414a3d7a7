"""A signed order link opens one order until it ends or is revoked; an altered one opens nothing."""

import hashlib
import json
import secrets
import string
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import func, select, text, update

from shared import links as tokens
from shared.actions import links, orders
from shared.domain.actors import Actor, ActorKind
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId, OrderId
from shared.links import DeadLink, ForgedLink
from shared.queries.links import Grant, exchange, open_page
from shared.storage.engine import Database
from shared.storage.records import DoorRecord, LinkRecord, MessageRecord, OrderRecord
from tests.builders import a_merchant, an_order

KEYS = ("k1" * 32, "k0" * 32)
NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
USER = Actor(ActorKind.MERCHANT_USER)
Order = tuple[MerchantId, OrderId]


@pytest.fixture
def order(db: Database) -> Order:
    merchant_id = a_merchant(db)
    return merchant_id, an_order().taken_in(db, merchant_id)


def _sent(db: Database, order: Order) -> int:
    with db.begin(order[0]) as tx:
        return tx.session.scalars(
            select(func.count())
            .select_from(MessageRecord)
            .where(
                MessageRecord.merchant_id == order[0],
                MessageRecord.order_id == order[1],
                MessageRecord.event == MailEvent.ORDER_LINK_SENT,
            )
        ).one()


def _change_link(db: Database, order: Order, **values: object) -> None:
    with db.begin(order[0]) as tx:
        tx.session.execute(
            update(LinkRecord)
            .where(LinkRecord.merchant_id == order[0], LinkRecord.order_id == order[1])
            .values(**values)
        )


def _change_order(db: Database, order: Order, **values: object) -> None:
    with db.begin(order[0]) as tx:
        tx.session.execute(
            update(OrderRecord)
            .where(OrderRecord.merchant_id == order[0], OrderRecord.id == order[1])
            .values(**values)
        )


def _sign(payload: object, key: str = KEYS[0], salt: str = "buyer-order-link/v1") -> str:
    serializer = URLSafeSerializer(
        key, salt=salt, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )
    return str(serializer.dumps(payload))


def _payload(text: str) -> list[Any]:
    body = text.split(".", maxsplit=1)[0]
    return list(json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def test_a_link_opens_the_order_it_was_made_for(db: Database, order: Order) -> None:
    grant = exchange(db, KEYS, links.make(db, *order, KEYS))

    assert (grant.merchant_id, grant.order_id) == order
    open_page(db, grant, order[1])


def test_a_link_opens_as_often_as_it_is_clicked(db: Database, order: Order) -> None:
    text = links.make(db, *order, KEYS)

    assert exchange(db, KEYS, text) == exchange(db, KEYS, text)


def test_a_token_names_neither_order_nor_address(db: Database, order: Order) -> None:
    purpose, link_id, issued, expires = _payload(links.make(db, *order, KEYS))

    assert purpose == "order"
    assert len(urlsafe_b64decode(link_id + "==")) == 16
    assert expires - issued == timedelta(days=400).total_seconds()


def test_the_database_keeps_only_a_hash_of_what_the_token_holds(db: Database, order: Order) -> None:
    link_id = urlsafe_b64decode(_payload(links.make(db, *order, KEYS))[1] + "==")

    with db.begin(order[0]) as tx:
        record = tx.session.scalars(select(LinkRecord).where(LinkRecord.order_id == order[1])).one()
    with db.begin_untenanted() as bare:
        door = bare.session.scalars(select(DoorRecord).where(DoorRecord.row_id == record.id)).one()
    assert record.id.bytes != link_id
    assert door.sha256 == hashlib.sha256(link_id).digest()


def _mutations(text: str) -> Iterator[str]:
    parts = text.split(".")
    for index, part in enumerate(parts):
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
        for bit in range(len(raw) * 8):
            flipped = bytearray(raw)
            flipped[bit // 8] ^= 1 << bit % 8
            changed = urlsafe_b64encode(bytes(flipped)).rstrip(b"=").decode()
            yield ".".join([*parts[:index], changed, *parts[index + 1 :]])


def test_no_flipped_bit_is_taken_for_ours() -> None:
    text = tokens.write(tokens.new_token(NOW), KEYS)
    refused = 0

    for changed in _mutations(text):
        with pytest.raises(ForgedLink):
            tokens.read(changed, KEYS)
        refused += 1
    assert refused > 500


def test_no_other_character_in_any_place_is_taken_for_ours() -> None:
    text = tokens.write(tokens.new_token(NOW), KEYS)

    for place in range(len(text)):
        for mark in string.ascii_letters + string.digits + "-_.":
            changed = text[:place] + mark + text[place + 1 :]
            if changed != text:
                with pytest.raises(ForgedLink):
                    tokens.read(changed, KEYS)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text[1:],
        lambda text: text + "=",
        lambda text: text + "A",
        lambda text: text + "\n",
        lambda text: text.replace(".", "%2E"),
        lambda text: text.upper(),
        lambda text: text[: len(text) // 2],
        lambda text: text.rsplit(".", 1)[0],
        lambda text: text * 4,
        lambda text: text.replace(text[3], "\u0430", 1),
        lambda _text: "",
        lambda _text: ".",
        lambda _text: "../../console",
        lambda _text: "a" * 257,
    ],
)
def test_another_spelling_of_a_link_is_no_link(spoil: Callable[[Any], Any]) -> None:
    text = tokens.write(tokens.new_token(NOW), KEYS)

    with pytest.raises(ForgedLink):
        tokens.read(spoil(text), KEYS)


def _good() -> list[Any]:
    return [
        "order",
        urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode(),
        1_777_777_777,
        1_777_787_777,
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: ["invitation", *good[1:]],
        lambda good: good[:3],
        lambda good: [*good, 1],
        lambda good: {"purpose": good},
        lambda _good: "order",
        lambda _good: None,
        lambda good: [good[0], "AAAA", *good[2:]],
        lambda good: [good[0], good[1] + "==", *good[2:]],
        lambda good: [good[0], 7, *good[2:]],
        lambda good: [good[0], good[1], True, good[3]],
        lambda good: [good[0], good[1], 1.5, good[3]],
        lambda good: [good[0], good[1], good[2], "1777787777"],
        lambda good: [good[0], good[1], good[2], 10**30],
    ],
)
def test_a_signed_text_of_another_shape_is_no_link(spoil: Callable[[Any], Any]) -> None:
    good = _good()
    tokens.read(_sign(good), KEYS)

    with pytest.raises(ForgedLink):
        tokens.read(_sign(spoil(good)), KEYS)


def test_another_key_or_salt_makes_no_link() -> None:
    for foreign in (_sign(_good(), key="x" * 64), _sign(_good(), salt="buyer-order-link/v2")):
        with pytest.raises(ForgedLink):
            tokens.read(foreign, KEYS)


def test_links_outlive_a_rotation_until_the_old_key_is_dropped(db: Database, order: Order) -> None:
    text = links.make(db, *order, ("old" * 20,))

    exchange(db, ("new" * 20, "old" * 20), text)
    with pytest.raises(ForgedLink):
        exchange(db, ("new" * 20,), text)


def test_a_fresh_link_is_signed_with_the_newest_key(db: Database, order: Order) -> None:
    exchange(db, KEYS[:1], links.make(db, *order, KEYS))


def test_a_link_minted_by_a_clock_that_runs_ahead_is_refused() -> None:
    ahead = tokens.new_token(NOW + timedelta(seconds=301))

    tokens.check_times(tokens.new_token(NOW + timedelta(seconds=299)), now=NOW)
    with pytest.raises(ForgedLink):
        tokens.check_times(ahead, now=NOW)


def test_a_token_never_lives_longer_than_400_days() -> None:
    token = tokens.new_token(NOW)
    longer = tokens.Token(token.link_id, token.issued_at, token.issued_at + timedelta(days=401))

    tokens.check_times(token, now=NOW + timedelta(days=399))
    with pytest.raises(DeadLink):
        tokens.check_times(token, now=NOW + timedelta(days=400))
    with pytest.raises(ForgedLink):
        tokens.check_times(longer, now=NOW)


def test_a_genuine_signature_over_a_link_that_was_never_made_opens_nothing(db: Database) -> None:
    with pytest.raises(ForgedLink):
        exchange(db, KEYS, tokens.write(tokens.new_token(datetime.now(UTC)), KEYS))


@pytest.mark.parametrize("ended", ["expires_at", "revoked_at"])
def test_an_ended_row_ends_the_link_and_what_it_gave(db: Database, order: Order, ended: str) -> None:
    text = links.make(db, *order, KEYS)
    grant = exchange(db, KEYS, text)

    _change_link(db, order, **{ended: func.clock_timestamp()})

    with pytest.raises(DeadLink):
        exchange(db, KEYS, text)
    with pytest.raises(DeadLink):
        open_page(db, grant, order[1])


def test_revoking_all_links_of_an_order_acts_on_the_next_click(db: Database, order: Order) -> None:
    text = links.make(db, *order, KEYS)
    grant = exchange(db, KEYS, text)

    orders.revoke_links(db, *order, USER)

    with pytest.raises(DeadLink):
        exchange(db, KEYS, text)
    with pytest.raises(DeadLink):
        open_page(db, grant, order[1])
    exchange(db, KEYS, links.make(db, *order, KEYS))


def test_a_grant_of_another_epoch_opens_nothing(db: Database, order: Order) -> None:
    grant = exchange(db, KEYS, links.make(db, *order, KEYS))

    with pytest.raises(DeadLink):
        open_page(db, Grant(grant.merchant_id, grant.row_id, grant.order_id, grant.epoch + 1), order[1])


def test_a_link_ends_30_days_after_its_order_was_closed(db: Database, order: Order) -> None:
    text = links.make(db, *order, KEYS)
    now = datetime.now(UTC)
    _change_link(db, order, created_at=now - timedelta(days=90))

    _change_order(db, order, closed_at=now - timedelta(days=29))
    exchange(db, KEYS, text)
    _change_order(db, order, closed_at=now - timedelta(days=31))
    with pytest.raises(DeadLink):
        exchange(db, KEYS, text)


def test_a_link_sent_long_after_closing_opens_for_30_days(db: Database, order: Order) -> None:
    _change_order(db, order, closed_at=datetime.now(UTC) - timedelta(days=90))

    exchange(db, KEYS, links.make(db, *order, KEYS))


def test_a_grant_opens_no_other_order_and_no_other_merchants(db: Database, order: Order) -> None:
    grant = exchange(db, KEYS, links.make(db, *order, KEYS))
    sibling = an_order().taken_in(db, order[0])
    stranger = a_merchant(db)
    foreign = an_order().taken_in(db, stranger)

    for other in (sibling, foreign):
        with pytest.raises(ForgedLink):
            open_page(db, grant, other)
    with pytest.raises(DeadLink):
        open_page(db, Grant(stranger, grant.row_id, foreign, grant.epoch), foreign)
    with pytest.raises(DeadLink):
        open_page(db, Grant(order[0], grant.row_id, sibling, grant.epoch), sibling)


@pytest.mark.parametrize(
    ("number", "typed"), [("#1001-{}", "1001-{}"), ("1002-{}", "#1002-{}"), ("nl-3-{}", " NL-3-{} ")]
)
def test_a_new_link_is_sent_however_the_number_is_written(db: Database, number: str, typed: str) -> None:
    merchant_id = a_merchant(db)
    tail = secrets.token_hex(4)
    order = (merchant_id, an_order().with_(number=number.format(tail)).taken_in(db, merchant_id))

    links.look_up(db, typed.format(tail), "Ana.Torres@EXAMPLE.com")

    assert _sent(db, order) == 1


def test_a_new_link_goes_to_the_address_on_file_alone(db: Database) -> None:
    merchant_id = a_merchant(db)
    incoming = an_order().with_(number=f"A-{secrets.token_hex(4)}")
    order = (merchant_id, incoming.taken_in(db, merchant_id))

    links.look_up(db, incoming.number, "mallory@example.com")
    links.look_up(db, "no such number", "ana.torres@example.com")
    assert _sent(db, order) == 0

    links.look_up(db, incoming.number, "ANA.torres@example.com")
    with db.begin(merchant_id) as tx:
        recipients = tx.session.scalars(
            select(MessageRecord.recipient).where(MessageRecord.event == MailEvent.ORDER_LINK_SENT)
        ).all()
    assert recipients == ["ana.torres@example.com"]


def test_two_shops_with_one_number_each_answer_their_own_customer(db: Database) -> None:
    number = f"B-{secrets.token_hex(4)}"
    ours, theirs = a_merchant(db), a_merchant(db)
    mine = (ours, an_order().with_(number=number).taken_in(db, ours))
    other = (theirs, an_order().with_(number=number, email="bo@example.com").taken_in(db, theirs))

    links.look_up(db, number, "bo@example.com")

    assert (_sent(db, mine), _sent(db, other)) == (0, 1)


def test_at_most_three_links_an_hour_are_sent_for_an_order(db: Database) -> None:
    merchant_id = a_merchant(db)
    incoming = an_order().with_(number=f"C-{secrets.token_hex(4)}")
    order = (merchant_id, incoming.taken_in(db, merchant_id))

    for _ in range(5):
        links.look_up(db, incoming.number, incoming.email)

    assert _sent(db, order) == 3


def test_who_asks_for_a_link_leaves_a_question_and_nothing_else(db: Database) -> None:
    number = f"D-{secrets.token_hex(4)}"

    links.ask_again(db, number, "ana.torres@example.com")

    with db.begin_untenanted() as tx:
        asked = tx.session.execute(
            text(
                "SELECT count(*) FROM procrastinate_jobs"
                " WHERE task_name = 'look_up_link' AND args->>'number' = :n"
            ),
            {"n": number},
        ).scalar_one()
    assert asked == 1

"""Reading sees one instant and writes nothing."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import InternalError

from shared.storage.engine import Database
from shared.storage.records import OrderRecord
from shared.storage.scopes import claims_on, find_order, lines_of
from tests.builders import a_merchant, an_order, request


def test_a_page_never_mixes_two_instants_of_an_order(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=3).taken_in(db, merchant_id)

    with db.snapshot(merchant_id) as tx:
        before = lines_of(tx, order_id)[0].requested
        request(db, merchant_id, order_id, 2)
        assert (before, list(claims_on(tx, order_id))) == (0, [])


def test_an_ordinary_transaction_would_mix_them(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=3).taken_in(db, merchant_id)

    with db.begin(merchant_id) as tx:
        before = lines_of(tx, order_id)[0].requested
        request(db, merchant_id, order_id, 2)
        assert before == 0
        assert len(claims_on(tx, order_id)) == 1


def test_what_only_reads_cannot_write(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)

    with db.snapshot(merchant_id) as tx:
        assert find_order(tx, order_id).memo == ""
        with pytest.raises(InternalError, match="read-only"):
            tx.session.execute(update(OrderRecord).values(memo="changed"))
        tx.session.rollback()


def test_the_next_transaction_of_the_same_connection_writes_again(db: Database) -> None:
    merchant_id = a_merchant(db)
    with db.snapshot(merchant_id):
        pass
    assert an_order().taken_in(db, merchant_id)

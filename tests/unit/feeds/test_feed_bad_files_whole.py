"""The same hundreds of bad files through the whole path: handed in, carried out, reported to the merchant."""

from pathlib import Path

import pytest

from shared.domain.errors import InvalidContent
from shared.domain.ids import MerchantId
from shared.storage.engine import Database
from tests.builders import a_merchant, an_order
from tests.unit.feeds import bad_documents
from tests.unit.feeds.carrying import carry_out, hand_in, report_of
from tests.unit.feeds.making import ITEM, ORDER, OTHER, Report
from tests.unit.feeds.test_feed_bad_files import CASES

_AT_ONCE = 50
DOCUMENTS = [
    (name, content, Report(0, 0, (("0", code, "Error"),)))
    for name, (content, code) in {**bad_documents.XML, **bad_documents.TABLES}.items()
    if content
]
EVERY = [*CASES, *DOCUMENTS]


def a_small_shop(db: Database) -> MerchantId:
    merchant_id = a_merchant(db)
    for number in (ORDER, OTHER):
        an_order().with_(number=number).with_item("Lamp", 1, 5000, external_id=ITEM).taken_in(db, merchant_id)
    return merchant_id


def test_there_are_hundreds() -> None:
    assert len(EVERY) >= 300


def test_an_empty_file_is_not_taken_in_at_all(db: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidContent):
        hand_in(db, a_merchant(db), tmp_path, "")


@pytest.mark.parametrize("first", range(0, len(EVERY), _AT_ONCE))
def test_each_bad_file_is_reported_exactly(db: Database, tmp_path: Path, first: int) -> None:
    merchant_id = a_small_shop(db)

    wrong = []
    for name, content, expected in EVERY[first : first + _AT_ONCE]:
        found = report_of(db, merchant_id, carry_out(db, merchant_id, tmp_path, content, dry_run=True))
        if found != expected:
            wrong.append((name, expected, found))

    assert not wrong

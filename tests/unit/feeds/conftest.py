"""A merchant of one's own for feeds."""

import pytest

from shared.domain.ids import MerchantId
from shared.storage.engine import Database
from tests.builders import a_merchant


@pytest.fixture
def merchant_id(db: Database) -> MerchantId:
    """Open an account."""
    return a_merchant(db)

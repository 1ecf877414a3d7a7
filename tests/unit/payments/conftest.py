"""A stand-in for Stripe, and the gateway that talks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.payments.stripe import StripeGateway
from shared.storage.engine import Database
from tests.stripe_peer import SECRET, Peer, running_peer
from tests.till import Till


@pytest.fixture
def peer() -> Iterator[Peer]:
    """Serve a stand-in."""
    with running_peer() as one:
        yield one


@pytest.fixture
def gateway(peer: Peer) -> StripeGateway:
    """Talk to it with the right key."""
    return StripeGateway(SECRET, url=peer.url)


@pytest.fixture
def till(db: Database, peer: Peer) -> Till:
    """Open a shop whose payments lie there."""
    return Till(db, peer)

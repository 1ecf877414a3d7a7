"""Make what a test begins with: a merchant with a way in, an order with its link."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from shared.actions import intake, links, merchants, shipments
from shared.domain.actors import Actor, ActorKind
from shared.domain.errors import AlreadyExists, NotFound
from shared.domain.ids import MerchantId
from shared.domain.permissions import Role
from shared.domain.policy import Policy
from shared.links import PATH
from shared.queries import documents
from shared.queries import merchants as merchant_queries
from shared.queries.document_values import KnownOrder
from shared.settings import Settings
from shared.storage.engine import Database
from shared.testkit.payloads import MerchantsOrderPayload
from shared.web.units_payload import LinesPayload

STORE = Actor(ActorKind.STORE, name="Test kit")
_LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True)
class NewShop:
    """A merchant, and how to get in."""

    slug: str
    email: str
    password: str
    api_key: str


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that was taken in, and the link its buyer would find in the e-mail."""

    id: UUID
    number: str
    order_link: str


def open_shop(db: Database, name: str, policy: Policy) -> NewShop:
    """Open a merchant's account with an owner and a key."""
    merchant_id, slug = _create(db, name, policy)
    email = f"owner@{slug}.example"
    password = secrets.token_urlsafe(12)
    merchants.create_user(
        db, merchant_id, email=email, name=f"{name} owner", password=password, role=Role.OWNER
    )
    return NewShop(slug, email, password, merchants.create_api_key(db, merchant_id, name="Test kit"))


def take_in(db: Database, settings: Settings, payload: MerchantsOrderPayload) -> NewOrder:
    """Take an order in as the API does; the confirmation e-mail goes its usual way."""
    merchant_id = merchant_queries.find(db, payload.merchant).id
    taken = intake.take_in_one(db, merchant_id, payload.incoming(), actor=STORE)
    token = links.make(db, merchant_id, taken.order_id, settings.derived_keys("order-links"))
    return NewOrder(taken.order_id, taken.number, f"{settings.base_url}{PATH}{token}")


def ship(db: Database, order_id: str, payload: LinesPayload) -> UUID:
    """Report a shipment of whoever's order this is. Raises NotFound."""
    merchant_id, order = _find(db, order_id)
    shipment = shipments.Shipment(payload.quantities(order.lines))
    return shipments.ship(db, merchant_id, order.id, shipment, STORE)


def _create(db: Database, name: str, policy: Policy) -> tuple[MerchantId, str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-") or "shop"
    slug, count = stem, 1
    while True:
        try:
            return merchants.create(db, merchants.NewMerchant(slug=slug, name=name, policy=policy)), slug
        except AlreadyExists:
            count += 1
            slug = f"{stem}-{count}"


def _find(db: Database, order_id: str) -> tuple[MerchantId, KnownOrder]:
    try:
        wanted = UUID(order_id)
    except ValueError:
        raise NotFound(
            f"“{order_id}” is no order's id; it stands in the answer of POST /testkit/orders."
        ) from None
    for merchant_id in merchant_queries.all_ids(db):
        try:
            return merchant_id, documents.known_order_by_id(db, merchant_id, wanted)
        except NotFound:
            continue
    raise NotFound("There is no such order; a reset may have removed it.")

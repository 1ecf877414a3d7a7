"""Which gateway a merchant's refunds go through."""

from collections.abc import Callable

from shared.domain.ids import MerchantId
from shared.domain.orders import Gateway
from shared.payments.stripe import StripeGateway
from shared.ports import PaymentGateway
from shared.queries import gateways
from shared.sealing import PURPOSE
from shared.settings import Settings
from shared.storage.engine import Database

Connections = Callable[[MerchantId, Gateway], PaymentGateway | None]


def connections(settings: Settings, db: Database) -> Connections:
    """Make the way to find a merchant's gateway; None where there is no connection."""

    def connect(merchant_id: MerchantId, gateway: Gateway) -> PaymentGateway | None:
        found = gateways.find(db, merchant_id, gateway, settings.derived_keys(PURPOSE))
        if found is None:
            return None
        return StripeGateway(found.secret, account=found.account, url=settings.stripe_url)

    return connect

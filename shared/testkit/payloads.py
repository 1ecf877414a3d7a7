"""What the test kit's bodies may hold."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.web.order_payload import OrderPayload
from shared.web.payload_types import Instant, NeededName
from shared.web.policy_payload import PolicyPayload
from shared.web.strict_json import Payload

_FARTHEST_SECONDS = 100 * 366 * 24 * 3_600


class MerchantPayload(Payload):
    """A merchant to open; without a policy it gets the product's own."""

    name: NeededName
    policy: PolicyPayload = PolicyPayload()


class MerchantsOrderPayload(OrderPayload):
    """An order as in the API, and whose it is."""

    merchant: NeededName


class ClockPayload(Payload):
    """Either the instant it shall be (null is real time), or how far to move."""

    now: Instant | None = None
    advance_seconds: Annotated[int, Field(ge=-_FARTHEST_SECONDS, le=_FARTHEST_SECONDS)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if len(self.model_fields_set) != 1 or (
            self.model_fields_set == {"advance_seconds"} and self.advance_seconds is None
        ):
            raise ValueError("send either now (null is real time) or advance_seconds")
        return self

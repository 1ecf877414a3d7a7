"""The words for webhook endpoints and what became of what they were told."""

from collections.abc import Mapping

from shared.domain.destinations import AddressFault
from shared.domain.webhooks import MOST_ENDPOINTS, DeliveryState, EndpointState
from shared.rendering import N_
from shared.rendering import gettext as _

_ENDPOINTS: Mapping[EndpointState, str] = {
    EndpointState.ACTIVE: N_("Active"),
    EndpointState.PAUSED: N_("Paused"),
    EndpointState.DISABLED: N_("Switched off: it answered that it is gone"),
}
_DELIVERIES: Mapping[DeliveryState, str] = {
    DeliveryState.READY: N_("Waiting"),
    DeliveryState.SENT: N_("Delivered"),
    DeliveryState.FAILED: N_("Not delivered"),
}
_FAULTS: Mapping[AddressFault, str] = {
    AddressFault.UNREADABLE: N_(
        "Write the address in plain characters, as in https://shop.example.com/rescind."
    ),
    AddressFault.NOT_HTTPS: N_("The address begins with https://."),
    AddressFault.OTHER_PORT: N_("Leave the port out; only the usual one of https is called."),
    AddressFault.HOLDS_CREDENTIALS: N_("Leave user and password out of the address."),
    AddressFault.NO_NAME: N_(
        "Name a machine on the Internet, as in shop.example.com; numbers are not called."
    ),
}


def endpoint_state(state: EndpointState) -> str:
    """Say whether an endpoint is told of events."""
    return _(_ENDPOINTS[state])


def delivery_state(state: DeliveryState) -> str:
    """Say how far a delivery is."""
    return _(_DELIVERIES[state])


def address_fault(fault: AddressFault) -> str:
    """Say why an address is none that webhooks go to, and how to write one."""
    return _(_FAULTS[fault])


def endpoint_off() -> str:
    """Say that an endpoint is told nothing just now."""
    return _("This endpoint is switched off. Switch it on first.")


def event_under_way() -> str:
    """Say that an event is being tried anyway."""
    return _("This event is being sent already.")


def too_many_endpoints() -> str:
    """Say that there is no room for another endpoint."""
    return _("There is room for %(count)s endpoints. Remove one first.") % {"count": MOST_ENDPOINTS}

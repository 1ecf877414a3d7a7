"""The form of a webhook endpoint."""

from collections.abc import Iterable
from typing import Self

from wtforms import BooleanField, Field

from console.people_forms import AskingForm
from shared.domain.destinations import LONGEST
from shared.domain.webhooks import TOLD, TOPICS, topic
from shared.queries.webhooks import EndpointDocument
from shared.rendering import gettext as _
from shared.web.forms import TextField


class EndpointForm(AskingForm):
    """An address and the events it hears of, each field named as its event."""

    url = TextField(limit=LONGEST)
    cancellation_requested = BooleanField()
    cancellation_accepted = BooleanField()
    cancellation_declined = BooleanField()
    cancellation_withdrawn = BooleanField()
    cancellation_reinstated = BooleanField()
    refund_sent = BooleanField()
    refund_failed = BooleanField()
    restocked = BooleanField()
    order_taken_in = BooleanField()
    order_shipped = BooleanField()
    case_opened = BooleanField()
    case_replied = BooleanField()

    @classmethod
    def made(cls, endpoint: EndpointDocument | None = None) -> Self:
        """Make the form, as the endpoint is if there is one."""
        heard = {TOPICS[name].value: True for name in endpoint.events} if endpoint else {}
        form = cls(data={"url": endpoint.url if endpoint else "", **heard})
        form.url.label.text = _("Address")
        for event in TOLD:
            form[event.value].label.text = topic(event)
        return form

    def needed(self) -> Iterable[tuple[Field, str]]:
        """Ask for the address."""
        return ((self.url, _("Enter the address that is called.")),)

    @property
    def events(self) -> list[BooleanField]:
        """Give the fields of the events, in their order."""
        return [self[event.value] for event in TOLD]

    def chosen(self) -> tuple[str, ...]:
        """Read which events were ticked."""
        return tuple(event.value for event in TOLD if self[event.value].data)

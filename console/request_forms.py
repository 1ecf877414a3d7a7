"""What is ticked in a list of what waits, and the form of declining several requests at once."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from flask import request

from console.batch_forms import is_id
from console.forms import DeclineForm
from shared.domain.cancellation import RequestState
from shared.web.forms import TokenField

MOST_AT_ONCE = 200
_ID_LENGTH = 37


def ticked_ids(prefix: str) -> list[UUID]:
    """Read which boxes of a list were ticked; each has a name of its own, as a form names nothing twice."""
    sent = [name.removeprefix(prefix) for name in request.form if name.startswith(prefix)]
    return [UUID(part) for part in sent if is_id(part)][:MOST_AT_ONCE]


class _IdsField(TokenField):
    """The ids of the ticked requests, which the page sends back."""

    limit = _ID_LENGTH * MOST_AT_ONCE


class DeclineRequestsForm(DeclineForm):
    """Why several requests are declined, in words that each of their customers reads."""

    ticked = _IdsField()

    @classmethod
    def for_requests(cls, ticked: Sequence[UUID]) -> Self:
        """Make the form for requests that were ticked in the inbox; sent again, it brings them along."""
        form = cls.made(RequestState.REQUESTED)
        if ticked:
            form.ticked.data = ",".join(str(request_id) for request_id in ticked)
            form.reason.data = ""
        return form

    def ticked_ids(self) -> list[UUID]:
        """Read the ids of the ticked requests; what is none is left out."""
        return [UUID(part) for part in (self.ticked.data or "").split(",") if is_id(part)]

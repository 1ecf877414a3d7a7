"""The words for how far an uploaded file is."""

from collections.abc import Mapping

from shared.domain.uploads import UploadState
from shared.rendering import N_
from shared.rendering import gettext as _

_STATES: Mapping[UploadState, str] = {
    UploadState.WAITING: N_("Waiting"),
    UploadState.RUNNING: N_("Being imported"),
    UploadState.DONE: N_("Done"),
    UploadState.FAILED: N_("Failed"),
}


def upload_state(state: UploadState) -> str:
    """Name how far an uploaded file is."""
    return _(_STATES[state])

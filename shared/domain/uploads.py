"""Files that are handed in to be carried out: which kinds there are, and how far they are."""

from enum import StrEnum


class UploadKind(StrEnum):
    """What a file holds; feeds name their own types here."""

    ORDERS = "orders"


class UploadState(StrEnum):
    """How far a file is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


UNFINISHED = frozenset({UploadState.WAITING, UploadState.RUNNING})

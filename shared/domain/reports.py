"""What a person makes of a refund that a gateway reports and nobody here asked for."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a reported refund was settled: `failed` means that the gateway itself took it back."""

    RECORDED = "recorded"
    DISMISSED = "dismissed"
    FAILED = "failed"

"""The kinds of feeds that are taken, under our names and under those that other systems know them by."""

from enum import StrEnum

from shared.rendering import N_, gettext


class FeedType(StrEnum):
    """What a feed is. The values are public."""

    ORDER_CANCELLATION = "order_cancellation"
    ORDER_ACKNOWLEDGEMENT = "order_acknowledgement"
    ORDER_ADJUSTMENT = "order_adjustment"
    ORDER_ADJUSTMENT_FLAT = "order_adjustment_flat"

    @property
    def is_xml(self) -> bool:
        """Its files are XML, and so is the report."""
        return self in {FeedType.ORDER_ACKNOWLEDGEMENT, FeedType.ORDER_ADJUSTMENT}


_FOREIGN = {
    "POST_ORDER_ACKNOWLEDGEMENT_DATA": FeedType.ORDER_ACKNOWLEDGEMENT,
    # The flat acknowledgement has the columns of the cancellation file.
    "POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA": FeedType.ORDER_CANCELLATION,
    "POST_PAYMENT_ADJUSTMENT_DATA": FeedType.ORDER_ADJUSTMENT,
    "POST_FLAT_FILE_PAYMENT_ADJUSTMENT_DATA": FeedType.ORDER_ADJUSTMENT_FLAT,
}
_NAMES = {
    FeedType.ORDER_CANCELLATION: N_("Order Cancellation file (tab-delimited text or .xlsx)"),
    FeedType.ORDER_ACKNOWLEDGEMENT: N_("Order Acknowledgement feed (XML)"),
    FeedType.ORDER_ADJUSTMENT: N_("Order Adjustment feed (XML)"),
    FeedType.ORDER_ADJUSTMENT_FLAT: N_("Order Adjustment file (tab-delimited text or .xlsx)"),
}


def feed_type_of(name: str) -> FeedType:
    """Find a type by our name or by a foreign one; raises ValueError when there is none."""
    return _FOREIGN.get(name.strip().upper()) or FeedType(name.strip().lower().replace("-", "_"))


def name_of(kind: FeedType) -> str:
    """Name a type in words."""
    return gettext(_NAMES[kind])


def accepted() -> str:
    """Say in one sentence what is accepted."""
    names = ", ".join(name_of(kind) for kind in FeedType)
    return gettext("Accepted are: %(names)s.") % {"names": names}

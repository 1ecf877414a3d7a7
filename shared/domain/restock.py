"""Which reasons put canceled units back on the shelf."""

from shared.domain.reasons import BUYER_REASONS, Reason

# Whatever a buyer says maps to BuyerCanceled in the foreign catalogues, and "anything else" to
# GeneralAdjustment; both put the quantity back. NoInventory never does, the rest if the merchant says so.
DEFAULT_RESTOCK: dict[Reason, bool] = {
    reason: reason
    in {
        *BUYER_REASONS,
        Reason.BUYER_CANCELED,
        Reason.SHIPPING_ADDRESS_UNDELIVERABLE,
        Reason.GENERAL_ADJUSTMENT,
        Reason.PRICING_ERROR,
    }
    for reason in Reason
}


def rule_for(reason: Reason | None) -> Reason:
    """Name the reason whose restock rule applies; a request without a reason counts as Other."""
    return reason or Reason.OTHER

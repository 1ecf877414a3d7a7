"""The words for refunds: from which payment, how long they take, what is kept, what stands in the way."""

from collections.abc import Mapping

from shared.domain.gateways import Trouble
from shared.domain.orders import Gateway
from shared.domain.refunds import Kept, KeptReason, RefundState
from shared.rendering import N_, money
from shared.rendering import gettext as _

_TROUBLES: Mapping[Trouble, str] = {
    Trouble.ALREADY_REFUNDED: N_("The gateway says that this payment was refunded before."),
    Trouble.MORE_THAN_LEFT: N_("The gateway holds less of this payment than the refund."),
    Trouble.DISPUTED: N_("The customer disputes this payment with their bank."),
    Trouble.INSUFFICIENT_BALANCE: N_("Your balance at the gateway does not suffice."),
    Trouble.ALREADY_CAPTURED: N_("The payment was captured meanwhile, so it can only be refunded."),
    Trouble.NO_SUCH_PAYMENT: N_("The gateway does not know this payment."),
    Trouble.ACCESS_DENIED: N_("The gateway does not accept your secret key."),
    Trouble.AMOUNT_NOT_POSSIBLE: N_("The gateway cannot send this amount in this currency."),
    Trouble.CARD_CLOSED: N_("The customer’s card is closed, so the bank sent the money back."),
    Trouble.NOT_CONNECTED: N_("The gateway is not connected any more."),
    Trouble.REFUSED: N_("The gateway refused it. Look there for the reason."),
}
_KEPT: Mapping[KeptReason, str] = {
    KeptReason.SHIPPING_NEVER: N_("Shipping of %(amount)s is not refunded."),
    KeptReason.SHIPPING_WITH_LAST_UNIT: N_(
        "Shipping of %(amount)s is refunded only when the last item is canceled."
    ),
    KeptReason.SHIPPING_ALREADY_SHIPPED: N_(
        "Shipping of %(amount)s is not refunded, because part of the order has shipped."
    ),
    KeptReason.DISCOUNT_LOST: N_("%(amount)s less, because what you keep no longer earns the discount."),
    KeptReason.FEE: N_("A cancellation fee of %(amount)s is kept."),
    KeptReason.WITHHELD: N_("%(amount)s is not refunded: the shop decided so."),
}
_IN_TIME: Mapping[Gateway, str] = {
    Gateway.MANUAL: N_("Banks take 5 to 10 business days to show it."),
    Gateway.STRIPE: N_("Banks take 5 to 10 business days to show it."),
    Gateway.GIFT_CARD: N_("It is put back on the gift card."),
}
_GATEWAYS: Mapping[Gateway, str] = {
    Gateway.MANUAL: N_("the original payment"),
    Gateway.STRIPE: N_("the card"),
    Gateway.GIFT_CARD: N_("the gift card"),
}
_REFUNDED_TO: Mapping[Gateway, str] = {
    Gateway.MANUAL: N_("Back the way you paid"),
    Gateway.STRIPE: N_("Back to your card"),
    Gateway.GIFT_CARD: N_("Back to your gift card"),
}
_PAYMENT_NAMES: Mapping[Gateway, str] = {
    Gateway.MANUAL: N_("Payment"),
    Gateway.STRIPE: N_("Card"),
    Gateway.GIFT_CARD: N_("Gift card"),
}
_BY_HAND = N_("The shop pays it itself and tells you by e-mail.")
_NOT_YET = N_("It did not go through yet; the shop is seeing to it.")


def trouble(code: Trouble) -> str:
    """Say to the team why a gateway did not carry out a refund."""
    return _(_TROUBLES[code])


def refund_expected(gateway: Gateway, state: RefundState) -> str:
    """Tell a buyer when the money will be there."""
    if state is RefundState.FAILED:
        return _(_NOT_YET)
    if state is RefundState.MANUAL and gateway is not Gateway.GIFT_CARD:
        return _(_BY_HAND)
    return _(_IN_TIME[gateway])


def gateway(code: Gateway) -> str:
    """Name where money goes back to, within a sentence."""
    return _(_GATEWAYS[code])


def refunded_to(code: Gateway) -> str:
    """Tell a buyer where their money goes back to."""
    return _(_REFUNDED_TO[code])


def payment_name(code: Gateway) -> str:
    """Name a payment that has no reference of its own."""
    return _(_PAYMENT_NAMES[code])


def kept(amount: Kept, currency: str) -> str:
    """Say which amount does not go back, and why; a lost discount that counts again goes back after all."""
    if amount.amount_minor < 0:
        return _("%(amount)s more, because the discount counts again.") % {
            "amount": money(-amount.amount_minor, currency)
        }
    return _(_KEPT[amount.why]) % {"amount": money(amount.amount_minor, currency)}


def withheld(withheld_minor: int, currency: str, refund_minor: int) -> str:
    """Tell a buyer what the shop keeps of its own will, and that nothing goes back where it is all of it."""
    sentence = kept(Kept(withheld_minor, KeptReason.WITHHELD), currency)
    return sentence if refund_minor else f"{_('Nothing is refunded.')} {sentence}"

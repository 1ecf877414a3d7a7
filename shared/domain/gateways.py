"""Why a payment gateway did not do what it was asked for."""

from enum import StrEnum


class Trouble(StrEnum):
    """Why a gateway did not carry out a refund or a void. The values are public."""

    ALREADY_REFUNDED = "already_refunded"
    MORE_THAN_LEFT = "more_than_left"
    DISPUTED = "disputed"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    ALREADY_CAPTURED = "already_captured"
    NO_SUCH_PAYMENT = "no_such_payment"
    ACCESS_DENIED = "access_denied"
    AMOUNT_NOT_POSSIBLE = "amount_not_possible"
    CARD_CLOSED = "card_closed"
    NOT_CONNECTED = "not_connected"
    REFUSED = "refused"

"""The words for what can be filled into a merchant's own e-mail texts."""

from collections.abc import Mapping

from shared.domain.mail_texts import MailField
from shared.rendering import N_
from shared.rendering import gettext as _

_FIELDS: Mapping[MailField, str] = {
    MailField.ORDER_NUMBER: N_("Number of the order"),
    MailField.ORDER_DATE: N_("Day of the order"),
    MailField.BUYER_NAME: N_("Name of the customer"),
    MailField.SHOP_NAME: N_("Name of your shop"),
    MailField.ORDER_TOTAL: N_("Total of the order"),
    MailField.REQUEST_DATE: N_("Day of the cancellation request"),
    MailField.REFUND_AMOUNT: N_("Amount that goes back"),
}


def mail_field(field: MailField) -> str:
    """Say what a field is filled with."""
    return _(_FIELDS[field])

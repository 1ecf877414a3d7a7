"""Fill a merchant's own words with the facts of one e-mail, in the language being spoken."""

from collections.abc import Callable, Mapping

from shared.domain.mail_texts import MailField, MailText, filled
from shared.queries.mails import Mail
from shared.rendering import format_instant, money, spoken_locale
from shared.rendering import gettext as _

_VALUES: Mapping[MailField, Callable[[Mail], str]] = {
    MailField.ORDER_NUMBER: lambda mail: mail.order_number,
    MailField.ORDER_DATE: lambda mail: format_instant(
        mail.placed_at, mail.time_zone, spoken_locale(), "date"
    ),
    MailField.BUYER_NAME: lambda mail: mail.buyer_name or _("customer"),
    MailField.SHOP_NAME: lambda mail: mail.merchant_name,
    MailField.ORDER_TOTAL: lambda mail: (
        money(mail.totals.total_minor, mail.currency) if mail.totals.priced else _("not known")
    ),
    MailField.REQUEST_DATE: lambda mail: (
        format_instant(mail.request.view.requested_at, mail.time_zone, spoken_locale(), "date")
        if mail.request
        else ""
    ),
    MailField.REFUND_AMOUNT: lambda mail: money(mail.refund_minor, mail.currency),
}


def values_of(mail: Mail) -> Mapping[MailField, str]:
    """Write every field of one e-mail."""
    return {field: write(mail) for field, write in _VALUES.items()}


def fill(text: MailText, mail: Mail) -> MailText:
    """Fill the fields of a text in."""
    if text.is_usual:
        return text
    values = values_of(mail)
    return MailText(filled(text.subject, values), filled(text.intro, values))

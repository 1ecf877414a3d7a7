"""Amazon's marketplaces, and the currency that each sells in."""

_CURRENCIES = {
    "amazon.com": ("ATVPDKIKX0DER", "USD"),
    "amazon.ca": ("A2EUQ1WTGCTBG2", "CAD"),
    "amazon.com.mx": ("A1AM78C64UM0Y8", "MXN"),
    "amazon.com.br": ("A2Q3Y263D00KWC", "BRL"),
    "amazon.co.uk": ("A1F83G8C2ARO7P", "GBP"),
    "amazon.de": ("A1PA6795UKMFR9", "EUR"),
    "amazon.fr": ("A13V1IB3VIYZZH", "EUR"),
    "amazon.it": ("APJ6JRA9NG5V4", "EUR"),
    "amazon.es": ("A1RKKUPIHCS9HS", "EUR"),
    "amazon.nl": ("A1805IZSGTT6HS", "EUR"),
    "amazon.ie": ("A28R8C7NBKEWEA", "EUR"),
    "amazon.com.be": ("AMEN7PMS3EDWL", "EUR"),
    "amazon.se": ("A2NODRKZP88ZB9", "SEK"),
    "amazon.pl": ("A1C3SOZRARQ6R3", "PLN"),
    "amazon.com.tr": ("A33AVAJ2PDY3EV", "TRY"),
    "amazon.ae": ("A2VIGQ35RCS4UG", "AED"),
    "amazon.sa": ("A17E79C6D8DWNP", "SAR"),
    "amazon.eg": ("ARBP9OOSHTCHU", "EGP"),
    "amazon.in": ("A21TJRUUN4KGV", "INR"),
    "amazon.co.jp": ("A1VC38T7YXB528", "JPY"),
    "amazon.com.au": ("A39IBJ37TRP1C6", "AUD"),
    "amazon.sg": ("A19VAU5U5O7RUS", "SGD"),
    "amazon.co.za": ("AE08WJ6YKNBMC", "ZAR"),
}
_BY_MARKETPLACE = dict(_CURRENCIES.values())


def currency_of(channel: str, marketplace: str = "") -> str:
    """Tell the currency of a sales channel or marketplace; "" when it is not known."""
    by_channel = _CURRENCIES.get(channel.casefold().strip())
    return by_channel[1] if by_channel else _BY_MARKETPLACE.get(marketplace, "")

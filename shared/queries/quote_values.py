"""What pages show before a cancellation is confirmed or a request accepted."""

from dataclasses import dataclass
from fractions import Fraction

from shared.domain.metrics import RateTerms
from shared.domain.refunds import Quote
from shared.queries.receipts import Part, outcome, parts


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A quote with what a page adds: units that go back to stock, and the merchant's rate now and after.

    `terms` are what the rate is measured by.
    """

    quote: Quote
    units: int
    of_units: int
    restocked_units: int
    terms: RateTerms
    rate_now: Fraction | None
    rate_after: Fraction | None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The lines between the units' money and the outcome."""
        return parts(self.quote)

    def outcome(self, *, for_merchant: bool) -> Part:
        """The last line: what it comes to."""
        return outcome(self.quote, for_merchant=for_merchant)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What accepting a buyer's request brings about as the order stands; the rate is the merchant's now.

    Buyers' own requests do not count in the rate, so it stays as it is.
    """

    quote: Quote
    restocked_units: int
    rate_now: Fraction | None

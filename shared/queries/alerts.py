"""What an e-mail that warns of the cancellation rate is made of."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from shared.domain.events import MailEvent
from shared.domain.ids import MessageId
from shared.domain.metrics import RateCounts, RateLevel, RateTerms, most_within, rate
from shared.domain.reasons import Reason
from shared.queries import merchants
from shared.storage import rates
from shared.storage.engine import Transaction
from shared.storage.records import MessageRecord, RateAlertRecord


@dataclass(frozen=True, slots=True)
class AlertMail:
    """An e-mail to one member of the team: how near the limit the rate is, and what it comes from."""

    id: MessageId
    event: MailEvent
    recipient: str
    locale: str
    is_sent: bool
    created_at: datetime
    merchant_name: str
    level: RateLevel
    counts: RateCounts
    terms: RateTerms
    reasons: tuple[tuple[Reason | None, int], ...]

    @property
    def days(self) -> int:
        """How many days the rate is of."""
        return self.terms.days

    @property
    def limit(self) -> Fraction:
        """What the rate should stay below."""
        return self.terms.limit

    @property
    def rate(self) -> Fraction:
        """The rate; nobody is warned of none."""
        return rate(self.counts) or Fraction(0)

    @property
    def is_above(self) -> bool:
        """The limit is passed."""
        return self.level is RateLevel.ABOVE

    @property
    def room(self) -> int:
        """How many further orders may be canceled before the limit is passed."""
        return most_within(self.counts, self.limit)


def alert_mail(tx: Transaction, message: MessageRecord, alert_id: UUID) -> AlertMail:
    """Read everything that one warning tells."""
    alert = tx.session.get_one(RateAlertRecord, (tx.merchant_id, alert_id))
    return AlertMail(
        id=MessageId(message.id),
        event=MailEvent(message.event),
        recipient=message.recipient,
        locale=message.locale,
        is_sent=message.state == "sent",
        created_at=message.created_at,
        merchant_name=merchants.of(tx).name,
        level=RateLevel(alert.level),
        counts=RateCounts(alert.orders, alert.canceled_by_merchant),
        terms=rates.terms(tx),
        reasons=_ranked(alert.reasons),
    )


def _ranked(reasons: dict[str, int]) -> tuple[tuple[Reason | None, int], ...]:
    # The database keeps no order of the names.
    ranked = sorted(reasons.items(), key=lambda found: (-found[1], found[0]))
    return tuple((Reason(code) if code else None, number) for code, number in ranked)

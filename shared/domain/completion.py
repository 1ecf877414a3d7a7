"""Complete what is known of an order by another report: blanks are filled, nothing known is lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from shared.domain.intake import IncomingPayment
from shared.domain.order_reports import Contradiction, Report, ReportedLine

T = TypeVar("T")


@dataclass(slots=True)
class _Finding:
    """Where facts are compared, and what was found to differ there."""

    place: str
    found: list[Contradiction] = field(default_factory=list)

    def fill(self, what: str, known: T, given: T) -> T:
        """Take whichever says something; both may say the same."""
        if not given or known == given:
            return known
        if not known:
            return given
        self.found.append(Contradiction(what, str(known), str(given), self.place))
        return known

    def amount(self, what: str, known: int | None, given: int | None) -> int | None:
        """Take whichever amount is told; 0 is told as well as any other."""
        if known is not None and given is not None and known != given:
            self.found.append(Contradiction(what, str(known), str(given), self.place))
        return given if known is None else known

    def beside(self, what: str, known: int | None, given: int | None) -> int | None:
        """Take an amount beside the price, which a report that lacks it writes as 0."""
        return self.amount(what, known or None, given or None) or (known if given is None else given)


def complete(known: Report, given: Report) -> tuple[Report, tuple[Contradiction, ...]]:
    """Merge two reports of one order; where they contradict each other the known one stays."""
    finding = _Finding(given.place)
    if _same_money(known, given):
        given = _without_money(given)
    lines, found = _lines(known, given)
    ids = {
        name: finding.fill(name, known.external_ids.get(name, ""), given.external_ids.get(name, ""))
        for name in sorted({*known.external_ids, *given.external_ids})
    }
    merged = replace(
        known,
        lines=lines,
        placed_at=finding.fill("placed_at", known.placed_at, given.placed_at),
        currency=finding.fill("currency", known.currency, given.currency),
        prices_include_tax=known.prices_include_tax if known.currency else given.prices_include_tax,
        buyer_email=finding.fill("buyer_email", known.buyer_email.casefold(), given.buyer_email.casefold())
        and (known.buyer_email or given.buyer_email),
        buyer_name=finding.fill("buyer_name", known.buyer_name, given.buyer_name),
        paid=known.paid or given.paid,
        paid_at=_paid_at(known, given),
        payments=_payments(known.payments, given.payments),
        shipping_minor=finding.beside("shipping", known.shipping_minor, given.shipping_minor),
        shipping_tax_minor=finding.beside("shipping_tax", known.shipping_tax_minor, given.shipping_tax_minor),
        discounts=finding.fill("discounts", known.discounts, given.discounts),
        canceled=known.canceled or given.canceled,
        fulfilled_by_other=known.fulfilled_by_other or given.fulfilled_by_other,
        hold=known.hold or given.hold,
        delivery=max(known.delivery, given.delivery, key=len),
        external_ids=ids,
    )
    return merged, (*finding.found, *found)


def _same_money(known: Report, given: Report) -> bool:
    """Say whether two reports that share the money out differently mean the same money.

    One system tells its discounts and taxes for the order in one file, and by line in another.
    """
    return bool(known.lines and given.lines) and _sums(known) is not None and _sums(known) == _sums(given)


def _sums(report: Report) -> tuple[int, int, int, int] | None:
    if not report.is_priced:
        return None
    own = sum(line.discount_minor or 0 for line in report.lines)
    return (
        sum(line.price_minor or 0 for line in report.lines),
        own + sum(discount.amount_minor for discount in report.discounts),
        sum(line.tax_minor or 0 for line in report.lines) + (report.shipping_tax_minor or 0),
        report.shipping_minor or 0,
    )


def _without_money(report: Report) -> Report:
    lines = (replace(line, price_minor=None, tax_minor=None, discount_minor=None) for line in report.lines)
    return replace(report, lines=tuple(lines), discounts=(), shipping_minor=None, shipping_tax_minor=None)


def _paid_at(known: Report, given: Report) -> datetime | None:
    # A report without the day of payment has the day of the order in its place.
    told = [instant for instant in (known.paid_at, given.paid_at) if instant is not None]
    placed_at = known.placed_at or given.placed_at
    return next((instant for instant in told if instant != placed_at), told[0] if told else None)


def _payments(
    known: Sequence[IncomingPayment], given: Sequence[IncomingPayment]
) -> tuple[IncomingPayment, ...]:
    """A payment only ever grows: an older report that says less changes nothing."""
    if len(known) == len(given) == 1:
        # The same payment, whatever one file or the other calls it.
        given = [replace(given[0], gateway=known[0].gateway, reference=known[0].reference)]
    merged = {(payment.gateway, payment.reference): payment for payment in known}
    for payment in given:
        key = (payment.gateway, payment.reference)
        before = merged.get(key, payment)
        merged[key] = replace(
            before,
            authorized_minor=max(before.authorized_minor, payment.authorized_minor),
            captured_minor=max(before.captured_minor, payment.captured_minor),
            refunded_minor=max(before.refunded_minor, payment.refunded_minor),
        )
    return tuple(merged.values())


def _lines(known: Report, given: Report) -> tuple[tuple[ReportedLine, ...], list[Contradiction]]:
    merged = list(known.lines)
    found: list[Contradiction] = []
    matches = pairs(known.lines, given.lines)
    met = {index for _line, index in matches if index is not None}
    if given.is_whole and known.lines and not len(met) == len(known.lines) == len(given.lines):
        return known.lines, [
            Contradiction("lines", str(len(known.lines)), str(len(given.lines)), given.place)
        ]
    for line, index in matches:
        if index is None:
            merged.append(line)
            continue
        finding = _Finding(line.place)
        merged[index] = _line(merged[index], line, finding)
        found += finding.found
    return tuple(merged), found


def pairs(
    known: Sequence[ReportedLine], given: Sequence[ReportedLine]
) -> list[tuple[ReportedLine, int | None]]:
    """Find the known line that each given one is; the surest matches are made first."""
    free = dict(enumerate(known))
    found: dict[int, int] = {}
    for is_same in _RULES:
        for position, line in enumerate(given):
            if position in found:
                continue
            index = next((at for at, other in free.items() if is_same(other, line)), None)
            if index is not None:
                found[position] = index
                del free[index]
    return [(line, found.get(position)) for position, line in enumerate(given)]


def _same_id(known: ReportedLine, given: ReportedLine) -> bool:
    return bool(given.external_id) and known.external_id == given.external_id


def _same_product(known: ReportedLine, given: ReportedLine) -> bool:
    if known.external_id and given.external_id:
        return False
    if known.sku and given.sku:
        return known.sku == given.sku
    if known.asin and given.asin:
        return known.asin == given.asin
    return known.title == given.title and not (known.sku or given.sku)


def _same_units(known: ReportedLine, given: ReportedLine) -> bool:
    return _same_product(known, given) and known.quantity == given.quantity


def _same_price(known: ReportedLine, given: ReportedLine) -> bool:
    return _same_units(known, given) and known.price_minor == given.price_minor


_RULES: tuple[Callable[[ReportedLine, ReportedLine], bool], ...] = (
    _same_id,
    _same_price,
    _same_units,
    _same_product,
)


def _line(known: ReportedLine, given: ReportedLine, finding: _Finding) -> ReportedLine:
    quantity = finding.fill("quantity", known.quantity or 0, given.quantity or 0)
    shipped = max(known.shipped, given.shipped)
    # A line that some report tells without units is gone, whatever of it had not left.
    is_gone = 0 in (known.quantity, given.quantity)
    canceled = quantity - shipped if is_gone else max(known.canceled, given.canceled)
    return replace(
        known,
        external_id=known.external_id or given.external_id,
        sku=finding.fill("sku", known.sku, given.sku),
        asin=finding.fill("asin", known.asin, given.asin),
        title=_title(known) or _title(given) or known.title,
        image_url=known.image_url or given.image_url,
        quantity=quantity if quantity or is_gone else None,
        price_minor=finding.amount("price", known.price_minor, given.price_minor),
        tax_minor=finding.beside("tax", known.tax_minor, given.tax_minor),
        discount_minor=finding.beside("discount", known.discount_minor, given.discount_minor),
        shipped=min(shipped, quantity),
        canceled=max(0, min(canceled, quantity - shipped)),
        wish=given.wish if known.wish is None else known.wish,
        place=given.place,
    )


def _title(line: ReportedLine) -> str:
    """Tell the title, unless it is only an id that stands in for one."""
    return "" if line.title in (line.sku, line.asin, line.external_id) else line.title

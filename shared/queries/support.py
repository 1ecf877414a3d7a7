"""What buyers raised with a merchant: cases with messages, offers and pictures, and what answers need."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from shared.domain.actors import ActorKind
from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId, OrderId
from shared.domain.permissions import GRANTS, Permission
from shared.domain.support import CaseState, Floor, MessageKind, OfferKind
from shared.queries.support_values import (
    CaseView,
    Colleague,
    MessageView,
    OfferView,
    PictureView,
    ReplyView,
)
from shared.storage.cases import cases_on, find_case
from shared.storage.engine import Database, Transaction
from shared.storage.records import (
    CannedReplyRecord,
    CaseMessageRecord,
    CaseOfferRecord,
    CasePictureRecord,
    CaseRecord,
    MembershipRecord,
    OrderRecord,
    UserRecord,
)
from shared.storage.scopes import find_order

_MOST_LEFT = 20
_MOST_REPLIES = 200


def case_view(db: Database, merchant_id: MerchantId, case_id: UUID) -> CaseView:
    """Read a case with everything the team reads. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        case = find_case(tx, case_id)
        if case.order_id is None:
            raise NotFound("There is no such case.")
        return views(tx, [case], find_order(tx, case.order_id), with_notes=True)[0]


def cases_of(tx: Transaction, order: OrderRecord, asker: ActorKind) -> tuple[CaseView, ...]:
    """Read the cases of one order, newest first; notes are for the team."""
    found = tx.session.scalars(
        cases_on(tx, Floor.MERCHANT)
        .where(CaseRecord.order_id == order.id)
        .order_by(CaseRecord.opened_at.desc(), CaseRecord.id.desc())
    ).all()
    return views(tx, found, order, with_notes=asker is not ActorKind.BUYER)


def views(
    tx: Transaction, cases: Sequence[CaseRecord], order: OrderRecord | None, *, with_notes: bool
) -> tuple[CaseView, ...]:
    """Put cases about one order, or about none, together with their messages."""
    if not cases:
        return ()
    buyer = order.buyer_name if order else ""
    messages = _messages(tx, [case.id for case in cases], buyer, with_notes=with_notes)
    return tuple(
        CaseView(
            id=case.id,
            order_id=OrderId(order.id) if order else None,
            order_number=order.number if order else "",
            buyer_name=buyer,
            category=case.category,
            state=CaseState(case.state),
            opened_at=case.opened_at,
            since=case.since,
            assignee_id=case.assignee_id,
            phone=case.phone,
            messages=tuple(messages[case.id]),
        )
        for case in cases
    )


def offers(db: Database, merchant_id: MerchantId, case_id: UUID) -> tuple[OfferView, ...]:
    """Read what was given in a case, oldest first."""
    with db.snapshot(merchant_id) as tx:
        return _offers(tx, case_id)


def offers_left(db: Database, merchant_id: MerchantId) -> tuple[OfferView, ...]:
    """Read what was promised and has still to be set up in the store, oldest first, at most 20."""
    with db.snapshot(merchant_id) as tx:
        return _offers(tx, None)


def colleagues(db: Database, merchant_id: MerchantId) -> tuple[Colleague, ...]:
    """List who of the team may answer, by name."""
    answering = [role for role, granted in GRANTS.items() if Permission.REPLY in granted]
    with db.snapshot(merchant_id) as tx:
        rows = tx.session.execute(
            select(UserRecord.id, UserRecord.name)
            .join(MembershipRecord, MembershipRecord.user_id == UserRecord.id)
            .where(MembershipRecord.merchant_id == tx.merchant_id, MembershipRecord.role.in_(answering))
            .order_by(UserRecord.name, UserRecord.id)
        )
        return tuple(Colleague(row.id, row.name) for row in rows)


def replies(db: Database, merchant_id: MerchantId) -> tuple[ReplyView, ...]:
    """List the team's canned replies by their titles."""
    with db.snapshot(merchant_id) as tx:
        rows = tx.session.scalars(
            select(CannedReplyRecord)
            .where(CannedReplyRecord.merchant_id == tx.merchant_id)
            .order_by(CannedReplyRecord.title, CannedReplyRecord.id)
            .limit(_MOST_REPLIES)
        )
        return tuple(ReplyView(row.id, row.title, row.body) for row in rows)


def picture(
    db: Database, merchant_id: MerchantId, picture_id: UUID, *, order_id: UUID | None = None
) -> PictureView:
    """Read a picture of a case; with `order_id` only one that the buyer of that order may see.

    Raises NotFound.
    """
    with db.snapshot(merchant_id) as tx:
        query = (
            select(CasePictureRecord)
            .join(
                CaseMessageRecord,
                (CaseMessageRecord.merchant_id == CasePictureRecord.merchant_id)
                & (CaseMessageRecord.id == CasePictureRecord.message_id),
            )
            .join(
                CaseRecord,
                (CaseRecord.merchant_id == CaseMessageRecord.merchant_id)
                & (CaseRecord.id == CaseMessageRecord.case_id),
            )
            .where(
                CasePictureRecord.merchant_id == tx.merchant_id,
                CasePictureRecord.id == picture_id,
                CaseRecord.floor == Floor.MERCHANT,
            )
        )
        if order_id is not None:
            query = query.where(
                CaseRecord.order_id == order_id, CaseMessageRecord.kind == MessageKind.MESSAGE
            )
        found = tx.session.scalars(query).one_or_none()
        if found is None:
            raise NotFound("There is no such picture.")
        return PictureView(found.mimetype, found.body)


def _messages(
    tx: Transaction, case_ids: Sequence[UUID], buyer: str, *, with_notes: bool
) -> dict[UUID, list[MessageView]]:
    query = (
        select(CaseMessageRecord, UserRecord.name)
        .outerjoin(UserRecord, UserRecord.id == CaseMessageRecord.author_id)
        .where(CaseMessageRecord.merchant_id == tx.merchant_id, CaseMessageRecord.case_id.in_(case_ids))
        .order_by(CaseMessageRecord.sent_at, CaseMessageRecord.id)
    )
    if not with_notes:
        query = query.where(CaseMessageRecord.kind == MessageKind.MESSAGE)
    rows = tx.session.execute(query).all()
    pictures = _pictures(tx, (record.id for record, _name in rows))
    found: dict[UUID, list[MessageView]] = defaultdict(list)
    for record, name in rows:
        author = ActorKind(record.author_kind)
        found[record.case_id].append(
            MessageView(
                id=record.id,
                kind=MessageKind(record.kind),
                author=author,
                author_name=buyer if author is ActorKind.BUYER else name or "",
                body=record.body,
                at=record.sent_at,
                pictures=tuple(pictures[record.id]),
            )
        )
    return found


def _pictures(tx: Transaction, message_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    rows = tx.session.execute(
        select(CasePictureRecord.message_id, CasePictureRecord.id)
        .where(
            CasePictureRecord.merchant_id == tx.merchant_id,
            CasePictureRecord.message_id.in_(list(message_ids)),
        )
        .order_by(CasePictureRecord.message_id, CasePictureRecord.ordinal)
    )
    for message_id, picture_id in rows:
        found[message_id].append(picture_id)
    return found


def _offers(tx: Transaction, case_id: UUID | None) -> tuple[OfferView, ...]:
    replacement = aliased(OrderRecord)
    query = (
        select(CaseOfferRecord, UserRecord.name, replacement.number)
        .outerjoin(UserRecord, UserRecord.id == CaseOfferRecord.offered_by)
        .outerjoin(
            replacement,
            (replacement.merchant_id == CaseOfferRecord.merchant_id)
            & (replacement.id == CaseOfferRecord.replacement_id),
        )
        .where(CaseOfferRecord.merchant_id == tx.merchant_id)
        .order_by(CaseOfferRecord.offered_at, CaseOfferRecord.id)
    )
    if case_id is None:
        query = query.where(CaseOfferRecord.carried_out_at.is_(None)).limit(_MOST_LEFT)
    else:
        query = query.where(CaseOfferRecord.case_id == case_id)
    return tuple(_offer(record, name, number) for record, name, number in tx.session.execute(query))


def _offer(record: CaseOfferRecord, name: str | None, number: str | None) -> OfferView:
    return OfferView(
        id=record.id,
        case_id=record.case_id,
        kind=OfferKind(record.kind),
        amount_minor=record.amount_minor,
        currency=record.currency,
        code=record.code,
        replacement_id=record.replacement_id,
        replacement_number=number or "",
        offered_at=record.offered_at,
        offered_by=name or "",
        is_left=record.carried_out_at is None,
    )

"""Open merchants' accounts, and let people and stores in."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import insert, select

from shared.actions.policies import lock_merchant, note_version
from shared.domain.actors import SYSTEM, Actor
from shared.domain.audit import AuditKind
from shared.domain.errors import AlreadyExists, NotFound
from shared.domain.ids import MerchantId, UserId, new_id
from shared.domain.permissions import Role
from shared.domain.policy import Policy, to_document
from shared.domain.restock import DEFAULT_RESTOCK
from shared.passwords import hash_password
from shared.storage import audit
from shared.storage.day_counts import recount
from shared.storage.doors import Door, build
from shared.storage.engine import Database
from shared.storage.records import (
    ApiKeyRecord,
    MembershipRecord,
    MerchantRecord,
    RestockRuleRecord,
    UserRecord,
)

API_KEY_PREFIX = "rsk_"
SCOPES = ("read", "cancel", "ship", "admin")


@dataclass(frozen=True, slots=True)
class NewMerchant:
    """An account to open. `tax_included` maps a currency to whether its prices include tax."""

    slug: str
    name: str
    time_zone: str = "UTC"
    policy: Policy = field(default_factory=Policy)
    tax_included: Mapping[str, bool] | None = None
    mails_buyers: bool = True


def create(db: Database, merchant: NewMerchant) -> MerchantId:
    """Open a merchant's account with the default restock rules. Raises AlreadyExists for a taken slug."""
    merchant_id = MerchantId(new_id())
    with db.begin(merchant_id) as tx:
        if tx.session.scalars(select(MerchantRecord.id).where(MerchantRecord.slug == merchant.slug)).first():
            raise AlreadyExists(f"A merchant called {merchant.slug} is there already.")
        record = MerchantRecord(
            id=merchant_id,
            slug=merchant.slug,
            name=merchant.name,
            time_zone=merchant.time_zone,
            policy=to_document(merchant.policy),
            tax_included=dict(merchant.tax_included or {}),
            mails_buyers=merchant.mails_buyers,
            self_service=True,
            created_at=tx.now,
        )
        tx.session.add(record)
        tx.session.flush()
        note_version(tx, record, SYSTEM)
        tx.session.execute(
            insert(RestockRuleRecord),
            [
                {"merchant_id": merchant_id, "reason": reason, "restock": restock}
                for reason, restock in DEFAULT_RESTOCK.items()
            ],
        )
    return merchant_id


@dataclass(frozen=True, slots=True)
class MerchantChanges:
    """Settings of an account to change; None leaves one as it is."""

    name: str | None = None
    time_zone: str | None = None
    self_service: bool | None = None
    mails_buyers: bool | None = None
    policy: Policy | None = None


def change(db: Database, merchant_id: MerchantId, changes: MerchantChanges, actor: Actor = SYSTEM) -> None:
    """Change an account's settings; orders keep the policy they came in under. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        merchant = lock_merchant(tx)
        for name in ("name", "time_zone", "self_service", "mails_buyers"):
            told = getattr(changes, name)
            if told is not None:
                setattr(merchant, name, told)
        if changes.policy is not None:
            merchant.policy = to_document(changes.policy)
        if changes.time_zone is not None:
            tx.session.flush()
            recount(tx)
        note_version(tx, merchant, actor)


def create_user(
    db: Database, merchant_id: MerchantId, *, email: str, name: str, password: str, role: Role
) -> UserId:
    """Let a person into a merchant's team; somebody who is a user already keeps name and password.

    Raises AlreadyExists when the person is in the team.
    """
    address = email.strip().lower()
    hashed = hash_password(password)
    with db.begin(merchant_id) as tx:
        user = tx.session.scalars(select(UserRecord).where(UserRecord.email == address)).one_or_none()
        if user is None:
            user = UserRecord(id=new_id(), email=address, name=name, password_hash=hashed, created_at=tx.now)
            tx.session.add(user)
            tx.session.flush()
        member = select(MembershipRecord.id).where(
            MembershipRecord.merchant_id == merchant_id, MembershipRecord.user_id == user.id
        )
        if tx.session.scalars(member).first():
            raise AlreadyExists(f"{address} is in the team already.")
        membership = MembershipRecord(merchant_id=merchant_id, id=new_id(), user_id=user.id, role=role)
        tx.session.add(membership)
        build(tx.session, Door.MEMBERSHIP, user.id.bytes, merchant_id, membership.id)
    return UserId(user.id)


def create_api_key(
    db: Database,
    merchant_id: MerchantId,
    *,
    name: str,
    scopes: tuple[str, ...] = SCOPES,
    actor: Actor = SYSTEM,
) -> str:
    """Make a key for a store and return it; this is the only time it can be read."""
    key = API_KEY_PREFIX + secrets.token_urlsafe(32)
    with db.begin(merchant_id) as tx:
        record = ApiKeyRecord(
            merchant_id=merchant_id,
            id=new_id(),
            name=name,
            prefix=key[: len(API_KEY_PREFIX) + 4],
            scopes=list(scopes),
            created_at=tx.now,
        )
        tx.session.add(record)
        build(tx.session, Door.API_KEY, key.encode(), merchant_id, record.id)
        audit.note(tx, AuditKind.KEY_MADE, actor, subject=name, after={"scopes": ", ".join(scopes)})
    return key


def revoke_api_key(db: Database, merchant_id: MerchantId, key_id: UUID, actor: Actor = SYSTEM) -> None:
    """End a key; the next call with it is refused. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        record = tx.session.get(ApiKeyRecord, (merchant_id, key_id))
        if record is None:
            raise NotFound("There is no such key.")
        if record.revoked_at is None:
            record.revoked_at = tx.now
            audit.note(tx, AuditKind.KEY_REVOKED, actor, subject=record.name)

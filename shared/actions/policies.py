"""Change the policy that orders come in under; every policy there was is kept, and can come back."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.errors import NotFound, PolicyChanged
from shared.domain.ids import MerchantId, new_id
from shared.domain.policy import Policy, from_document, to_document
from shared.storage import audit
from shared.storage.engine import Database, Transaction
from shared.storage.records import MerchantRecord, PolicyVersionRecord


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What is to hold from now on; `self_service` holds for all orders at once, the policy for new ones.

    `seen` is the number of the version that was changed; `note` is for the team.
    """

    policy: Policy
    self_service: bool
    seen: int
    note: str = ""


def change(db: Database, merchant_id: MerchantId, wanted: PolicyChange, actor: Actor) -> bool:
    """Put a policy in force; tell whether anything is different.

    Raises PolicyChanged when a newer version than the one that was changed is there.
    """
    with db.begin(merchant_id) as tx:
        merchant = lock_merchant(tx)
        newest = _newest(tx)
        if newest is None or newest.number != wanted.seen:
            raise PolicyChanged("Somebody else has changed the policy in the meantime.")
        merchant.policy = to_document(wanted.policy)
        merchant.self_service = wanted.self_service
        return note_version(tx, merchant, actor, note=wanted.note)


def go_back(db: Database, merchant_id: MerchantId, version_id: UUID, actor: Actor, *, note: str) -> bool:
    """Put an earlier version in force again, as a new one; tell whether it differs. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        merchant = lock_merchant(tx)
        version = tx.session.get(PolicyVersionRecord, (merchant_id, version_id))
        if version is None:
            raise NotFound("There is no such version of the policy.")
        merchant.policy = to_document(from_document(version.policy))
        merchant.self_service = version.self_service
        return note_version(tx, merchant, actor, note=note)


def lock_merchant(tx: Transaction) -> MerchantRecord:
    """Lock the merchant's account, so that its settings change one after the other. Raises NotFound."""
    # Weak enough for whoever refers to the merchant meanwhile, as every new row does.
    query = select(MerchantRecord).where(MerchantRecord.id == tx.merchant_id).with_for_update(key_share=True)
    merchant = tx.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if merchant is None:
        raise NotFound("There is no such merchant.")
    return merchant


def note_version(tx: Transaction, merchant: MerchantRecord, actor: Actor, *, note: str = "") -> bool:
    """Keep what holds from now on, unless it is what the newest version says; tell which."""
    newest = _newest(tx)
    holds = (from_document(merchant.policy), merchant.self_service)
    if newest is not None and (from_document(newest.policy), newest.self_service) == holds:
        return False
    version = PolicyVersionRecord(
        merchant_id=tx.merchant_id,
        id=new_id(),
        number=newest.number + 1 if newest else 1,
        policy=merchant.policy,
        self_service=merchant.self_service,
        note=note,
        actor_kind=actor.kind,
        actor_id=actor.id,
        created_at=tx.now,
    )
    tx.session.add(version)
    if newest is not None:
        _note_change(tx, newest, version, actor)
    return True


def _note_change(
    tx: Transaction, before: PolicyVersionRecord, after: PolicyVersionRecord, actor: Actor
) -> None:
    was, is_now = _settings(before), _settings(after)
    changed = [name for name in is_now if was[name] != is_now[name]]
    audit.note(
        tx,
        AuditKind.POLICY_CHANGED,
        actor,
        subject=str(after.number),
        before={name: was[name] for name in changed},
        after={name: is_now[name] for name in changed},
    )


def _settings(version: PolicyVersionRecord) -> dict[str, object]:
    # A version from before a field existed says nothing of it: reading fills in what was the rule.
    return {**to_document(from_document(version.policy)), "self_service": version.self_service}


def _newest(tx: Transaction) -> PolicyVersionRecord | None:
    query = select(PolicyVersionRecord).where(PolicyVersionRecord.merchant_id == tx.merchant_id)
    return tx.session.scalars(query.order_by(PolicyVersionRecord.number.desc()).limit(1)).one_or_none()

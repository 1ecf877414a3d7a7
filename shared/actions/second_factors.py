"""Add, check and remove what a user shows beside a password: codes of an app, passkeys, recovery codes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select

from shared import passkeys, recovery, totp
from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.errors import AlreadyExists, NotFound, StillNeeded
from shared.domain.ids import MerchantId, UserId, new_id
from shared.domain.sign_in import Proof
from shared.passkeys import BadPasskey, NewPasskey, Place
from shared.sealing import seal, unseal
from shared.storage import audit
from shared.storage.engine import Database, Transaction, UntenantedTransaction
from shared.storage.records import MerchantRecord, PasskeyRecord, RecoveryCodeRecord, UserRecord
from shared.storage.sessions import REAL_NOW, teams_of

SEALING = "second-factors"
HASHING = "recovery-codes"


def add_totp(
    db: Database, merchant_id: MerchantId, secret: str, code: str, keys: Sequence[str], actor: Actor
) -> bool:
    """Keep the secret of an authenticator app whose first code is right; say whether it was."""
    with db.begin(merchant_id) as tx:
        user = _locked(tx, actor.id)
        step = totp.matching_step(secret, code, tx.session.execute(select(REAL_NOW)).scalar_one())
        if step is None:
            return False
        user.totp_secret, user.totp_step = seal(keys, secret), step
        audit.note(tx, AuditKind.SECOND_FACTOR_ADDED, actor, subject=user.email, after={"kind": Proof.TOTP})
    return True


def remove_totp(db: Database, merchant_id: MerchantId, actor: Actor) -> None:
    """Forget the authenticator app. Raises StillNeeded when a merchant of the user asks for one."""
    with db.begin(merchant_id) as tx:
        user = _locked(tx, actor.id)
        _insist_on_another(tx, user, is_totp=True)
        user.totp_secret = None
        _note_removed(tx, user, actor, Proof.TOTP)


def add_passkey(db: Database, merchant_id: MerchantId, passkey: NewPasskey, name: str, actor: Actor) -> None:
    """Keep a passkey. Raises AlreadyExists for one that is kept."""
    with db.begin(merchant_id) as tx:
        user = _locked(tx, actor.id)
        known = select(PasskeyRecord.id).where(PasskeyRecord.credential_id == passkey.credential_id)
        if tx.session.scalars(known).first():
            raise AlreadyExists("This passkey is known already.")
        tx.session.add(
            PasskeyRecord(
                id=new_id(),
                user_id=user.id,
                credential_id=passkey.credential_id,
                public_key=passkey.public_key,
                sign_count=passkey.sign_count,
                name=name,
                created_at=tx.now,
            )
        )
        audit.note(
            tx,
            AuditKind.SECOND_FACTOR_ADDED,
            actor,
            subject=user.email,
            after={"kind": Proof.PASSKEY, "name": name},
        )


def remove_passkey(db: Database, merchant_id: MerchantId, passkey_id: UUID, actor: Actor) -> None:
    """Forget a passkey. Raises NotFound, or StillNeeded when a merchant of the user asks for one."""
    with db.begin(merchant_id) as tx:
        user = _locked(tx, actor.id)
        passkey = tx.session.get(PasskeyRecord, passkey_id)
        if passkey is None or passkey.user_id != user.id:
            raise NotFound("There is no such passkey.")
        _insist_on_another(tx, user, is_totp=False)
        tx.session.delete(passkey)
        tx.session.flush()
        _note_removed(tx, user, actor, Proof.PASSKEY, passkey.name)


def make_recovery_codes(
    db: Database, merchant_id: MerchantId, key: str, actor: Actor, *, unless_left: bool = False
) -> tuple[str, ...]:
    """Make a new set in place of the old one and return it; this is the only time it can be read.

    With `unless_left` a set that still holds codes stays, and nothing is returned.
    """
    codes = recovery.new_codes()
    with db.begin(merchant_id) as tx:
        user = _locked(tx, actor.id)
        if unless_left and _codes_left(tx, user):
            return ()
        tx.session.execute(delete(RecoveryCodeRecord).where(RecoveryCodeRecord.user_id == user.id))
        tx.session.add_all(
            RecoveryCodeRecord(user_id=user.id, digest=recovery.digest(key, user.id, code)) for code in codes
        )
        audit.note(tx, AuditKind.RECOVERY_CODES_MADE, actor, subject=user.email)
    return codes


def use_code(
    db: Database, user_id: UserId, code: str, *, sealing: Sequence[str], hashing: Sequence[str]
) -> Proof | None:
    """Check what was typed as a code of the app, else as a recovery code; each works once."""
    typed = recovery.plain(code)
    with db.begin_untenanted() as tx:
        user = _locked(tx, user_id)
        if user.totp_secret is not None and len(typed) == totp.DIGITS:
            at = tx.session.execute(select(REAL_NOW)).scalar_one()
            step = totp.matching_step(unseal(sealing, user.totp_secret), typed, at)
            if step is None or step <= user.totp_step:
                return None
            user.totp_step = step
            return Proof.TOTP
        used = tx.session.execute(
            delete(RecoveryCodeRecord)
            .where(
                RecoveryCodeRecord.user_id == user_id,
                RecoveryCodeRecord.digest.in_(recovery.digests(hashing, user_id, typed)),
            )
            .returning(RecoveryCodeRecord.digest)
            .execution_options(synchronize_session=False)
        )
        return Proof.RECOVERY_CODE if used.all() else None


def use_passkey(db: Database, place: Place, answer: str, challenge: bytes) -> UserId:
    """Check a browser's answer, and tell whose passkey it is. Raises BadPasskey."""
    credential_id = passkeys.credential_of(answer)
    with db.begin_untenanted() as tx:
        passkey = tx.session.scalars(
            select(PasskeyRecord).where(PasskeyRecord.credential_id == credential_id).with_for_update()
        ).one_or_none()
        if passkey is None:
            raise BadPasskey("nobody has this passkey")
        passkey.sign_count = passkeys.checked(
            place, answer, challenge, passkey.public_key, passkey.sign_count
        )
        passkey.last_used_at = tx.now
        return UserId(passkey.user_id)


def remove_all(db: Database, email: str, actor: Actor) -> None:
    """Take every second factor of a user away, for who has lost them all. Raises NotFound."""
    with db.begin_untenanted() as tx:
        user = tx.session.scalars(
            select(UserRecord).where(UserRecord.email == email.strip().lower()).with_for_update()
        ).one_or_none()
        if user is None:
            raise NotFound(f"Nobody signs in as {email}.")
        user.totp_secret = None
        for record in (PasskeyRecord, RecoveryCodeRecord):
            tx.session.execute(delete(record).where(record.user_id == user.id))
        teams = teams_of(tx.session, user.id)
    for merchant_id, _membership in teams:
        with db.begin(merchant_id) as tenant:
            audit.note(tenant, AuditKind.SECOND_FACTOR_REMOVED, actor, subject=user.email)


def reseal(db: Database, keys: Sequence[str]) -> int:
    """Close all users' secrets with the newest key, so that an old one may be taken away; count them."""
    with db.begin_untenanted() as tx:
        users = tx.session.scalars(
            select(UserRecord).where(UserRecord.totp_secret.is_not(None)).with_for_update()
        ).all()
        for user in users:
            user.totp_secret = seal(keys, unseal(keys, user.totp_secret or b""))
    return len(users)


def _locked(tx: Transaction | UntenantedTransaction, user_id: UUID | None) -> UserRecord:
    return tx.session.scalars(select(UserRecord).where(UserRecord.id == user_id).with_for_update()).one()


def _codes_left(tx: Transaction, user: UserRecord) -> bool:
    left = select(RecoveryCodeRecord.digest).where(RecoveryCodeRecord.user_id == user.id).limit(1)
    return tx.session.scalars(left).first() is not None


def _insist_on_another(tx: Transaction, user: UserRecord, *, is_totp: bool) -> None:
    """Let the last second factor go only where no merchant of the user asks for one."""
    others = len(
        tx.session.scalars(select(PasskeyRecord.id).where(PasskeyRecord.user_id == user.id)).all()
    ) + (user.totp_secret is not None)
    if is_totp and user.totp_secret is None:
        raise NotFound("There is no authenticator app.")
    if others > 1:
        return
    ids = [merchant_id for merchant_id, _ in teams_of(tx.session, user.id)]
    asking = select(MerchantRecord.name).where(
        MerchantRecord.id.in_(ids), MerchantRecord.second_factor_required
    )
    name = tx.session.scalars(asking.limit(1)).first()
    if name is not None:
        raise StillNeeded(f"{name} asks for a second factor.", merchant=name)


def _note_removed(tx: Transaction, user: UserRecord, actor: Actor, kind: Proof, name: str = "") -> None:
    """Note what went; without any second factor left, recovery codes have nothing to stand in for."""
    tx.session.flush()
    has_passkey = tx.session.scalars(select(PasskeyRecord.id).where(PasskeyRecord.user_id == user.id)).first()
    if user.totp_secret is None and has_passkey is None:
        tx.session.execute(delete(RecoveryCodeRecord).where(RecoveryCodeRecord.user_id == user.id))
    told = {"kind": kind, "name": name} if name else {"kind": kind}
    audit.note(tx, AuditKind.SECOND_FACTOR_REMOVED, actor, subject=user.email, before=told)

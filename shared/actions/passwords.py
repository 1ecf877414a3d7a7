"""Change passwords: by who knows the present one, or through a link mailed to the address on file."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from shared.domain.actors import SYSTEM, Actor, ActorKind
from shared.domain.audit import AuditKind
from shared.domain.errors import NotFound
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId, UserId, lowest_id, new_id
from shared.domain.sign_in import Origin
from shared.passwords import check_password, hash_password
from shared.storage import audit, outbox
from shared.storage.engine import Database, Transaction
from shared.storage.records import ConsoleSessionRecord, PasswordResetRecord, UserRecord
from shared.storage.sessions import end_sessions, teams_of

LIFE = timedelta(minutes=60)
MOST_AN_HOUR = 3


def change(db: Database, session: tuple[MerchantId, UUID], current: str, new: str, actor: Actor) -> bool:
    """Take a new password from who knows the present one, and end their other sessions; False if wrong.

    `session` names the merchant and the session that goes on.
    """
    merchant_id, session_id = session
    with db.begin_untenanted() as untenanted:
        user = untenanted.session.get_one(UserRecord, actor.id)
        teams = [team for team, _ in teams_of(untenanted.session, user.id)]
    # No transaction is open meanwhile: checking and hashing are slow on purpose.
    if not check_password(current, user.password_hash):
        return False
    hashed = hash_password(new)
    with db.begin(merchant_id) as tx:
        _keep(tx, user.id, hashed)
        end_sessions(tx, ConsoleSessionRecord.user_id == user.id, ConsoleSessionRecord.id != session_id)
        audit.note(tx, AuditKind.PASSWORD_CHANGED, actor, subject=user.email)
        outbox.letter(tx, MailEvent.PASSWORD_CHANGED, user.email)
    _end_elsewhere(db, teams, merchant_id, UserId(user.id))
    return True


def ask_reset(db: Database, email: str) -> None:
    """Queue the question whether somebody signs in with this address; whoever asks learns nothing."""
    with db.begin_untenanted() as tx:
        outbox.look_up_user(tx, email)


def look_up(db: Database, email: str) -> None:
    """Mail a link for a new password to this address if somebody signs in with it, thrice an hour at most."""
    with db.begin_untenanted() as untenanted:
        user = untenanted.session.scalars(
            select(UserRecord).where(UserRecord.email == email.strip().lower())
        ).one_or_none()
        teams = [team for team, _ in teams_of(untenanted.session, user.id)] if user else []
    if user is None or not teams:
        return
    with db.begin(teams[0]) as tx:
        if _asked_within_an_hour(tx, user.id) >= MOST_AN_HOUR:
            return
        record = PasswordResetRecord(
            merchant_id=tx.merchant_id,
            id=new_id(),
            user_id=user.id,
            created_at=tx.now,
            expires_at=tx.now + LIFE,
        )
        tx.session.add(record)
        audit.note(tx, AuditKind.PASSWORD_RESET_ASKED, SYSTEM, subject=user.email)
        outbox.letter(tx, MailEvent.PASSWORD_RESET_ASKED, user.email, subject_id=record.id)


def reset(db: Database, merchant_id: MerchantId, reset_id: UUID, new: str, origin: Origin) -> None:
    """Take a new password through a link, once, and end every session of the user.

    Raises NotFound when the link was used, or is too old.
    """
    hashed = hash_password(new)
    with db.begin(merchant_id) as tx:
        record = tx.session.scalars(
            select(PasswordResetRecord)
            .where(*_open(tx), PasswordResetRecord.id == reset_id)
            .with_for_update()
        ).one_or_none()
        if record is None:
            raise NotFound("This link works no more.")
        user = tx.session.get_one(UserRecord, record.user_id)
        _keep(tx, user.id, hashed)
        end_sessions(tx, ConsoleSessionRecord.user_id == user.id)
        who = Actor(ActorKind.MERCHANT_USER, user.id, user.name, origin.address)
        audit.note(tx, AuditKind.PASSWORD_RESET, who, subject=user.email)
        outbox.letter(tx, MailEvent.PASSWORD_CHANGED, user.email)
    with db.begin_untenanted() as untenanted:
        teams = [team for team, _ in teams_of(untenanted.session, user.id)]
    _end_elsewhere(db, teams, merchant_id, UserId(user.id))


def set_by_operator(db: Database, email: str, new: str) -> None:
    """Give a user another password, for who runs the product; ends all their sessions. Raises NotFound."""
    hashed = hash_password(new)
    with db.begin_untenanted() as untenanted:
        user = untenanted.session.scalars(
            select(UserRecord).where(UserRecord.email == email.strip().lower())
        ).one_or_none()
        if user is None:
            raise NotFound(f"Nobody signs in as {email}.")
        user.password_hash = hashed
        teams = [team for team, _ in teams_of(untenanted.session, user.id)]
    for merchant_id in teams:
        with db.begin(merchant_id) as tx:
            end_sessions(tx, ConsoleSessionRecord.user_id == user.id)
            audit.note(tx, AuditKind.PASSWORD_RESET, SYSTEM, subject=user.email)


def email_of_reset(db: Database, merchant_id: MerchantId, reset_id: UUID) -> str | None:
    """Tell whose password a link may set; None when it was used, or is too old."""
    with db.begin(merchant_id) as tx:
        return tx.session.scalars(
            select(UserRecord.email)
            .join(PasswordResetRecord, PasswordResetRecord.user_id == UserRecord.id)
            .where(*_open(tx), PasswordResetRecord.id == reset_id)
        ).one_or_none()


def _keep(tx: Transaction, user_id: UUID, hashed: str) -> None:
    tx.session.execute(update(UserRecord).where(UserRecord.id == user_id).values(password_hash=hashed))
    # Whatever else was mailed works no more.
    tx.session.execute(
        update(PasswordResetRecord)
        .where(
            PasswordResetRecord.merchant_id == tx.merchant_id,
            PasswordResetRecord.user_id == user_id,
            PasswordResetRecord.used_at.is_(None),
        )
        .values(used_at=tx.now)
        .execution_options(synchronize_session=False)
    )


def _open(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    return (
        PasswordResetRecord.merchant_id == tx.merchant_id,
        PasswordResetRecord.used_at.is_(None),
        PasswordResetRecord.expires_at > tx.now,
    )


def _asked_within_an_hour(tx: Transaction, user_id: UUID) -> int:
    # Counted by the real time in the ids: moving the product's clock must not open the flood.
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    return tx.session.scalars(
        select(func.count())
        .select_from(PasswordResetRecord)
        .where(
            PasswordResetRecord.merchant_id == tx.merchant_id,
            PasswordResetRecord.user_id == user_id,
            PasswordResetRecord.id >= lowest_id(an_hour_ago),
        )
    ).one()


def _end_elsewhere(db: Database, teams: list[MerchantId], here: MerchantId, user_id: UserId) -> None:
    for merchant_id in teams:
        if merchant_id != here:
            with db.begin(merchant_id) as tx:
                end_sessions(tx, ConsoleSessionRecord.user_id == user_id)

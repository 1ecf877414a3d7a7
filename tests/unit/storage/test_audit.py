"""The audit trail keeps what it was told, and nothing of it changes afterwards."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import ProgrammingError

from shared.domain.actors import Actor, ActorKind
from shared.domain.audit import AuditKind
from shared.domain.ids import new_id
from shared.storage import audit
from shared.storage.records import AuditRecord
from tests.builders import a_merchant

MAYA = Actor(ActorKind.MERCHANT_USER, new_id(), "Maya Lindqvist", "203.0.113.7")


def test_an_entry_tells_who_did_what_from_where(db) -> None:
    merchant_id = a_merchant(db)
    with db.begin(merchant_id) as tx:
        audit.note(
            tx,
            AuditKind.ROLE_CHANGED,
            MAYA,
            subject="Noah Berg",
            before={"role": "agent"},
            after={"role": "manager"},
        )
        now = tx.now

    with db.snapshot(merchant_id) as tx:
        entry = tx.session.scalars(select(AuditRecord)).one()
    assert (entry.kind, entry.subject, entry.at) == ("role_changed", "Noah Berg", now)
    assert (entry.actor_id, entry.actor_name, entry.address) == (MAYA.id, MAYA.name, "203.0.113.7")
    assert (entry.before, entry.after) == ({"role": "agent"}, {"role": "manager"})


@pytest.mark.parametrize("change", [update(AuditRecord).values(subject="Nobody"), delete(AuditRecord)])
def test_the_application_can_change_no_entry(db, change) -> None:
    merchant_id = a_merchant(db)
    with db.begin(merchant_id) as tx:
        audit.note(tx, AuditKind.SIGNED_IN, MAYA)

    with pytest.raises(ProgrammingError, match="permission denied"), db.begin(merchant_id) as tx:
        tx.session.execute(change.where(AuditRecord.merchant_id == merchant_id))


def test_not_even_the_owner_of_the_tables_changes_an_entry(db, database_server, database_name) -> None:
    merchant_id = a_merchant(db)
    with db.begin(merchant_id) as tx:
        audit.note(tx, AuditKind.SIGNED_IN, MAYA)

    with (
        database_server.superuser(database_name) as connection,
        pytest.raises(Exception, match="append-only"),
    ):
        connection.execute("DELETE FROM audit_entries")

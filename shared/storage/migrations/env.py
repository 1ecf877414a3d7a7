"""Alembic's entry point: runs every revision in one transaction on the connection it is handed."""

from alembic import context

from shared.storage.records import Base


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and (name or "").startswith(("procrastinate_", "alembic_")))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=_is_ours,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()

"""Records and migrations agree, and no table is forgotten by the walls between merchants."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from shared.storage import schema, walls
from shared.storage.records import Base, TenantRow


def test_records_and_migrations_agree(owner_url) -> None:
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _parents: (
                    not (kind == "table" and (name or "").startswith(("procrastinate_", "alembic_")))
                )
            },
        )
        differences = compare_metadata(context, Base.metadata)
        assert schema.is_current(connection)
    engine.dispose()

    assert differences == []


def test_every_table_is_walled_off_or_exempt(owner_url) -> None:
    tenant = {
        mapper.local_table.name for mapper in Base.registry.mappers if issubclass(mapper.class_, TenantRow)
    }
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        tables = {
            name for name in inspect(connection).get_table_names() if not name.startswith("procrastinate_")
        }
        walled = walls.walled_tables(connection)
    engine.dispose()

    assert tenant == tables - walls.EXEMPT
    assert walled == dict.fromkeys(sorted(tenant), True)


def test_every_merchants_key_begins_with_the_merchant() -> None:
    for mapper in Base.registry.mappers:
        if not issubclass(mapper.class_, TenantRow):
            continue
        table = mapper.local_table
        assert next(iter(table.primary_key.columns)).name == "merchant_id"
        for key in table.foreign_key_constraints:
            global_key = key.referred_table.name in walls.EXEMPT
            assert global_key or key.column_keys[0] == "merchant_id", f"{table.name}: {key.column_keys}"


def test_a_missing_wall_is_seen(database_server, database_name) -> None:
    engine = create_engine(database_server.url("postgres", database_name))
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE orders NO FORCE ROW LEVEL SECURITY"))
        connection.execute(text("DROP POLICY tenant ON links"))
        found = walls.walled_tables(connection)
        connection.rollback()
    engine.dispose()

    assert [name for name, walled in found.items() if not walled] == ["links", "orders"]

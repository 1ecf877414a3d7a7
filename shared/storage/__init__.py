"""The database: tables, tenants, transactions, the outbox. SQLAlchemy lives here and just above."""

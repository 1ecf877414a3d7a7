"""Webhook endpoints, and a delivery to each that listens for what enters a timeline, whoever writes it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0062"
down_revision = "0061"

_INSTANT = sa.DateTime(timezone=True)
# No events in particular are all of them, but orders that come in: an import may bring a million of those.
_TELLS = """
CREATE FUNCTION webhook_tells(events text[], event text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT event = ANY (CASE WHEN events <> '{}' THEN events ELSE ARRAY['cancellation_requested',
    'cancellation_accepted', 'cancellation_declined', 'cancellation_withdrawn', 'cancellation_reinstated',
    'refund_sent', 'refund_failed', 'restocked', 'order_shipped', 'case_opened', 'case_replied'] END)
$$
"""
# What a source says of an old order is no news: that it came in, and what had happened to it there.
_IS_NEWS = """
CREATE FUNCTION webhook_is_news(details jsonb, placed_at timestamptz, at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT NOT jsonb_exists(details, 'source') OR placed_at > at - interval '30 days'
$$
"""
# Entries are written one by one and many at once; a trigger for statements misses none. A transaction is of
# one merchant. One job wakes a worker for at most 20 deliveries, all of them to one endpoint.
_FAN_OUT = """
CREATE FUNCTION webhook_fan_out() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  jobs procrastinate_job_to_defer_v1[];
BEGIN
  IF NOT EXISTS (SELECT FROM webhook_endpoints
      WHERE merchant_id = (SELECT merchant_id FROM told LIMIT 1) AND state = 'active') THEN
    RETURN NULL;
  END IF;
  WITH noted AS (
    INSERT INTO webhook_deliveries (merchant_id, id, event_id, endpoint_id, event, entry_id, state, attempts,
      created_at)
    SELECT t.merchant_id, time_ordered_id(), t.id, e.id, t.event, t.id, 'ready', 0, t.at
    FROM told t JOIN webhook_endpoints e ON e.merchant_id = t.merchant_id AND e.state = 'active'
    JOIN orders o ON o.merchant_id = t.merchant_id AND o.id = t.order_id
    WHERE webhook_tells(e.events, t.event) AND webhook_is_news(t.details, o.placed_at, t.at)
    RETURNING merchant_id, id, endpoint_id, created_at
  ), deferred AS (
    INSERT INTO effects (merchant_id, id, kind, dedup_key, subject_id, payload, state, attempt, due_at,
      created_at)
    SELECT n.merchant_id, time_ordered_id(), 'send_webhook', 'webhook:' || n.id, n.id, '{}', 'ready', 0,
      n.created_at, n.created_at
    FROM noted n
    RETURNING id, subject_id
  ), numbered AS (
    SELECT n.merchant_id, n.endpoint_id, d.id,
      (row_number() OVER (PARTITION BY n.endpoint_id ORDER BY d.id) - 1) / 20 AS job
    FROM deferred d JOIN noted n ON n.id = d.subject_id
  ), grouped AS (
    SELECT jsonb_build_object('merchant_id', merchant_id, 'effect_ids', jsonb_agg(id ORDER BY id)) AS args
    FROM numbered GROUP BY merchant_id, endpoint_id, job
  )
  SELECT array_agg(ROW('webhooks', 'perform_each', 0, NULL, NULL, args, NULL)::procrastinate_job_to_defer_v1)
    INTO jobs FROM grouped;
  IF jobs IS NOT NULL THEN
    PERFORM procrastinate_defer_jobs_v1(jobs);
  END IF;
  RETURN NULL;
END $$
"""
_TRIGGER = """
CREATE TRIGGER fan_out AFTER INSERT ON timeline REFERENCING NEW TABLE AS told
  FOR EACH STATEMENT EXECUTE FUNCTION webhook_fan_out()
"""
_VIEW = """
CREATE VIEW reporting.webhook_deliveries WITH (security_barrier) AS
SELECT m.slug AS merchant, o.event_id, o.endpoint_id, o.state, o.attempts
FROM public.webhook_deliveries o JOIN public.merchants m ON m.id = o.merchant_id
WHERE o.merchant_id = reporting.merchant()
"""
# Analysts who were let in before see the new view as well.
_GRANT = """
DO $$ DECLARE reader name; BEGIN
  FOR reader IN SELECT role_name FROM reporting.readers LOOP
    EXECUTE format('GRANT SELECT ON reporting.webhook_deliveries TO %I', reader);
  END LOOP;
END $$
"""


def upgrade() -> None:
    """Make the tables, the trigger that fills them, and the view by which an auditor reads deliveries."""
    _make_endpoints()
    _make_deliveries()
    for table in ("webhook_deliveries", "webhook_endpoints"):
        wall_off(table)
    for statement in (_TELLS, _IS_NEWS, _FAN_OUT, _TRIGGER):
        op.execute(statement)
    _make_view()


def _make_endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", _INSTANT, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("listens_since", _INSTANT, nullable=False),
        sa.Column("last_status", sa.BigInteger(), nullable=True),
        sa.Column("last_at", _INSTANT, nullable=True),
        sa.Column("called_at", _INSTANT, nullable=True),
        sa.Column("silent", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("removed_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_webhook_endpoints_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_webhook_endpoints"),
    )
    op.create_index(
        "ix_webhook_endpoints_active",
        "webhook_endpoints",
        ["merchant_id"],
        postgresql_where=sa.text("state = 'active'"),
    )


def _make_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("last_status", sa.BigInteger(), nullable=True),
        sa.Column("last_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "endpoint_id"],
            ["webhook_endpoints.merchant_id", "webhook_endpoints.id"],
            name="fk_webhook_deliveries_merchant_id_endpoint_id",
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "entry_id"],
            ["timeline.merchant_id", "timeline.id"],
            name="fk_webhook_deliveries_merchant_id_entry_id",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_webhook_deliveries"),
        sa.UniqueConstraint(
            "merchant_id",
            "endpoint_id",
            "event_id",
            name="uq_webhook_deliveries_merchant_id_endpoint_id_event_id",
        ),
    )
    op.create_index("ix_webhook_deliveries_entry", "webhook_deliveries", ["merchant_id", "entry_id"])
    op.create_index(
        "ix_webhook_deliveries_newest",
        "webhook_deliveries",
        ["merchant_id", "endpoint_id", sa.text("created_at DESC"), sa.text("id DESC")],
    )


def _make_view() -> None:
    op.execute("GRANT SELECT ON public.webhook_deliveries TO rescind_reporting")
    op.execute(
        "CREATE POLICY reporting ON public.webhook_deliveries FOR SELECT TO rescind_reporting"
        " USING (merchant_id = reporting.merchant())"
    )
    op.execute("GRANT CREATE ON SCHEMA reporting TO rescind_reporting")
    op.execute("SET ROLE rescind_reporting")
    op.execute(_VIEW)
    op.execute("RESET ROLE")
    op.execute("REVOKE CREATE ON SCHEMA reporting FROM rescind_reporting")
    op.execute(_GRANT)

"""B1 and B8: a buyer's and a store's cancellation, against the same writes as plain SQL by pgbench."""

# ruff: noqa: E501 - the columns of a table stand in as few lines as they can

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from shared.actions import merchants
from shared.storage import roles
from shared.storage.embedded_process import programs
from tests.bench.filling import OPEN, order_id
from tests.bench.load import CONNECTIONS, Load, call, get, measure, post
from tests.bench.report import Finding
from tests.bench.shop import SHOPS, Bench, cookie_of

_ORDERS = 240
_KEYS = 2
_SECONDS = 4
_FIELD = re.compile(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"')
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)

_STEPS = (
    """
SELECT version FROM orders WHERE merchant_id = '{merchant}' AND id = bench_id(0, :n) FOR UPDATE;
INSERT INTO cancellation_requests (merchant_id, id, order_id, state, source, requested_by, reason, reason_words,
    policy, quote, value_minor, fee_minor, refund_minor, requested_at)
  VALUES ('{merchant}', {request}, bench_id(0, :n), 'requested', 'buyer', 'buyer', 'OrderedByMistake', '',
    '{{}}', '{{}}', 1, 0, 1, now());
INSERT INTO request_units (merchant_id, request_id, line_item_id, asked, quantity, units)
  VALUES ('{merchant}', {request}, bench_id(1, :n), 1, 1, '{{[0,1)}}');
UPDATE line_items SET requested = requested + 1 WHERE merchant_id = '{merchant}' AND id = bench_id(1, :n);
UPDATE orders SET requested = requested + 1, version = version + 1
  WHERE merchant_id = '{merchant}' AND id = bench_id(0, :n);
INSERT INTO timeline (merchant_id, id, order_id, request_id, event, actor_kind, from_state, to_state, at, details)
  VALUES ('{merchant}', gen_random_uuid(), bench_id(0, :n), {request}, 'cancellation_requested', 'buyer', '',
    'requested', now(), '{{}}');
INSERT INTO effects (merchant_id, id, kind, dedup_key, subject_id, payload, state, attempt, due_at, created_at)
  VALUES ('{merchant}', {request}, 'send_mail', {request}::text, {request}, '{{}}', 'ready', 0, now(), now());
""".strip()
    .rstrip(";")
    .split(";\n")
)


def buyers_post(bench: Bench) -> Iterator[Finding]:
    """B1: the POST that confirms the Cancel order window."""
    seven, one = _plain(bench, _seven()), _plain(bench, _one())
    requests = [_confirmation(bench, number) for number in bench.open_numbers(bench.large, _ORDERS)]
    load, cpu = _measured(bench, requests, 303)
    for words, limit, goal in (("7 statements", seven, "≥ 0.30"), ("1 statement", one, "≥ 0.15")):
        yield _finding("B1", f"Cancel POST beside {words}", load, limit, goal, cpu)


def stores_call(bench: Bench) -> Iterator[Finding]:
    """B8: the API's call with an idempotency key."""
    limit = _plain(bench, _seven())
    keys = [merchants.create_api_key(bench.db, bench.large.id, name=f"store {n}") for n in range(_KEYS)]
    requests = [
        call(
            f"/api/v1/orders/NL-{number}/cancellations", keys[number % _KEYS], str(uuid4()),
            '{"reason": "OrderedByMistake", "requested_by": "buyer"}',
        )
        for number in bench.open_numbers(bench.large, _ORDERS)
    ]  # fmt: skip
    load, cpu = _measured(bench, requests, 202)
    yield _finding("B8", "API cancel beside 7 statements", load, limit, "≥ B1", cpu)


def _measured(bench: Bench, requests: list[bytes], expected: int) -> tuple[Load, float]:
    warm, rest = requests[:40], requests[40:]
    measure(bench.port, warm, expected=expected, seconds=_SECONDS)
    before = bench.cpu_seconds()
    load = measure(bench.port, rest, expected=expected, seconds=_SECONDS)
    return load, 1000 * (bench.cpu_seconds() - before) / len(load.times)


def _confirmation(bench: Bench, number: int) -> bytes:
    """Open the window as a buyer would, and write what its button sends."""
    address = f"/orders/{order_id(number)}/cancel"
    window = bench.ask(get(address, bench.opened(bench.large, order_id(number))))
    fields = dict(_FIELD.findall(window.body.decode()))
    typed = {"reason": "OrderedByMistake", "comments": "Found it nearer home"}
    return post(address, {**fields, **typed}, cookie_of(window))


def _seven() -> list[str]:
    """Write the seven statements, one after the other in a transaction."""
    request = "SELECT gen_random_uuid() AS r \\gset"
    return [
        request,
        "BEGIN;",
        *(f"{step.replace('{request}', ':r::uuid')};" for step in _STEPS),
        "COMMIT;",
    ]


def _one() -> list[str]:
    """Write them as one statement; the timeline's own trigger writes the order's row there."""
    steps = [
        step.replace("{request}", "(SELECT id FROM r)") for step in _STEPS if "UPDATE orders" not in step
    ]
    named = (f"s{n} AS ({step}{' RETURNING 1' if n else ''})" for n, step in enumerate(steps))
    return [f"WITH r AS MATERIALIZED (SELECT gen_random_uuid() AS id), {', '.join(named)} SELECT FROM s0;"]


def _plain(bench: Bench, lines: list[str]) -> float:
    """Run a script as the application's role, and tell its transactions a second."""
    chosen = rf"\set n 100 * random(0, {SHOPS['plain'] // 100 - 1}) + random({OPEN.start}, {OPEN.stop - 1})"
    script = "\n".join([chosen, *lines]).format(merchant=bench.plain.id)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(f"{script}\n")
        file.flush()
        return _tps(bench, Path(file.name))


def _tps(bench: Bench, script: Path) -> float:
    tenant = f"-c app.merchant={bench.plain.id}"
    done = subprocess.run(
        [
            programs() / "pgbench", "-h", str(bench.server.socket_dir), "-U", roles.APP, "-n",
            "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(_SECONDS), "-f", str(script), bench.database,
        ],
        env={"PGOPTIONS": tenant},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = _TPS.search(done.stdout)
    if found is None or done.returncode:
        raise RuntimeError(done.stderr[:2000])
    return float(found[1])


def _finding(name: str, work: str, load: Load, limit: float, goal: str, cpu: float) -> Finding:
    return Finding(
        name,
        work,
        f"{load.per_second:.0f}/s",
        f"{limit:.0f}/s",
        f"{load.per_second / limit:.2f}",
        goal,
        f"{cpu:.1f} ms CPU, p99 {load.percentile(0.99):.0f} ms",
    )

"""A database of the benchmarks' own with two shops in it, small and large, and the product serving them."""

import hashlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import UUID

from shared.actions import links, merchants
from shared.domain.ids import MerchantId
from shared.domain.permissions import Role
from shared.queries import merchants as known
from shared.settings import Settings
from shared.storage import roles, schema
from shared.storage.embedded import Server, running
from shared.storage.engine import Database, open_database
from tests.bench import filling
from tests.bench.load import Answer, Line, get, post

FOLDER = Path(__file__).resolve().parents[2] / "var" / "bench"
SHOPS = {"small": 10_000, "plain": 2_000, "large": 300_000}
# Plain SQL asks for units of the same orders again and again.
MANY_UNITS = 1_000_000_000
PASSWORD = "correct horse battery staple"
_START_SECONDS = 60
_COOKIE = re.compile(rb"\r\nSet-Cookie: ([^;]+);", re.IGNORECASE)
_HIDDEN = re.compile(r'<input[^>]*name="csrf_token"[^>]*value="([^"]+)"')
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Shop:
    """One merchant: who they are, and how many orders they have."""

    id: MerchantId
    slug: str
    orders: int

    @property
    def email(self) -> str:
        """The address their one user signs in with."""
        return f"{self.slug}@example.com"


@dataclass
class Bench:
    """What a benchmark works on."""

    server: Server
    database: str
    settings: Settings
    db: Database
    small: Shop
    plain: Shop
    large: Shop
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        """The port of the product."""
        return self.settings.port

    @cached_property
    def key(self) -> str:
        """A key that signs order links."""
        return self.settings.derived_keys("order-links")[0]

    def open_numbers(self, shop: Shop, count: int) -> list[int]:
        """Name orders that wait for their shipment, paid and not asked for, beginning with the newest."""
        with self.server.superuser(self.database) as connection:
            found = connection.execute(
                "SELECT right(number, -3)::int FROM orders WHERE merchant_id = %s AND open > 0"
                " AND requested = 0 AND status = 'unshipped' ORDER BY placed_at DESC LIMIT %s",
                [shop.id, count],
            )
            return [number for (number,) in found]

    def opened(self, shop: Shop, order_id: UUID) -> str:
        """Open an order by a fresh link, as its buyer would, and return the session's cookie."""
        token = links.make(self.db, shop.id, order_id, [self.key])
        return cookie_of(self.ask(get(f"/o/{token}")))

    def signed_in(self, shop: Shop) -> str:
        """Sign a merchant's user in, and return the session's cookie."""
        page = self.ask(get("/console/sign-in"))
        token = _HIDDEN.search(page.body.decode())
        if token is None:
            raise RuntimeError("there is no token in the sign-in page")
        fields = {"csrf_token": token[1], "email": shop.email, "password": PASSWORD}
        return cookie_of(self.ask(post("/console/sign-in", fields, cookie_of(page))))

    def ask(self, request: bytes) -> Answer:
        """Ask once, over a connection of its own."""
        line = Line(self.port)
        try:
            return line.ask(request)
        finally:
            line.close()

    def cpu_seconds(self) -> float:
        """Tell the processor time the product's server has used."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / _TICK

    def memory(self) -> float:
        """Tell the memory of the product's server in MB."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * _PAGE / 2**20


@contextmanager
def opened() -> Iterator[Bench]:
    """Serve the shops; their database is made when tables or sizes have changed, and kept."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running(FOLDER) as server:
        name = _database(server)
        settings = _settings(server, name)
        db = open_database(server.url(roles.APP, name))
        found = {slug: Shop(known.find(db, slug).id, slug, orders) for slug, orders in SHOPS.items()}
        with server.superuser(name) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        process = _serve(settings)
        try:
            yield Bench(server, name, settings, db, *found.values(), process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=40)
            db.close()


def cookie_of(answer: Answer) -> str:
    """Read the cookie that an answer sets."""
    found = _COOKIE.search(answer.head)
    if found is None:
        raise RuntimeError(f"answered {answer.status} without a cookie: {answer.body[:300]!r}")
    return found[1].decode()


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_answer(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a page answers with 200."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            line = Line(port)
            if line.ask(get(path)).status == 200:
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server does not answer")


def _database(server: Server) -> str:
    """Name the database with the shops in it, made anew under another name when anything about it changed."""
    digest = hashlib.sha256(repr(SHOPS).encode() + Path(filling.__file__).read_bytes())
    for path in sorted((Path(schema.__file__).parent / "migrations").rglob("*.py")):
        digest.update(path.read_bytes())
    name = f"bench_{digest.hexdigest()[:12]}"
    with server.superuser() as connection:
        there = [
            found
            for (found,) in connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^bench_'")
        ]
        if name in there:
            return name
        for old in there:
            connection.execute(f'DROP DATABASE "{old}" WITH (FORCE)'.encode())
        connection.execute(roles.create_database_statement(f"{name}_draft").encode())
    _fill(server, f"{name}_draft")
    with server.superuser() as connection:
        connection.execute(f'ALTER DATABASE "{name}_draft" RENAME TO "{name}"'.encode())
    return name


def _fill(server: Server, name: str) -> None:
    schema.upgrade(server.url(roles.OWNER, name))
    db = open_database(server.url(roles.APP, name))
    for slug, orders in SHOPS.items():
        shop = merchants.NewMerchant(slug=slug, name="Northlight Home")
        merchant_id = merchants.create(db, shop)
        merchants.create_user(
            db,
            merchant_id,
            email=f"{slug}@example.com",
            password=PASSWORD,
            name="Maya Lindqvist",
            role=Role.OWNER,
        )
        with server.superuser(name) as connection:
            filling.fill(connection, merchant_id, orders, units=MANY_UNITS if slug == "plain" else 2)
    db.close()


def _settings(server: Server, name: str) -> Settings:
    return Settings.read({
        "RESCIND_DATABASE_URL": server.url(roles.APP, name),
        "RESCIND_DATABASE_OWNER_URL": server.url(roles.OWNER, name),
        "RESCIND_SECRET_KEYS": secrets.token_urlsafe(48),
        "RESCIND_SMTP_URL": "smtp://127.0.0.1:9",
        "RESCIND_DATA_DIR": str(FOLDER),
        "PORT": str(free_port()),
    })  # fmt: skip


def _serve(settings: Settings) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RESCIND_")}
    environment |= {
        "RESCIND_DATABASE_URL": settings.database_url or "",
        "RESCIND_SECRET_KEYS": ",".join(settings.secret_keys),
        "RESCIND_SMTP_URL": settings.smtp_url or "",
        "RESCIND_DATA_DIR": str(settings.data_dir),
        "PORT": str(settings.port),
    }
    with (FOLDER / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.serving"], env=environment, stdout=log, stderr=log
        )
    await_answer(settings.port, "/healthz", process)
    return process

"""Read every setting from the environment, once, and refuse what would be unsafe or unclear."""

import hmac
import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit

FACES = ("portal", "console")
SHORTEST_KEY = 32
HIGHEST_PORT = 65_535
_KEYS = "RESCIND_SECRET_KEYS"
_KEYS_REMEDY = (
    'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))" '
    "and list several with commas, newest first."
)
_CHECKOUT = Path(__file__).resolve().parents[1]
_YES_OR_NO = {"": False, "0": False, "1": True}
_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_SMTP = frozenset({"smtp", "smtps", "smtp+starttls"})


class Mode(StrEnum):
    """How careful the product is: production refuses whatever only a demo may do."""

    PRODUCTION = "production"
    DEMO = "demo"


class BadSettings(Exception):
    """A setting is missing or wrong; the message says which, what is wrong and how to mend it."""

    def __init__(self, name: str, trouble: str, remedy: str) -> None:
        self.name = name
        super().__init__(f"{name}: {trouble}. {remedy}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides. Secrets stay out of the text form."""

    mode: Mode
    testkit: bool
    port: int
    base_url: str
    database_url: str | None = field(repr=False)
    database_owner_url: str | None = field(repr=False)
    secret_keys: tuple[str, ...] = field(repr=False)
    smtp_url: str | None = field(repr=False)
    mail_from: str
    stripe_url: str
    faces: frozenset[str]
    data_dir: Path

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, *, serving: bool = True) -> Self:
        """Read the settings from `environ` (the process's own by default), or raise `BadSettings`.

        A command that serves nobody (`serving=False`) may go without secret keys, and without any setting
        at all it works on the shop that `make run` keeps.
        """
        given = os.environ if environ is None else environ
        mode = _mode(given, serving=serving)
        port = _port(given)
        data_dir = Path(_text(given, "RESCIND_DATA_DIR") or _CHECKOUT / "var").absolute()
        return cls(
            mode=mode,
            testkit=_testkit(given, mode),
            port=port,
            base_url=_base_url(given, mode, port),
            database_url=_database_url(given, "RESCIND_DATABASE_URL"),
            database_owner_url=_database_url(given, "RESCIND_DATABASE_OWNER_URL"),
            secret_keys=_secret_keys(given, mode, data_dir, serving=serving),
            smtp_url=_smtp_url(given),
            mail_from=_mail_from(given),
            stripe_url=_stripe_url(given, mode),
            faces=_faces(given),
            data_dir=data_dir,
        )

    def derived_keys(self, purpose: str) -> tuple[str, ...]:
        """Derive a key from each secret key, newest first, so that no two purposes share one."""
        if not self.secret_keys:
            raise BadSettings(_KEYS, "no secret key is set", _KEYS_REMEDY)
        return tuple(
            hmac.new(key.encode(), purpose.encode(), "sha256").hexdigest() for key in self.secret_keys
        )


def _text(given: Mapping[str, str], name: str) -> str:
    return given.get(name, "").strip()


def _mode(given: Mapping[str, str], *, serving: bool) -> Mode:
    name = "RESCIND_MODE"
    untouched = not any(_text(given, other) for other in ("RESCIND_DATABASE_URL", _KEYS))
    default = Mode.DEMO if untouched and not serving else Mode.PRODUCTION
    try:
        return Mode(_text(given, name) or default)
    except ValueError:
        raise BadSettings(name, f"{_text(given, name)!r} is no mode", "Use production or demo.") from None


def _testkit(given: Mapping[str, str], mode: Mode) -> bool:
    name = "RESCIND_TESTKIT"
    wanted = _YES_OR_NO.get(_text(given, name))
    if wanted is None:
        raise BadSettings(name, f"{_text(given, name)!r} is neither 1 nor 0", "Use 1 to serve the test kit.")
    if wanted and mode is Mode.PRODUCTION:
        remedy = "Unset it, or set RESCIND_MODE=demo on a machine that holds no real orders."
        raise BadSettings(
            name, "the test kit lets anybody change every order, so production refuses it", remedy
        )
    return wanted


def _port(given: Mapping[str, str]) -> int:
    text = _text(given, "PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= HIGHEST_PORT:
        raise BadSettings("PORT", f"{text!r} is no port", f"Use a number from 1 to {HIGHEST_PORT}.")
    return int(text)


def _base_url(given: Mapping[str, str], mode: Mode, port: int) -> str:
    name = "RESCIND_BASE_URL"
    text = _text(given, name) or f"http://127.0.0.1:{port}"
    remedy = "Write it as https://cancel.example.com, without a path."
    parts = _split(name, text, remedy)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSettings(name, f"{text!r} is no web address", remedy)
    if parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username is not None:
        raise BadSettings(name, "it has more than a scheme, a host and a port", remedy)
    if mode is Mode.PRODUCTION and parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise BadSettings(name, "production refuses http: links on a public host", remedy)
    return text.rstrip("/")


def _split(name: str, text: str, remedy: str) -> SplitResult:
    """Take an address apart; a port that is no number only shows when it is asked for."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise BadSettings(name, f"it cannot be read ({error})", remedy) from None
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _database_url(given: Mapping[str, str], name: str) -> str | None:
    text = _text(given, name)
    if not text:
        return None
    scheme, separator, rest = text.partition("://")
    if scheme not in _POSTGRESQL or not separator:
        remedy = (
            "Write it as postgresql://role:password@host:5432/database, or unset it for the embedded one."
        )
        raise BadSettings(name, "only PostgreSQL is supported", remedy)
    return f"postgresql+psycopg://{rest}"


def _smtp_url(given: Mapping[str, str]) -> str | None:
    name = "RESCIND_SMTP_URL"
    text = _text(given, name)
    if not text:
        return None
    remedy = "Write it as smtp://user:password@host:587 (or smtps://… for TLS from the first byte)."
    parts = _split(name, text, remedy)
    if parts.scheme not in _SMTP or not parts.hostname:
        raise BadSettings(name, "it is no mail server's address", remedy)
    return text


def _mail_from(given: Mapping[str, str]) -> str:
    name = "RESCIND_MAIL_FROM"
    text = _text(given, name) or "Rescind <no-reply@rescind.example>"
    address = text.rpartition("<")[2].removesuffix(">")
    local, _, domain = address.rpartition("@")
    if not local or not domain or not text.isprintable() or set(local + domain) & set(" ,;<>@"):
        raise BadSettings(name, "it is not one e-mail address", 'Write it as "Shop <orders@example.com>".')
    return text


def _stripe_url(given: Mapping[str, str], mode: Mode) -> str:
    name = "RESCIND_STRIPE_URL"
    text = _text(given, name) or "https://api.stripe.com"
    remedy = "Write it as http://127.0.0.1:12111, without a path, or unset it for Stripe itself."
    parts = _split(name, text, remedy)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise BadSettings(name, f"{text!r} is no address of a gateway", remedy)
    if mode is Mode.PRODUCTION and parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise BadSettings(name, "production sends no secret over http: to a public host", remedy)
    return text.rstrip("/")


def _faces(given: Mapping[str, str]) -> frozenset[str]:
    name = "RESCIND_FACES"
    text = _text(given, name) or ",".join(FACES)
    faces = frozenset(FACES) if text == "both" else frozenset(part.strip() for part in text.split(","))
    if not faces <= frozenset(FACES):
        raise BadSettings(
            name, f"{text!r} names a face there is not", "Use portal, console or portal,console."
        )
    return faces


def _secret_keys(given: Mapping[str, str], mode: Mode, data_dir: Path, *, serving: bool) -> tuple[str, ...]:
    keys = tuple(key for part in _text(given, _KEYS).split(",") if (key := part.strip()))
    if not keys and mode is Mode.DEMO:
        keys = (_kept_key(data_dir),)
    if not keys and serving:
        raise BadSettings(_KEYS, "production needs at least one secret key", _KEYS_REMEDY)
    if any(len(key.encode()) < SHORTEST_KEY for key in keys):
        raise BadSettings(_KEYS, f"a key is shorter than {SHORTEST_KEY} bytes", _KEYS_REMEDY)
    return keys


def _kept_key(data_dir: Path) -> str:
    """Return the demo's own key, made on first use, so that sessions and links outlive a restart."""
    path = data_dir / "demo-secret-key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        return _first_written(path, lambda: secrets.token_urlsafe(48))
    except OSError as error:
        remedy = "Set RESCIND_DATA_DIR to a folder that can be written, or set RESCIND_SECRET_KEYS."
        raise BadSettings("RESCIND_DATA_DIR", f"{path} cannot be kept ({error.strerror})", remedy) from None


def _first_written(path: Path, make: Callable[[], str]) -> str:
    """Return what the file holds; of several who find none, the first to finish writing decides for all."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(make())
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
    return path.read_text().strip()

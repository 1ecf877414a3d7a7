"""`rescind serve`: the web server, set up so that slow clients cannot stall the others."""

import errno
import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from shared.cli.database import located
from shared.cli.parent import LAUNCHER_OPTION, ends_with_launcher
from shared.settings import BadSettings, Settings
from shared.tables.sniffing import MAX_BYTES

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8
CONNECTION_LIMIT = 2000
# Above the largest file that a page or call takes: their limits answer in words, this one only saves disk.
LARGEST_BODY = MAX_BYTES + 8 * 1024 * 1024
CHANNEL_TIMEOUT_SECONDS = 20
COMPOSITION_ROOT = "wsgi"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--threads", default=THREADS, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--trusted-proxy", metavar="ADDRESS", help="Believe this proxy's X-Forwarded-For; nobody else's."
)
@LAUNCHER_OPTION
def serve(host: str, threads: int, trusted_proxy: str | None, launcher_pipe: int | None) -> None:
    """Serve the web pages and the API on PORT. Production, unless RESCIND_MODE=demo."""
    ends_with_launcher(launcher_pipe)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    with located(Settings.read()) as settings:
        # The composition root reads the environment itself: nothing in shared may import it.
        os.environ["RESCIND_DATABASE_URL"] = settings.database_url or ""
        if settings.testkit:
            os.environ["RESCIND_DATABASE_OWNER_URL"] = settings.database_owner_url or ""
        _run(settings, host, threads, _proxy_options(trusted_proxy))


def _run(settings: Settings, host: str, threads: int, proxy: dict[str, Any]) -> None:
    from waitress.server import create_server  # noqa: PLC0415 - help need not wait for it

    application: Flask = import_module(COMPOSITION_ROOT).make_application()
    try:
        server = create_server(
            application,
            host=host,
            port=settings.port,
            threads=threads,
            connection_limit=CONNECTION_LIMIT,
            max_request_body_size=LARGEST_BODY,
            channel_timeout=CHANNEL_TIMEOUT_SECONDS,
            url_scheme=urlsplit(settings.base_url).scheme,
            ident=None,
            **proxy,
        )
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise click.ClickException(
                f"Cannot listen on {host}, port {settings.port}: {error.strerror}."
            ) from None
        raise port_taken(settings.port) from None
    server.run()


def port_taken(port: int) -> BadSettings:
    """Say that another program has the port, and how to move away from it."""
    return BadSettings(
        "PORT", f"port {port} is taken by another program", f"Choose another, as in: PORT={port + 1}"
    )


def _proxy_options(address: str | None) -> dict[str, Any]:
    """Spell waitress's options for one proxy; other forwarding headers never reach a page."""
    if address is None:
        return {}
    return {
        "trusted_proxy": address,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for"},
        "clear_untrusted_proxy_headers": True,
    }


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)

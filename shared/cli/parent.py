"""Let a child process end when the launcher that started it has died, however it died."""

import os
import signal
import threading

import click


def ends_with_launcher(descriptor: int | None) -> None:
    """Stop this process once the launcher's end of the pipe is closed; without a pipe, do nothing."""
    if descriptor is not None:
        threading.Thread(target=_watch, args=(descriptor,), daemon=True).start()


def _watch(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.kill(os.getpid(), signal.SIGTERM)


LAUNCHER_OPTION = click.option("--launcher-pipe", "launcher_pipe", type=int, hidden=True)

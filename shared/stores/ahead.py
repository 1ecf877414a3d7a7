"""Read a file ahead, in a thread, while the database writes what was read before."""

import contextvars
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")

Tell = Callable[[str, int], None]

_AT_ONCE = 256
_CHUNKS = 2


@dataclass(frozen=True, slots=True)
class _Told:
    stage: str
    read_bytes: int


@dataclass(frozen=True, slots=True)
class _Ended:
    error: BaseException | None = None


class _Stopped(Exception):
    """Nobody wants the rest."""


class _Reader(Generic[T]):
    """The thread's side: it is a few hundred things ahead at most, so that a file's size costs no memory."""

    def __init__(self, read: Callable[[Tell], Iterator[T]]) -> None:
        self.chunks: Queue[list[T | _Told] | _Ended] = Queue(_CHUNKS)
        self.stopped = Event()
        self._read = read
        self._chunk: list[T | _Told] = []

    def run(self) -> None:
        try:
            for one in self._read(self._tell):
                self._add(one)
            self._hand_over()
        except _Stopped:
            return
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where the things are wanted
            self._end(error)
        else:
            self._end(None)

    def _tell(self, stage: str, read_bytes: int) -> None:
        self._chunk.append(_Told(stage, read_bytes))
        self._hand_over()

    def _add(self, one: T) -> None:
        self._chunk.append(one)
        if len(self._chunk) >= _AT_ONCE:
            self._hand_over()

    def _hand_over(self) -> None:
        chunk, self._chunk = self._chunk, []
        self.chunks.put(chunk)
        if self.stopped.is_set():
            raise _Stopped

    def _end(self, error: BaseException | None) -> None:
        # What was read before an error still counts.
        self.chunks.put(self._chunk)
        self.chunks.put(_Ended(error))


def read_ahead(read: Callable[[Tell], Iterator[T]], tell: Tell) -> Generator[T]:
    """Give what `read` gives, and `tell` how far it is as that is reached; raises what reading raised."""
    reader = _Reader(read)
    thread = Thread(target=contextvars.copy_context().run, args=(reader.run,), daemon=True)
    thread.start()
    try:
        while not isinstance(chunk := reader.chunks.get(), _Ended):
            for one in chunk:
                if isinstance(one, _Told):
                    tell(one.stage, one.read_bytes)
                else:
                    yield one
        if chunk.error is not None:
            raise chunk.error
    finally:
        reader.stopped.set()
        _let_end(reader, thread)


def _let_end(reader: _Reader[T], thread: Thread) -> None:
    """Take away what a thread still wants to hand over, until it is gone."""
    while thread.is_alive():
        try:
            reader.chunks.get(timeout=0.05)
        except Empty:
            continue
    thread.join()

"""Where events come from: an export, a directory of them, standard input, Kafka."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from .beside import Beside
from .chain import genesis_hash
from .reading import Export, export_from, exports_of, open_export
from .topic import Topic
from .walking import Walk

KAFKA, STDIN = "kafka:", "-"


@dataclass(frozen=True, slots=True)
class Start:
    """What a source says before its first event. `keys` are JWKs."""

    file: str
    book: str
    unit: str
    first: int
    prev_hash: bytes
    keys: list[dict[str, Any]] = field(default_factory=list)
    jobs: int = 1
    """Processes that can work on it."""


class Source(Protocol):
    """A book's events, once."""

    def begin(self) -> Start:
        """Raises Damaged, OSError."""

    def walk(self, walk: Walk) -> None:
        """Hand over all events and heads. Raises Damaged."""

    def percent(self) -> int | None:
        """How much of it was read, from another thread; None when nobody knows."""

    def close(self) -> None:
        """No more is read."""


def source_of(name: str, book: str | None, jobs: int = 1) -> Source:
    """By what was asked for. What can be read but once is read by one process. Raises OSError, Damaged."""
    if name.startswith(KAFKA):
        return Published(name.removeprefix(KAFKA), book or "main")
    if name == STDIN:
        return Files([lambda: export_from(os.fdopen(os.dup(sys.stdin.fileno()), "rb"), "standard input")], book)
    paths = exports_of(Path(name))
    again = all(path.is_file() for path in paths)
    size = sum(os.path.getsize(path) for path in paths)
    return Files([partial(open_export, path) for path in paths], book, size, jobs if again else 1)


class Files:
    """Exports, one after the other. With `jobs` > 1 their chain is checked by others, when they start with the book."""

    def __init__(self, openers: list[Callable[[], Export]], book: str | None, size: int = 0, jobs: int = 1) -> None:
        self._openers, self._book, self._size, self._jobs = openers, book, size, jobs
        self._open: Export | None = None
        self._done = 0

    def begin(self) -> Start:
        self._open = export = self._openers[0]()
        header = export.header
        if self._book not in (None, header.book):
            raise export.damaged(f"is of the book {header.book}, not of {self._book}")
        jobs = self._jobs if header.first == 1 else 1
        return Start(export.name, header.book, header.unit, header.first, header.prev_hash, header.keys, jobs)

    def walk(self, walk: Walk) -> None:
        for export in self._exports():
            header = export.header
            if (header.book, header.first) != (walk.book, walk.position + 1) or header.prev_hash != walk.hash:
                raise export.damaged(f"does not go on where event {walk.position} was the last")
            export.on_head = walk.meet
            if isinstance(walk.tree, Beside):
                export.chained = False
                walk.tree.read(export)
            walk.take_all(export)
            if walk.gave_up:
                return
            walk.close(export.manifest)

    def percent(self) -> int | None:
        if not self._size or self._open is None:
            return None
        return min(100 * (self._done + self._open.tell()) // self._size, 100)

    def close(self) -> None:
        if self._open:
            self._open.close()

    def _exports(self) -> Iterator[Export]:
        """Each is closed when the next one is asked for."""
        for number, opener in enumerate(self._openers):
            if number or self._open is None:
                self._open = opener()
            yield self._open
            self._done += self._open.tell()
            self._open.close()


class Published:
    """Kafka, from offset 0."""

    def __init__(self, bootstrap: str, book: str) -> None:
        self._topic = Topic(bootstrap, book)

    def begin(self) -> Start:
        book = self._topic.book
        return Start(self._topic.name, book, "", 1, genesis_hash(book))

    def walk(self, walk: Walk) -> None:
        if len(walk.keys):
            for jws in self._topic.heads:
                walk.heads.count += 1
                if head := walk.read(jws, 0, walk.heads):
                    walk.expect(head, walk.heads)
        walk.take_all(self._topic)

    def percent(self) -> int | None:
        return None

    def close(self) -> None:
        self._topic.close()

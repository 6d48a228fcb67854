"""Chain and tree over the events as they pass, in segments: at once, or in processes beside the fold.

A segment is a complete subtree of 2^12 leaves, but for the last. What is asked of the tree at a size, in the middle of
one even, is answered when its segment is hashed.
"""

import hashlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import NamedTuple, Self

from .tree import Frontier

LEVEL = 12
_LEAVES = 1 << LEVEL
_WAITING = 3
"""Segments a process that may wait for their turn."""

Peaks = list[bytes | None]
Asked = Callable[[bytes], None]
"""Is given the root of the tree at the size that it was asked for."""


class Segment(NamedTuple):
    """Chain hashes from `first` on, with the bytes that they must cover when that is to be checked here."""

    first: int
    prev_hash: bytes
    entries: list[bytes]
    bodies: list[bytes]
    cuts: list[int]
    """Numbers of leaves after which the peaks are wanted."""


class Hashed(NamedTuple):
    """Where the chain breaks (0: nowhere), the peaks at each cut, and at the end."""

    broken: int
    cuts: list[Peaks]
    peaks: Peaks


def hashed(segment: Segment) -> Hashed:
    """The work on a segment; nothing but hashes."""
    frontier, cuts, done = Frontier(), list[Peaks](), 0
    for cut in segment.cuts:
        frontier.extend(segment.entries[done:cut])
        cuts.append(frontier.peaks())
        done = cut
    frontier.extend(segment.entries[done:])
    return Hashed(_broken(segment), cuts, frontier.peaks())


def _broken(segment: Segment) -> int:
    prev_hash, position, sha256 = segment.prev_hash, segment.first, hashlib.sha256
    for body, entry in zip(segment.bodies, segment.entries, strict=False):
        if sha256(prev_hash + position.to_bytes(8, "big") + body).digest() != entry:
            return position
        prev_hash, position = entry, position + 1
    return 0


class Growing:
    """The tree of a book that is read from its first event. Use as a context manager.

    With `jobs` > 1 so many processes but one hash, and check the chain as well: `broken` is where it breaks first.
    """

    def __init__(self, prev_hash: bytes, jobs: int = 1) -> None:
        self.broken = 0
        self.checks_chain = jobs > 1
        self._tree = Frontier()
        self._segment = Segment(1, prev_hash, [], [], [])
        self._asked: list[Asked] = []
        self._waiting: deque[tuple[Segment, list[Asked], Future[Hashed]]] = deque()
        self._most = _WAITING * (jobs - 1)
        # Spawned, not forked: what the fold has in memory is no business of theirs.
        self._pool = ProcessPoolExecutor(jobs - 1, get_context("spawn")) if jobs > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def add(self, entry: bytes, body: bytes) -> None:
        """The next event: its chain hash and its bytes."""
        segment = self._segment
        segment.entries.append(entry)
        if self.checks_chain:
            segment.bodies.append(body)
        if len(segment.entries) == _LEAVES:
            self._close()

    def ask(self, answer: Asked) -> None:
        """Have `answer` called with the root over all that was added so far, now or when it is known."""
        if not self._segment.entries:
            self._settle()
            answer(self._tree.root())
            return
        self._segment.cuts.append(len(self._segment.entries))
        self._asked.append(answer)

    def end(self) -> None:
        """No more events come: all that was asked is answered."""
        if self._segment.entries:
            self._close()
        self._settle()

    def _close(self) -> None:
        segment, asked = self._segment, self._asked
        self._segment = Segment(segment.first + len(segment.entries), segment.entries[-1], [], [], [])
        self._asked = []
        if self._pool is None:
            self._take(segment, asked, hashed(segment))
            return
        if len(self._waiting) >= self._most:
            self._take_next()
        self._waiting.append((segment, asked, self._pool.submit(hashed, segment)))

    def _settle(self) -> None:
        while self._waiting:
            self._take_next()

    def _take_next(self) -> None:
        segment, asked, future = self._waiting.popleft()
        self._take(segment, asked, future.result())

    def _take(self, segment: Segment, asked: list[Asked], found: Hashed) -> None:
        self.broken = self.broken or found.broken
        for answer, peaks in zip(asked, found.cuts, strict=True):
            answer(self._tree.root(peaks))
        whole = found.peaks[LEVEL] if len(segment.entries) == _LEAVES else None
        if whole is not None:
            self._tree.graft(LEVEL, whole)
        else:
            self._tree.extend(segment.entries)

"""Chain and tree in processes beside the fold: each reads its part of the files for itself.

A segment is a complete subtree of 2^12 leaves, but for the last. What is asked of the tree at a size, in the middle of
one even, is answered when its segment is hashed. The files must stay as they are while they are read.
"""

from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from .growing import Asked
from .reading import Damaged, Export, Place, open_export
from .tree import Frontier

LEVEL = 12
_LEAVES = 1 << LEVEL
_WAITING = 32
"""Segments a process that may wait for their turn: a start of processes long."""

Peaks = list[bytes | None]


class Piece(NamedTuple):
    """So many events of a file, from a place on."""

    place: Place
    events: int


class Segment(NamedTuple):
    """What is hashed at once; several pieces where it goes over the end of a file."""

    pieces: list[Piece]
    cuts: list[int]
    """Numbers of leaves after which the peaks are wanted."""


class Hashed(NamedTuple):
    """The peaks at each cut and at the end; with `broken` only at the cuts before."""

    broken: tuple[str, int, int, str] | None
    """File, line, last good position and sentence of a Damaged."""
    cuts: list[Peaks]
    peaks: Peaks


def hashed(segment: Segment) -> Hashed:
    """The work on a segment: what one process alone would read, with the same words for what is wrong."""
    entries, broken = list[bytes](), None
    try:
        for piece in segment.pieces:
            entries += _entries(piece)
    except _Broken as found:
        entries += found.before
        broken = (found.damaged.file, found.damaged.line, found.damaged.position, found.damaged.sentence)
    frontier, cuts, done = Frontier(), list[Peaks](), 0
    for cut in segment.cuts:
        if cut > len(entries):
            break
        frontier.extend(entries[done:cut])
        cuts.append(frontier.peaks())
        done = cut
    frontier.extend(entries[done:])
    return Hashed(broken, cuts, frontier.peaks())


class _Broken(Exception):
    def __init__(self, before: list[bytes], damaged: Damaged) -> None:
        super().__init__(before, damaged)
        self.before, self.damaged = before, damaged


class Beside:
    """The tree of a book that is read from its first event, by `jobs` processes of which all but one hash.

    `broken` is where the chain breaks first, as far as it is known.
    """

    def __init__(self, jobs: int) -> None:
        self.broken: Damaged | None = None
        self._tree, self._size = Frontier(), 0
        self._export: Export | None = None
        self._place: Place | None = None
        self._segment, self._asked = Segment([], []), list[Asked]()
        self._waiting: deque[tuple[list[Asked], Future[Hashed]]] = deque()
        self._most = _WAITING * (jobs - 1)
        # Spawned, not forked: what the fold has in memory is no business of theirs.
        self._pool = ProcessPoolExecutor(jobs - 1, get_context("spawn"))

    def read(self, export: Export) -> None:
        """The next events are those of this export, from its first on."""
        self._cut_off()
        self._export, self._place = export, export.place()

    def add(self, _: bytes) -> None:
        """The next event was read."""
        self._size += 1
        if not self._size % _LEAVES:
            self._send()
            self._place = self._export.place() if self._export else None

    def ask(self, answer: Asked) -> None:
        """Have `answer` called with the root over all that was added so far, now or when it is known."""
        inside = self._size % _LEAVES
        if inside:
            self._segment.cuts.append(inside)
            self._asked.append(answer)
            return
        self._settle()
        if not self.broken:
            answer(self._tree.root())

    def end(self) -> None:
        """No more events come: all that was asked before the chain breaks is answered."""
        if self._size % _LEAVES:
            self._send()
        self._settle()

    def close(self) -> None:
        """The processes end."""
        self._pool.shutdown(cancel_futures=True)

    def _cut_off(self) -> None:
        """What was read of the file, since the last time, is a piece."""
        place = self._place
        if place and self._size > place.position:
            self._segment.pieces.append(Piece(place, self._size - place.position))

    def _send(self) -> None:
        self._cut_off()
        self._waiting.append((self._asked, self._pool.submit(hashed, self._segment)))
        self._segment, self._asked = Segment([], []), []
        while len(self._waiting) > self._most or (self._waiting and self._waiting[0][1].done()):
            self._take_next()

    def _settle(self) -> None:
        while self._waiting:
            self._take_next()

    def _take_next(self) -> None:
        asked, future = self._waiting.popleft()
        found = future.result()
        if self.broken:
            return
        for answer, peaks in zip(asked, found.cuts, strict=False):
            answer(self._tree.root(peaks))
        if found.broken:
            self.broken = Damaged(*found.broken)
            return
        for level, peak in reversed(list(enumerate(found.peaks))):
            if peak is not None:
                self._tree.graft(level, peak)


class _Held:
    """The file that a process read last: an unpacked one is not unpacked from its start for each segment."""

    export: Export | None = None

    def at(self, place: Place) -> Export:
        if self.export is None or self.export.name != place.path:
            if self.export:
                self.export.close()
            self.export = open_export(Path(place.path))
        self.export.go_to(place)
        return self.export


_held = _Held()


def _entries(piece: Piece) -> list[bytes]:
    """Chain hashes, checked. Raises _Broken with those before the break."""
    entries: list[bytes] = []
    try:
        export = _held.at(piece.place)
        for _, _, entry, _ in islice(export, piece.events):
            entries.append(entry)
        if len(entries) < piece.events:
            raise export.damaged("was changed while it was read")
    except Damaged as damaged:
        raise _Broken(entries, damaged) from damaged
    return entries

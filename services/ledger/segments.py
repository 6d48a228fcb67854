"""A directory of exports: files that follow one another without a hole, each complete by itself.

A run that was cut off goes on where it was: a file gets its name when it is whole and on disk; until then it ends in
`.part`, which readers pass over.
"""

import fcntl
import gzip
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

PLAIN, PACKED, UNFINISHED = ".ndjson", ".ndjson.gz", ".part"
_DIGITS = 20
_NAME = re.compile(r"(?P<book>[a-z0-9-]+)-(?P<first>[0-9]{20})-(?P<last>[0-9]{20})\.ndjson(?:\.gz)?")
_TAIL_BYTES = 65_536
"""More than a manifest line has."""


class BadFolder(Exception):
    """What is in the directory can't be gone on with, in a sentence."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of a directory of exports."""

    path: Path
    first: int
    last: int

    def ends(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Its header and manifest; a packed one is unpacked whole on the way. Raises BadFolder."""
        try:
            first, last = _packed_ends(self.path) if self.path.name.endswith(PACKED) else _plain_ends(self.path)
            header, manifest = orjson.loads(first), orjson.loads(last)["manifest"]
            return {**header}, {**manifest}
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
            raise BadFolder(f"{self.path.name} is not whole. Remove it and run the export again.") from error


def name_of(book: str, first: int, last: int, *, packed: bool) -> str:
    """What the file of a range is called."""
    return f"{book}-{first:0{_DIGITS}d}-{last:0{_DIGITS}d}{PACKED if packed else PLAIN}"


def segments_of(folder: Path, book: str) -> list[Segment]:
    """The finished files of a book, in order. Raises BadFolder for those that overlap."""
    named = ((path, _NAME.fullmatch(path.name)) for path in folder.iterdir())
    found = [
        Segment(path, int(name["first"]), int(name["last"])) for path, name in named if name and name["book"] == book
    ]
    found.sort(key=lambda segment: (segment.first, segment.last))
    for one, other in pairwise(found):
        if other.first <= one.last:
            raise BadFolder(f"{one.path.name} and {other.path.name} overlap: a directory holds each position once.")
    return found


def missing(kept: Sequence[Segment], first: int, last: int, length: int) -> list[tuple[int, int]]:
    """Ranges that are not there yet, cut where a multiple of `length` ends, so that names do not depend on when."""
    ranges, start = [], first
    for begin, end in [*((each.first, each.last) for each in kept), (last + 1, last)]:
        while start < begin:
            cut = min((start + length - 1) // length * length, begin - 1)
            ranges.append((start, cut))
            start = cut + 1
        start = max(start, end + 1)
    return ranges


@contextmanager
def alone(folder: Path, book: str) -> Iterator[None]:
    """Nobody else exports into the directory meanwhile; what others left unfinished is gone. Raises BadFolder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in folder.glob(f"{book}-*{UNFINISHED}"):
            name = _NAME.fullmatch(path.name.removesuffix(UNFINISHED))
            if name and name["book"] == book:
                path.unlink()
        yield
    except BlockingIOError as error:
        raise BadFolder(f"Another export into {folder} is running.") from error
    finally:
        os.close(handle)


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Under its name once it is whole and on disk. What was there under that name stays until then."""
    unfinished = path.with_name(path.name + UNFINISHED)
    with unfinished.open("wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _plain_ends(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        first = file.readline()
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return first, _last_line(file.read())


def _packed_ends(path: Path) -> tuple[bytes, bytes]:
    with gzip.open(path, "rb") as file:
        first = file.readline()
        tail = b""
        while piece := file.read(1 << 20):
            tail = (tail + piece)[-_TAIL_BYTES:]
        return first, _last_line(tail)


def _last_line(tail: bytes) -> bytes:
    """Raises ValueError when the last line has no end."""
    if not tail.endswith(b"\n"):
        raise ValueError("the last line has no end")
    return tail[:-1].rpartition(b"\n")[2]

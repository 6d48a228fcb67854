"""`export`: a book, or a range of it, as NDJSON with a signed manifest, that anyone can check and import again.

The format is in docs/audit.md. What is not whole has no manifest line: that is how a reader knows.
"""

import argparse
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TextIO

import orjson

from services.ledger.progress import Progress
from services.ledger.segments import (
    PACKED,
    PLAIN,
    BadFolder,
    Segment,
    alone,
    missing,
    name_of,
    segments_of,
    write_whole,
)
from services.ledger.store.exports import PAGE, ExportAway, ExportSource, MissingEvents, Part
from services.ledger.store.tree import TreeBehind, TreeHead

FORMAT = 1
GZIP_LEVEL = 2
"""Twice as fast as the usual 6, for a file that is a fifth larger."""
_GZIP = 31
"""zlib's number for: with the head and the sum of a gzip file, whose time is left out."""


STDOUT = "-"
SEGMENT = 100_000
HEAD_SECONDS = 15
"""So long is waited for a fresh signed head, before what is signed already is enough."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    output: str = STDOUT
    first: int | None = None
    last: int | None = None
    gzip: bool = False
    segment: int = SEGMENT

    @classmethod
    def of(cls, arguments: Sequence[str]) -> "Wish":
        """Raises SystemExit with the usage."""
        parser = _Parser("python -m services.ledger export")
        parser.add_argument("--output", default=STDOUT, metavar="DIR|FILE|-", help="default: standard output")
        parser.add_argument("--first", type=_position, metavar="N", help="default: 1")
        parser.add_argument("--last", type=_position, metavar="N", help="default: all that a signed head covers")
        parser.add_argument("--gzip", action="store_true")
        parser.add_argument("--segment", type=_position, default=SEGMENT, metavar="N", help="events a file, in a DIR")
        given = parser.parse_args(arguments)
        if given.output.endswith(PLAIN) and given.gzip:
            parser.error(f"what is packed is called {PACKED}")
        if given.first and given.last and given.first > given.last:
            parser.error("--first lies after --last")
        return cls(given.output, given.first, given.last, given.gzip or given.output.endswith(PACKED), given.segment)

    @property
    def folder(self) -> Path | None:
        """Where segments go, when segments are wanted."""
        return None if self.output == STDOUT or self.output.endswith((PLAIN, PACKED)) else Path(self.output)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(message, file=sys.stderr)
        raise SystemExit(64)


def _position(text: str) -> int:
    number = int(text)
    if not 0 < number < 1 << 62:
        raise ValueError(text)
    return number


def run_export(
    url: str, book: str, unit: str, wish: Wish, out: BinaryIO, err: TextIO | None = None, seconds: int = HEAD_SECONDS
) -> bool:
    """Export and tell on `err` (stderr); False when something is in the way: then it says what."""
    err = err or sys.stderr
    try:
        with ExportSource(url, book) as source:
            _Run(source, unit, wish, err).run(out, seconds)
    except BrokenPipeError:
        print("The reader went away: what it has is not whole.", file=err)
        return False
    except (NotCovered, BadFolder, TreeBehind, MissingEvents, ExportAway, OSError) as problem:
        print(problem, file=err, flush=True)
        return False
    return True


class _Run:
    """One run of the command."""

    def __init__(self, source: ExportSource, unit: str, wish: Wish, err: TextIO) -> None:
        self._source, self._unit, self._wish, self._err = source, unit, wish, err

    def run(self, out: BinaryIO, seconds: int) -> None:
        wish, first = self._wish, self._wish.first or 1
        position, _ = self._source.state()
        last = covered(self._source, first, wish.last, seconds)
        if wish.last is None and last < position:
            self._say(f"Signed are {last} of {position} events: is `schedule` running? What is signed is exported.")
        if wish.folder:
            self._fill(wish.folder, last)
        elif wish.output == STDOUT:
            out.writelines(self._pieces(first, last, Progress("events", last - first + 1, self._err)))
            out.flush()
        else:
            write_whole(Path(wish.output), self._pieces(first, last, Progress("events", last - first + 1, self._err)))
            self._say(f"{wish.output} holds the positions {first} to {last}.")

    def _fill(self, folder: Path, last: int) -> None:
        """What is there and whole stays; what is missing between, and after it, is made."""
        folder.mkdir(parents=True, exist_ok=True)
        book, wish = self._source.book, self._wish
        with alone(folder, book):
            kept = segments_of(folder, book)
            for segment in kept:
                self._require_ours(segment)
            first = min([wish.first or 1, *([kept[0].first] if kept else [])])
            if kept and wish.first is None:
                first = kept[0].first
            ranges = missing(kept, first, last, wish.segment)
            progress = Progress("events", sum(end - begin + 1 for begin, end in ranges), self._err)
            done = 0
            for begin, end in ranges:
                path = folder.joinpath(name_of(book, begin, end, packed=wish.gzip))
                write_whole(path, self._pieces(begin, end, progress, done))
                done += end - begin + 1
            progress.finish(done)
            self._say(f"{folder}: {len(kept)} files kept, {len(ranges)} made; the book's signed events end at {last}.")

    def _pieces(self, first: int, last: int, progress: Progress, done: int = 0) -> Iterator[bytes]:
        pieces = stream(self._source, self._source.part(first, last), self._unit)
        for reached, piece in compressed(pieces) if self._wish.gzip else pieces:
            yield piece
            progress.reach(done + reached - first + 1)

    def _require_ours(self, segment: Segment) -> None:
        """Raises BadFolder for a file that is not whole, or is not of this book's chain."""
        header, manifest = segment.ends()
        hashes = self._source.hashes(segment.first - 1, segment.last)
        prev_hash, hash_ = (hashes.get(position, b"").hex() for position in (segment.first - 1, segment.last))
        named = {"book": self._source.book, "first": segment.first, "prev_hash": prev_hash}
        ended = named | {"last": segment.last, "events": segment.last - segment.first + 1, "hash": hash_}
        if not (named.items() <= header.items() and ended.items() <= manifest.items()):
            raise BadFolder(
                f"{segment.path.name} is of another history than the book {self._source.book!r} has now. Nothing was "
                "changed. One of the two is not what was signed: check both with mccs-audit before anything else."
            )

    def _say(self, line: str) -> None:
        print(line, file=self._err, flush=True)


class NotCovered(Exception):
    """What is asked for is not signed, so nothing would prove it."""


class NoHead(NotCovered):
    """The book has no signed head at all."""

    def __init__(self, book: str) -> None:
        super().__init__(
            f"The book {book!r} has no signed head yet, and only what is signed can be exported. "
            "Start `schedule` with LEDGER_HEAD_PRIVATE_KEY_FILE; it signs the first within a minute of the first event."
        )


def covered(source: ExportSource, first: int, last: int | None, seconds: int) -> int:
    """The last position to export: `last`, or what the newest head covers; asks for one and waits `seconds`.

    Raises NotCovered with a sentence.
    """
    position, _ = source.state()
    wanted = position if last is None else min(last, position)
    head = source.fresh_head(wanted, seconds)
    if head is None:
        raise NoHead(source.book)
    return _within(head, first, last)


def _within(head: TreeHead, first: int, last: int | None) -> int:
    if last is not None and last > head.size:
        raise NotCovered(f"The newest signed head covers the positions up to {head.size}, not {last}.")
    if first > head.size:
        raise NotCovered(f"The newest signed head covers the positions up to {head.size}: {first} lies beyond.")
    return head.size if last is None else last


def stream(source: ExportSource, part: Part, unit: str, page: int = PAGE) -> Iterator[tuple[int, bytes]]:
    """The whole export in pieces, each with the last position in it. Raises MissingEvents, ExportAway."""
    yield part.first - 1, _line(header_of(part, unit))
    reached, heads = part.first - 1, 0
    for lines in source.lines(part.first, part.last, page):
        reached += lines.events
        heads += lines.heads
        yield reached, lines.content
    yield reached, _line(manifest_of(part, heads))


def header_of(part: Part, unit: str) -> dict[str, Any]:
    """The first line; `unit` is for a book of an old version, which does not know its own."""
    return {
        "mccs_export": FORMAT,
        "book": part.book,
        "unit": part.unit or unit,
        "first": part.first,
        "prev_hash": part.prev_hash.hex(),
        "keys": part.keys,
    }


def manifest_of(part: Part, heads: int) -> dict[str, Any]:
    """The last line: the signature of `head` covers every byte of every event before it."""
    stated = {
        "book": part.book,
        "events": part.last - part.first + 1,
        "first": part.first,
        "last": part.last,
        "prev_hash": part.prev_hash.hex(),
        "hash": part.hash.hex(),
        "heads": heads,
    }
    return {"manifest": stated, "head": part.head.jws, "path": [step.hex() for step in part.path]}


def compressed(pieces: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The same as gzip; the same bytes each time. What breaks off lacks its end."""
    packer, reached = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, _GZIP), 0
    for reached, piece in pieces:
        if packed := packer.compress(piece):
            yield reached, packed
    yield reached, packer.flush()


def _line(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document) + b"\n"

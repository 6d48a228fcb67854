"""`import`: a book from an export, into a database that has no event of it yet. All of it, or nothing.

Chain, manifest and signed heads are checked on the way, and the tables come from the events by the same fold as in
`replay`. What the events do not hold is lost: the idempotency keys that were used, and the codes of statements.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, cast

import orjson

from events.envelope import Envelope
from services.ledger.audit.heads import BadKey, Head
from services.ledger.audit.reading import Damaged, Export, export_from, exports_of
from services.ledger.progress import Progress
from services.ledger.proofs import Proofs, Unproven
from services.ledger.rebuilding import BrokenLog, Rebuild
from services.ledger.store.imports import EmptyBook, ImportedEvent, NotImported
from services.ledger.store.units import WrongUnit

if TYPE_CHECKING:
    from io import BufferedReader

STDIN = "-"
KAFKA = "kafka"
_PAGE = 5_000
_OPENS = "ledger.transfer-initiated."
_CLOSES = ("ledger.transfer-completed.", "ledger.transfer-cancelled.")

FindCause = Callable[[str], tuple[str, int] | None]
"""Source and position of the event of another service that has this id; None when it is not found."""


class NotImportable(Exception):
    """Something is wrong with what was asked for, in a sentence."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    source: str
    keys: str | None = None
    followed: Mapping[str, int] = field(default_factory=dict)
    """How far the book had followed each source of news."""
    asks_kafka: bool = False
    """Rather look up there what the last news was."""

    @classmethod
    def of(cls, arguments: Sequence[str]) -> "Wish":
        """Raises SystemExit with the usage."""
        parser = _Parser("python -m services.ledger import")
        parser.add_argument("source", metavar="SOURCE", help="an export, a directory of exports, or - for input")
        parser.add_argument("--keys", metavar="FILE", help="JWKS that you trust: the keys of the signed heads")
        parser.add_argument(
            "--followed", action="append", default=[], type=_followed, metavar=f"SOURCE=N|{KAFKA}",
            help="how far the book had followed the events of another service",
        )  # fmt: skip
        given = parser.parse_args(arguments)
        named = dict(each for each in given.followed if each)
        return cls(given.source, given.keys, named, None in given.followed)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(message, file=sys.stderr)
        raise SystemExit(64)


def _followed(text: str) -> tuple[str, int] | None:
    if text == KAFKA:
        return None
    source, _, number = text.rpartition("=")
    if "/" not in source or int(number) < 1:
        raise ValueError(text)
    return source, int(number)


def run_import(
    owner_url: str, book: str, unit: str, wish: Wish, find: FindCause,
    *, stdin: Any = None, out: TextIO = sys.stdout, err: TextIO = sys.stderr,
) -> bool:  # fmt: skip
    """Import and tell; False when nothing was imported: then it says why."""
    try:
        proofs = Proofs(book, _trusted(wish.keys))
        with EmptyBook(owner_url, book) as target:
            told = _Import(target, (book, unit), proofs, wish, find).run(_Input(wish.source, stdin), err)
            target.analyse()
    except (Damaged, BadKey, NotImportable, NotImported, WrongUnit, OSError) as problem:
        print(f"Nothing was imported: {problem}", file=out, flush=True)
        return False
    print(told, file=out, flush=True)
    return True


def _trusted(path: str | None) -> list[dict[str, Any]] | None:
    """The keys in a JWKS file. Raises BadKey."""
    if path is None:
        return None
    try:
        jwks = orjson.loads(Path(path).read_bytes())["keys"]
        return [{**jwk} for jwk in jwks]
    except (ValueError, KeyError, TypeError) as error:
        raise BadKey(f"{path} is no JWKS: an object with a list `keys` is expected") from error


class _Input:
    """The exports of a source, one after the other; each is closed before the next."""

    def __init__(self, source: str, stdin: Any) -> None:
        """Raises Damaged, OSError."""
        self._paths = [] if source == STDIN else exports_of(Path(source))
        self._stdin = stdin or cast("BufferedReader[Any]", sys.stdin.buffer)
        self._before, self._file = 0, self._stdin
        self.total = sum(path.stat().st_size for path in self._paths)
        """Bytes, packed as they are; of standard input not known."""

    def __iter__(self) -> Iterator[Export]:
        """Raises Damaged, OSError."""
        if not self._paths:
            with export_from(self._stdin, "standard input") as export:
                yield export
        for path in self._paths:
            self._file = path.open("rb")
            with export_from(self._file, str(path)) as export:
                yield export
            self._before += path.stat().st_size

    def reached(self) -> int:
        """Bytes that were read; of standard input not known."""
        return self._before + self._file.tell() if self.total and not self._file.closed else self._before


class _Import:
    """One run, inside the transaction of `target`."""

    def __init__(
        self, target: EmptyBook, named: tuple[str, str], proofs: Proofs, wish: Wish, find: FindCause
    ) -> None:  # fmt: skip
        self._target, self._proofs, self._wish, self._find = target, proofs, wish, find
        self._book, self._unit = named
        self._rebuild = Rebuild(self._book, target.take_back)
        self._events: list[ImportedEvent] = []
        self._reach: Callable[[], object] = bool
        self._cause: str | None = None
        self._time = ""

    def run(self, exports: _Input, err: TextIO) -> str:
        """What is to be told once it is committed."""
        covering, progress = None, Progress("bytes read", exports.total, err)
        self._reach = lambda: progress.reach(exports.reached())
        for export in exports:
            self._begin(export)
            self._take_all(export)
            covering = self._proven(export, lambda e=export: self._proofs.close(e.manifest))  # type: ignore[misc]
        if covering is None or not self._rebuild.position:
            raise NotImportable("there is no event in it.")
        followed = self._followed()
        self._flush(everything=True)
        self._target.add_keys(self._proofs.keys)
        self._target.add_heads(self._proofs.heads)
        self._target.commit(self._rebuild.position, self._rebuild.hash, self._time, followed)
        progress.finish(exports.reached())
        return self._told(covering, followed)

    def _begin(self, export: Export) -> None:
        """The next file continues what came, is of this book and unit; the first makes the book."""
        header = export.header
        if header.book != self._book:
            raise NotImportable(f"{export.name} is of the book {header.book!r}, LEDGER_BOOK is {self._book!r}.")
        if header.unit != self._unit:
            raise NotImportable(f"{export.name} is in {header.unit!r}, LEDGER_UNIT is {self._unit!r}.")
        if header.first == 1 == self._rebuild.position + 1:
            self._target.begin(self._unit)
        elif (header.first, header.prev_hash) != (self._rebuild.position + 1, self._rebuild.hash):
            where = f"starts at position {header.first}, and {self._rebuild.position + 1} must come next"
            raise NotImportable(f"{export.name} {where}: only a whole book can be imported.")
        self._proven(export, lambda: self._proofs.bring(header.keys))
        export.on_head = lambda _, jws: self._proven(
            export, lambda: self._proofs.take_head(jws, self._rebuild.hash)
        )  # fmt: skip

    def _take_all(self, export: Export) -> None:
        try:
            for event in export:
                self._take(*event)
                if len(self._events) >= _PAGE:
                    self._flush(everything=False)
        except BrokenLog as error:
            raise export.damaged(str(error)) from error

    def _take(self, position: int, prev_hash: bytes, hash_: bytes, body: bytes) -> None:
        envelope = self._rebuild.take(position, prev_hash, hash_, body)
        if envelope.causationid:
            self._require_followed(envelope)
            self._cause = envelope.causationid
        self._proofs.tree.append(hash_)
        type_, known = envelope.type, envelope.data.get("transfer_id")
        self._events.append(
            ImportedEvent(
                position=position,
                event_id=envelope.id,
                type=type_,
                time=envelope.time,
                opens=known if type_.startswith(_OPENS) else None,
                closes=known if type_.startswith(_CLOSES) else None,
                prev_hash=prev_hash,
                hash=hash_,
                body=body,
            )
        )
        self._time = envelope.time

    def _flush(self, *, everything: bool) -> None:
        events, self._events = self._events, []
        nodes, self._proofs.tree.nodes = self._proofs.tree.nodes, []
        self._target.add(events, self._rebuild.hand_out(everything=everything), nodes)
        self._reach()

    def _require_followed(self, envelope: Envelope) -> None:
        """Before much is read: without a place to go on from, the consumer would take old news for new."""
        if not self._wish.followed and not self._wish.asks_kafka:
            raise NotImportable(
                f"the event at position {envelope.sequence} came of news of another service. Say how far the book had "
                "followed it, so that `consume` goes on from there: --followed directory.events/directory=N (N from "
                f"the table `followed` of the ledger that was exported), or --followed {KAFKA} to look the last such "
                "news up in Kafka."
            )

    def _followed(self) -> Mapping[str, int]:
        if not self._wish.asks_kafka or self._cause is None:
            return self._wish.followed
        found = self._find(self._cause)
        if found is None:
            raise NotImportable(f"Kafka has no event with the id {self._cause}, the last that the book followed.")
        return {**self._wish.followed, found[0]: found[1]}

    def _proven(self, export: Export, check: Callable[[], Any]) -> Any:
        """Whatever does not fit is refused with its place."""
        try:
            return check()
        except Unproven as error:
            raise export.damaged(str(error)) from error

    def _told(self, covering: Head, followed: Mapping[str, int]) -> str:
        position, hash_ = self._rebuild.position, self._rebuild.hash.hex()
        lines = [
            f"Imported the book {self._book!r}: {position} events, {len(self._proofs.heads)} signed heads.",
            f"Its hash is {hash_}.",
            *(f"It has followed {source} to {reached}." for source, reached in followed.items()),
            "Not in an export: used idempotency keys (a command sent again is a new one) and codes of statements.",
        ]
        if self._wish.keys is None:
            lines.append("WARNING: signatures were checked with the keys in the export itself. They prove that it is "
                         "whole, not whose it is: give the keys that you trust with --keys.")  # fmt: skip
        if covering.size > position:
            lines.append(f"WARNING: a head of {covering.size} events was signed: the last {covering.size - position} "
                         "are not here, and whoever holds that head sees another history from here on.")  # fmt: skip
        return "\n".join(lines)

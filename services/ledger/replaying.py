"""`replay`: every table of a book anew from its log, held against the live ones, and on request put in their place."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from events.topics import LEDGER_EVENTS
from services.chassis.consuming import read_topic
from services.ledger.progress import Progress
from services.ledger.rebuilding import BrokenLog, Rebuild
from services.ledger.store.repairing import repair, repairing
from services.ledger.store.shadow import Difference, ReplayRuns, Shadow

USAGE = "usage: python -m services.ledger replay [--from-kafka] [--swap]"
_PAGE = 10_000
_NEAR = 1_000
_CATCH_UPS = 10
_KAFKA_IDLE_SECONDS = 10.0

Event = tuple[int, bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    from_kafka: bool = False
    swap: bool = False

    @classmethod
    def of(cls, arguments: Sequence[str]) -> "Wish":
        """Raises SystemExit with the usage."""
        if not set(arguments) <= {"--from-kafka", "--swap"}:
            print(USAGE, file=sys.stderr)
            raise SystemExit(64)
        return cls("--from-kafka" in arguments, "--swap" in arguments)


def run_replay(
    owner_url: str, book: str, bootstrap: str, wish: Wish, out: TextIO = sys.stdout, err: TextIO = sys.stderr
) -> bool:
    """Replay and tell; True when the live tables are what the log says, or were made so."""
    with Shadow(owner_url, book) as shadow:
        try:
            return _Replay(shadow, book, bootstrap, out, err).run(wish)
        except (BrokenLog, ReplayRuns) as problem:
            print(f"Nothing was changed: {problem}", file=out, flush=True)
            return False


class _Replay:
    """One run."""

    def __init__(self, shadow: Shadow, book: str, bootstrap: str, out: TextIO, err: TextIO) -> None:
        self._shadow, self._book, self._bootstrap, self._out, self._err = shadow, book, bootstrap, out, err
        self._rebuild = Rebuild(book, shadow.take_back)

    def run(self, wish: Wish) -> bool:
        position, hash_ = self._shadow.begin()
        events = self._from_kafka(position) if wish.from_kafka else self._shadow.events()
        self._fill(events, position)
        if (self._rebuild.position, self._rebuild.hash) != (position, hash_) and position:
            raise BrokenLog(self._rebuild.position, f"is the last that was found, the head is {position}")
        self._shadow.seal()
        started = time.monotonic()
        differences = self._shadow.differences()
        self._tell(position, differences, time.monotonic() - started)
        if wish.swap and differences:
            self._swap()
        return wish.swap or not differences

    def _fill(self, events: Iterable[Event], total: int) -> None:
        progress = Progress("events", total, self._err)
        for event in events:
            self._rebuild.take(*event)
            if self._rebuild.waiting >= _PAGE:
                self._shadow.write(self._rebuild.hand_out(everything=False))
            if event[0] % _NEAR == 0:
                progress.reach(event[0])
        self._shadow.write(self._rebuild.hand_out(everything=True))
        progress.finish(self._rebuild.position)

    def _from_kafka(self, until: int) -> Iterator[Event]:
        """Repeats and what overtook a lost batch are passed over: each position once, in order."""
        expected = 1
        if not until:
            return
        for headers, body in read_topic(self._bootstrap, LEDGER_EVENTS, self._book, _KAFKA_IDLE_SECONDS):
            if int(headers["position"]) == expected:
                yield expected, bytes.fromhex(headers["prev_hash"]), bytes.fromhex(headers["hash"]), body
                expected += 1
            if expected > until:
                return

    def _swap(self) -> None:
        """Catch up while others write, then with the head locked; then replace what differs."""
        self._shadow.keep()
        try:
            for _ in range(_CATCH_UPS):
                self._shadow.run("BEGIN")
                caught_up = self._catch_up()
                self._shadow.run("COMMIT")
                if caught_up < _NEAR:
                    break
            started = time.monotonic()
            with repairing(self._shadow):
                self._catch_up()
                written = repair(self._shadow, self._book)
        except BaseException:
            # An open transaction ends first: the tables stay as they were.
            self._shadow.connection.rollback()
            raise
        finally:
            self._shadow.drop()
        held = time.monotonic() - started
        self._say(
            f"Repaired at position {self._rebuild.position}: {written} rows written, {held:.2f} s under the lock."
        )

    def _catch_up(self) -> int:
        before = self._rebuild.position
        for event in self._shadow.events(before):
            self._rebuild.take(*event)
        self._shadow.write(self._rebuild.hand_out(everything=True), replaces=True)
        return self._rebuild.position - before

    def _tell(self, position: int, differences: Sequence[Difference], seconds: float) -> None:
        self._say(f"Replayed the book {self._book!r} to position {position}; compared in {seconds:.1f} s.")
        for found in differences:
            self._say(f"  FAILED {found.table}: {found.missing} rows lack, {found.wrong} are not in the log")
            for line in found.first:
                self._say(f"          {line}")
        if not differences:
            self._say("Every table is what the log says.")

    def _say(self, line: str) -> None:
        print(line, file=self._out, flush=True)

"""Keeps the Merkle tree of a book and signs its heads, beside the clock's work in the `schedule` process.

Off the write path: it reads what is committed. Nothing is built up at a start: what is kept is where it goes on. Every
event's hash is worked out again from its bytes before it goes into the tree, and a part of the older ones before each
head, so that a change of history is found though the kept nodes hide it. One process keeps a book; if two think so,
the primary keys let one through, and both would write the same.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Protocol

from services.chassis.clock import Clock
from services.chassis.logs import log
from services.chassis.process import Stop
from services.ledger.heads import BALANCED, HeadKey
from services.ledger.store.tree import TreeBehind, TreeHead
from services.ledger.tree import STEP, TOP, Rows, complete_root, leaf_hash

EVERY_SECONDS = 60.0
CHUNK = 64
"""Nodes that are kept in one transaction: of the lowest level the work of some 16 000 events."""
_WIDTH = 1 << STEP
_TOLD_EVERY_SECONDS = 10.0
_LOOK_SECONDS = 1.0


class Refused(Exception):
    """What no head may be signed over, in a sentence."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The book as one snapshot saw it. `root` and `hash` are those at `size`; the `seen` ones at the last head's."""

    size: int
    hash: bytes
    time: datetime
    accounts: int
    sum_of_balances: int
    root: bytes
    last: TreeHead | None
    seen_root: bytes
    seen_hash: bytes


class Tree(Protocol):
    """The store's side (`store.keeping.KeptTree`). Used by one thread."""

    book: str
    transient: tuple[type[Exception], ...]

    def lead(self) -> bool:
        """Whether this process keeps the book."""

    def reached(self) -> tuple[int, int]:
        """Position of the book, and the size of its last head; 0 when there is none."""

    def kept(self) -> dict[int, int]:
        """How many nodes of each kept level there are."""

    def leaves(self, rows: Rows) -> list[bytes]:
        """Chain hashes of the leaves, each worked out again from its event's bytes. Raises Refused."""

    def nodes(self, rows: Rows) -> list[bytes]:
        """Kept nodes, all of them."""

    def add(self, level: int, first: int, hashes: Sequence[bytes]) -> None:
        """Keep nodes from number `first` on; those that somebody else has kept meanwhile are left as they are."""

    def moment(self) -> Moment | None:
        """The book now; None while it is empty or has nothing new. Raises TreeBehind, Refused."""

    def publish(self, head: TreeHead, jwk: str) -> bool:
        """Store a head with its public key; False when somebody else has stored one meanwhile."""

    def wait(self, seconds: float) -> bool:
        """Until somebody asks for a head; False when nobody did in that time."""

    def close(self) -> None:
        """Give the book to another keeper."""


class Keeper:
    """One book's. `start`, any number, says at which node looking back begins. Used by one thread."""

    def __init__(
        self, tree: Tree, key: HeadKey, clock: Clock, stop: Stop, *, start: int = 0, chunk: int = CHUNK
    ) -> None:  # fmt: skip
        self._tree, self._key, self._clock, self._stop = tree, key, clock, stop
        self._looked_at, self._chunk = start, chunk
        self._tried_at: float | None = None

    def run(self) -> None:
        """Until asked to stop; a database that is away is waited for."""
        wanted = False
        while not self._stop.requested:
            self._stop.beat()
            try:
                if self._tree.lead():
                    self.tick(wanted=wanted)
                wanted = self._tree.wait(_LOOK_SECONDS)
            except self._tree.transient as error:
                log.warning("heads.retrying", error=type(error).__name__)
                self._tree.close()
                self._stop.wait(_LOOK_SECONDS)
        self._tree.close()

    def tick(self, *, wanted: bool = False) -> TreeHead | None:
        """Keep what is new and sign a head, if it is time for one or one is `wanted`; the head that was signed.

        Raises one of the store's transient errors.
        """
        is_due = self._tried_at is None or time.monotonic() - self._tried_at >= EVERY_SECONDS
        if not (wanted or is_due):
            return None
        position, size = self._tree.reached()
        if position == size:
            return None
        try:
            signed = self._advance(position, size)
        except TreeBehind:
            # A great deal was written while the rest was kept: once more, at once.
            return None
        except Refused as error:
            signed = None
            log.error("head.refused", reason=str(error), position=position, last_size=size)
        self._tried_at = time.monotonic()
        return signed

    def keep(self, position: int) -> None:
        """Every complete subtree of the events up to `position`, in steps. Raises Refused."""
        kept, told = self._tree.kept(), time.monotonic()
        for level in range(STEP, TOP + 1, STEP):
            complete = position >> level
            while kept[level] < complete and not self._stop.requested:
                end = min(kept[level] + self._chunk, complete)
                self._tree.add(level, kept[level], self._roots(Rows(level, kept[level], end)))
                kept[level] = end
                self._stop.beat()
                if time.monotonic() - told >= _TOLD_EVERY_SECONDS:
                    log.info("tree.building", level=level, kept=end, of=complete)
                    told = time.monotonic()

    def _advance(self, position: int, size: int) -> TreeHead | None:
        if position < size:
            raise Refused(f"The book has come to position {position}, but a head of {size} events was signed.")
        self.keep(position)
        self._look_back()
        if self._stop.requested:
            return None
        moment = self._tree.moment()
        return self._signed(moment) if moment else None

    def _look_back(self) -> None:
        """Hold a part of the kept nodes against the events, another one each time. Stays where something is wrong."""
        kept = self._tree.kept()[STEP]
        first = self._looked_at % kept if kept else 0
        rows = Rows(STEP, first, min(first + self._chunk, kept))
        if rows.first < rows.end:
            pairs = zip_longest(self._roots(rows), self._tree.nodes(rows))
            for number, (found, kept_one) in enumerate(pairs, rows.first):
                if found != kept_one:
                    own = Rows(STEP, number, number + 1).below
                    raise Refused(f"An event from {own.first + 1} to {own.end}, or what is kept of it, was changed.")
        self._looked_at = rows.end

    def _roots(self, rows: Rows) -> list[bytes]:
        below = rows.below
        hashes = self._tree.nodes(below) if below.level else [leaf_hash(entry) for entry in self._tree.leaves(below)]
        return [complete_root(hashes[start : start + _WIDTH]) for start in range(0, len(hashes), _WIDTH)]

    def _signed(self, moment: Moment) -> TreeHead | None:
        _require_right(moment)
        number = moment.last.number + 1 if moment.last else 1
        head = self._key.sign(
            book=self._tree.book, number=number, size=moment.size, root=moment.root, hash_=moment.hash,
            accounts=moment.accounts, time=self._time_of(moment),
        )  # fmt: skip
        if not self._tree.publish(head, self._key.jwk):
            return None
        log.info("head.signed", number=number, size=head.size, kid=head.kid)
        return head

    def _time_of(self, moment: Moment) -> datetime:
        """By the clock that events go by; never before the newest event, nor before the head before."""
        last = datetime.fromisoformat(moment.last.time) if moment.last else moment.time
        return max(self._clock(), moment.time, last)


def _require_right(moment: Moment) -> None:
    """Raises Refused unless balances sum to zero and what was signed before still holds."""
    if moment.sum_of_balances != BALANCED:
        raise Refused(f"All balances sum to {moment.sum_of_balances}, not to zero.")
    last = moment.last
    if last and (last.hash != moment.seen_hash or last.root != moment.seen_root):
        raise Refused(f"Its first {last.size} events are no longer those that head {last.number} was signed over.")

"""Runs all checks over a source and says what came of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .beside import Beside
from .heads import BadKey, BadSignature, Head, Keys, verified
from .reading import Damaged
from .sources import Source, Start
from .statements import Statement, Watching
from .walking import Check, Walk, histories

_NOT_FROM_FIRST = (
    "The source does not start with the book's first event: its chain, its signatures and the way from its last event "
    "to a signed head were checked. Balances, limits, life cycles, fees and statements need all events."
)
_KEYS_INSIDE = (
    "No keys were given: signatures were checked with the keys in the source itself. That proves nothing about who "
    "made it. Compare the fingerprints with those that were published elsewhere, and give them with --keys."
)
_NO_KEYS = "No keys were given, and the source has none: no signature was checked."
_NO_HEADS = (
    "No heads kept by somebody else were given (--heads): a book that was rewritten as a whole and signed again with "
    "the same key would not be noticed."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be checked, with what others kept."""

    source: str
    book: str | None = None
    keys: Keys | None = None
    heads: Sequence[str] = ()
    statements: Sequence[Statement] = ()


@dataclass(slots=True)
class Result:
    """What came of it. Positions are inclusive; without an event `last` is `first` - 1."""

    source: str
    book: str = ""
    unit: str = ""
    first: int = 1
    last: int = 0
    hash: str = ""
    time: str = ""
    accounts: int | None = None
    transfers: int | None = None
    pinned: bool = False
    fingerprints: list[str] = field(default_factory=list)
    newest: Head | None = None
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return all(check.holds for check in self.checks)


class Run:
    """One audit. `position` may be looked at meanwhile, from another thread."""

    def __init__(self, source: Source, wish: Wish) -> None:
        self._source, self._wish = source, wish
        self._walk: Walk | None = None
        self.result = Result(wish.source)

    @property
    def position(self) -> int:
        return self._walk.position if self._walk else 0

    def run(self) -> Result:
        """Check everything. Raises OSError for what is not there; damage is in the result."""
        readable = Check("readable", "the source is whole, its lines are one chain")
        self.result.checks.append(readable)
        try:
            start = self._source.begin()
            keys = self._keys(start)
            with self._open(start, keys) as self._walk:
                self._pass(self._walk, readable)
        except Damaged as damaged:
            readable.find(damaged.position + 1, damaged.sentence)
        return self.result

    def _open(self, start: Start, keys: Keys) -> Walk:
        wish, result = self._wish, self.result
        result.book, result.unit, result.first, result.last = start.book, start.unit, start.first, start.first - 1
        observer = Watching(wish.statements) if wish.statements else None
        walk = Walk(start.book, start.first, start.prev_hash, keys, observer=observer, jobs=start.jobs)
        if walk.fold is None:
            result.notes.append(_NOT_FROM_FIRST)
        return walk

    def _pass(self, walk: Walk, readable: Check) -> None:
        if self._wish.heads:
            self._expect_kept(walk)
        else:
            self.result.notes.append(_NO_HEADS)
        try:
            self._source.walk(walk)
        except Damaged as damaged:
            # Position 0: a file between two others that is not there, or not of this book.
            readable.find(max(damaged.position, walk.position) + 1, damaged.sentence)
        walk.end(whole=readable.holds)
        readable.count = walk.position - walk.first + 1
        if readable.holds and not readable.count:
            readable.find(0, f"there is no event of the book {walk.book} in it")
        self._tell(walk)

    def _keys(self, start: Start) -> Keys:
        """Those that were given, else those inside."""
        result, keys = self.result, self._wish.keys
        result.pinned = keys is not None
        if keys is None:
            try:
                keys = Keys(start.keys)
            except BadKey as bad:
                raise Damaged(start.file, 1, start.first - 1, f"its keys can't be read: {bad}") from bad
            result.notes.append(_KEYS_INSIDE if start.keys else _NO_KEYS)
        result.fingerprints = list(keys)
        return keys

    def _expect_kept(self, walk: Walk) -> None:
        """Heads of this book that others kept."""
        kept: list[Head] = []
        for jws in self._wish.heads:
            try:
                head = verified(jws, walk.keys)
            except BadSignature as bad:
                walk.kept.find(0, f"a head {bad}")
                continue
            if head.book == walk.book:
                kept.append(head)
        walk.kept.count = len(kept)
        if not kept and walk.kept.holds:
            walk.kept.find(0, "none of them is of this book")
        histories(kept, walk.kept)
        for head in kept:
            if head.size >= walk.first:
                walk.expect(head, walk.kept)
            else:
                self.result.notes.append(f"A kept head of size {head.size} lies before what was read.")

    def _tell(self, walk: Walk) -> None:
        result, fold = self.result, walk.fold
        result.last, result.hash, result.newest = walk.position, walk.hash.hex(), walk.newest
        if isinstance(walk.tree, Beside):
            result.checks.append(walk.chain)
        if fold:
            result.time, result.accounts = fold.time, len(fold.accounts)
            result.transfers = len(fold.open) + len(fold.ended)
            result.checks.append(walk.rules)
        if len(walk.keys):
            result.checks.append(walk.heads)
        if self._wish.heads:
            result.checks.append(walk.kept)
        for statement in self._wish.statements:
            if fold:
                result.checks.append(statement.check(walk.position))
            else:
                check = Check(f"statement {statement.file}", f"the statement {statement.file} is what the events say")
                check.find(0, "can't be checked without the events from the first on")
                result.checks.append(check)

"""One pass over a book: the fold, the tree, and every signed head held against both at its size."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from .beside import Beside
from .fold import Fold
from .growing import Growing
from .heads import BadSignature, Head, Keys, verified
from .reading import Entry, Manifest
from .state import Finding, Observer
from .tree import verify_inclusion

_MOST = 20


@dataclass(slots=True)
class Check:
    """One thing that is looked at: how much of it there was, and what is wrong."""

    name: str
    what: str
    count: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings

    def find(self, position: int, sentence: str) -> None:
        if len(self.findings) < _MOST:
            self.findings.append(Finding(position, sentence))


class Walk:
    """Takes a book's events in order, from the first or from any. Use as a context manager.

    From any other than the first there are neither balances nor a tree: `fold` is None.
    """

    def __init__(
        self, book: str, first: int, prev_hash: bytes, keys: Keys, *, observer: Observer | None = None, jobs: int = 1
    ) -> None:
        self.book, self.first, self.keys = book, first, keys
        self.position, self.hash = first - 1, prev_hash
        self.fold = Fold(book, observer) if first == 1 else None
        self.tree: Growing | Beside | None = None
        if first == 1:
            self.tree = Beside(jobs) if jobs > 1 else Growing()
        self.newest: Head | None = None
        self.chain = Check("chain", "the events are one chain")
        self.rules = Check("rules", "zero sums, limits, life cycles, fees, consent: every event keeps the rules")
        self.heads = Check("heads", "signed heads are of this chain and this tree")
        self.kept = Check("kept_heads", "heads kept by others are of this chain and this tree")
        self._expected: dict[int, list[tuple[Head, Check, bool]]] = {}
        self._sizes: list[int] = []
        self._next = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.tree:
            self.tree.close()

    @property
    def gave_up(self) -> bool:
        return bool(self.fold and self.fold.gave_up) or bool(self.tree and self.tree.broken)

    def expect(self, head: Head, check: Check, *, must: bool = True) -> None:
        """A head of a size that is still to come, it `must` be told; it is looked at there, and told of in `check`."""
        if head.size <= self.position:
            check.find(head.size, f"a head of size {head.size} comes where {self.position} events were read")
            return
        self._expected.setdefault(head.size, []).append((head, check, must))
        self._sizes = sorted(self._expected, reverse=True)
        self._next = self._sizes[-1]

    def take_all(self, entries: Iterable[Entry]) -> None:
        """Events whose chain is checked by whoever reads them, or by the tree's processes."""
        fold, tree = self.fold, self.tree
        if fold is None or tree is None:
            for position, _, hash_, _ in entries:
                self.position, self.hash = position, hash_
                if position == self._next:
                    self._arrive(position)
            return
        follow, add = fold.follow, tree.add
        for position, _, hash_, body in entries:
            add(hash_)
            follow(position, hash_, body)
            self.position, self.hash = position, hash_
            if position == self._next:
                self._arrive(position)
            if fold.findings and self.gave_up:
                break

    def meet(self, position: int, jws: str) -> None:
        """A head that stands behind the event at `position`."""
        self.heads.count += 1
        head = self.read(jws, position, self.heads)
        if head is None:
            return
        if head.size != position:
            self.heads.find(position, f"the head after it is of size {head.size}")
            return
        self._compare(head, self.heads)

    def close(self, manifest: Manifest) -> None:
        """The end of an export: its manifest's signed head must cover the last event."""
        self.heads.count += 1
        head = self.read(manifest.head, manifest.last, self.heads)
        if head is None:
            return
        if head.size < manifest.last:
            self.heads.find(manifest.last, f"the manifest's head covers {head.size} events only")
        elif not verify_inclusion(
            entry=manifest.hash, position=manifest.last, size=head.size, path=manifest.path, root=head.root
        ):
            self.heads.find(manifest.last, "its path does not lead to the root that is signed")
        elif head.size == manifest.last:
            self._compare(head, self.heads)
        else:
            self.expect(head, self.heads, must=False)

    def end(self, *, whole: bool = True) -> None:
        """No more events come; not `whole`: because they could not be read on."""
        if self.tree:
            self.tree.end()
            if broken := self.tree.broken:
                self.chain.find(broken.position + 1, broken.sentence)
        self.chain.count = self.position - self.first + 1
        whole = whole and not self.gave_up
        if self.fold:
            if whole:
                self.fold.end()
            self.rules.count = self.fold.position
            self.rules.findings += self._founded(self.fold.findings)
            if self.fold.sum:
                self.rules.find(0, f"the balances sum to {self.fold.sum}")
        if whole:
            self._miss()

    def _founded(self, findings: list[Finding]) -> list[Finding]:
        """Those before the place where the chain breaks: what comes behind it proves nothing."""
        broken = self.tree and self.tree.broken
        return [finding for finding in findings if finding.position <= broken.position] if broken else findings

    def _miss(self) -> None:
        """Heads that must have been met and were not."""
        for head, check, must in (expected for several in self._expected.values() for expected in several):
            if must:
                check.find(
                    self.position,
                    f"is the last event, and a head signed at {head.time} says that there were {head.size}: "
                    "the end is cut off, or this is not all of it",
                )

    def read(self, jws: str, position: int, check: Check) -> Head | None:
        """The head in a JWS, when it is signed and of this book; else what is wrong goes to `check`."""
        try:
            head = verified(jws, self.keys)
        except BadSignature as bad:
            check.find(position, f"a head {bad}")
            return None
        if head.book != self.book:
            check.find(position, f"a head is of another book, {head.book}")
            return None
        if self.newest is None or head.size > self.newest.size:
            self.newest = head
        return head

    def _arrive(self, position: int) -> None:
        for head, check, _ in self._expected.pop(position):
            self._compare(head, check)
        self._sizes.pop()
        self._next = self._sizes[-1] if self._sizes else 0

    def _compare(self, head: Head, check: Check) -> None:
        """A head with what was read: the last event is the one that it was signed at."""
        if head.hash != self.hash:
            check.find(head.size, f"a head signed at {head.time} names another chain hash: this is another history")
            return
        if self.fold is not None:
            if head.sum != self.fold.sum:
                check.find(head.size, f"a head signed at {head.time} says the balances sum to {head.sum}")
            if head.accounts != len(self.fold.accounts):
                check.find(head.size, f"a head signed at {head.time} counts {head.accounts} accounts")
        if self.tree is not None:

            def answer(root: bytes) -> None:
                if root != head.root:
                    check.find(head.size, f"a head signed at {head.time} names another root: this is another history")

            self.tree.ask(answer)


def histories(heads: Sequence[Head], check: Check) -> None:
    """Two heads of one size that differ prove that there were two histories."""
    by_size: dict[int, Head] = {}
    for head in heads:
        known = by_size.setdefault(head.size, head)
        if (known.root, known.hash) != (head.root, head.hash):
            sentence = f"two signed heads of size {head.size} differ: somebody was shown another history"
            check.find(head.size, sentence)

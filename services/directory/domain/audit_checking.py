"""Whether an audit log is what was written: the chain from a known place on, and what stands beside it. Pure.

One entry after the other, in the order of positions, with nothing kept but the last hash: a log of any size is checked
in the same memory. The first thing that is wrong is said with its position, and ends the check.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from services.directory.domain.audit import Head, Header, chained, digest_of

_HEADER = tuple(item.name for item in fields(Header))


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and where it shows first."""

    position: int
    what: str
    """`changed`, `details-changed`, `missing`, `inserted`, `swapped`, `truncated`, `rewritten`, `head-changed`."""
    words: str


@dataclass(slots=True)
class Check:
    """A check on its way. `finding` is the first thing that is wrong; None so far."""

    start: Head = field(default_factory=Head)
    """Taken as known: the entries after it are checked."""
    heads: Sequence[Head] = ()
    """Heads that were kept elsewhere."""
    finding: Finding | None = None
    erased: int = 0
    last: Head = field(init=False)
    _time: str = ""
    _expected: dict[int, list[Head]] = field(init=False)

    def __post_init__(self) -> None:
        self.last, self._expected = self.start, {}
        for head in self.heads:
            self._expected.setdefault(head.position, []).append(head)
        self._hold_against_heads()

    def take(self, entry: Mapping[str, Any]) -> bool:
        """The next stored entry. False when something is wrong: then there is no use in going on."""
        if self.finding is None:
            self.finding = self._fault(entry)
        if self.finding is None:
            self.last, self._time = Head(position=entry["position"], hash=entry["hash"]), entry["time"]
            self.erased += "details" not in entry
            self._hold_against_heads()
        return self.finding is None

    def end(self, counter: Head) -> Finding | None:
        """After the last entry: hold it against the head that stands beside the log, and those kept elsewhere."""
        if self.finding is None and self.last.position < counter.position:
            lost = _stretch(self.last.position + 1, counter.position)
            self._find("truncated", f"The counter stands at {counter.position}, and the log lacks {lost}.", 1)
        if self.finding is None and self.last != counter:
            self._find("rewritten", "The hash beside the counter is another one than the last entry's.")
        for head in self.heads:
            if self.finding is None and head.position > self.last.position:
                words = f"The log ends here; the head that was kept elsewhere says that it went on to {head.position}."
                self._find("truncated", words, 1)
        return self.finding

    def _hold_against_heads(self) -> None:
        for head in self._expected.get(self.last.position, ()):
            if head.hash != self.last.hash and self.finding is None:
                words = "The head that was kept elsewhere has another hash: up to here, something was written anew."
                self._find("rewritten", words)

    def _find(self, what: str, words: str, after: int = 0) -> None:
        self.finding = Finding(self.last.position + after, what, words)

    def _fault(self, entry: Mapping[str, Any]) -> Finding | None:
        wanted, there = self.last.position + 1, entry["_id"]
        if isinstance(there, bool) or not isinstance(there, int) or there < wanted:
            return Finding(wanted, "inserted", f"There is an entry with the number {there!r} before this one.")
        if there > wanted:
            lost = _stretch(wanted, there - 1)
            return Finding(wanted, "missing", f"The log lacks {lost}; the next one that is there is {there}.")
        if entry.get("position") != there:
            words = f"The entry that stands here says of itself that it is number {entry.get('position')!r}."
            return Finding(there, "swapped", words)
        return self._fault_inside(entry, there)

    def _fault_inside(self, entry: Mapping[str, Any], position: int) -> Finding | None:
        header = _header_of(entry)
        if header is None:
            return Finding(position, "changed", "The entry lacks fields that every entry has.")
        if entry.get("previous") != self.last.hash:
            words = "The entry follows another one than the one before it: one of the two was replaced, or put here."
            return Finding(position, "swapped", words)
        if entry.get("hash") != chained(header, self.last.hash):
            return Finding(position, "changed", "The hash is not that of what the entry says: it was changed.")
        if header.time < self._time:
            return Finding(position, "changed", "The entry is older than the one before it.")
        if ("details" in entry) != ("salt" in entry):
            return Finding(position, "details-changed", "Of details and salt one is there alone: that is no erasure.")
        if "details" in entry and digest_of(entry["details"], entry["salt"]) != header.digest:
            return Finding(position, "details-changed", "What was before and after, or the reason, was changed.")
        return None


def check(
    entries: Iterable[Mapping[str, Any]], counter: Head, *, start: Head | None = None, heads: Sequence[Head] = ()
) -> Check:
    """Check a log whole, or from a known head on."""
    running = Check(start=start or Head(), heads=heads)
    for entry in entries:
        if not running.take(entry):
            return running
    running.end(counter)
    return running


def _header_of(entry: Mapping[str, Any]) -> Header | None:
    if any(name not in entry for name in _HEADER):
        return None
    values = {name: entry[name] for name in _HEADER}
    if not isinstance(values["concerns"], list | tuple):
        return None
    return Header(**values)


def _stretch(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"

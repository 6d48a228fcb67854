"""Checking the audit log as it lies in MongoDB: whole or from a place on, against kept heads, and each day."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.chassis.clock import rfc3339
from services.chassis.logs import log
from services.directory.domain.audit import Head
from services.directory.domain.audit_checking import Check, Finding
from services.directory.handlers.writing import Directory
from services.directory.store import Store

_STEP_EVERY = 1_000


class UnknownPosition(Exception):
    """There is no entry to begin after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a check came to."""

    start: Head
    head: Head
    """Of the last entry that was found right."""
    erased: int
    finding: Finding | None

    @property
    def checked(self) -> int:
        """How many entries were found right."""
        return self.head.position - self.start.position


def start_after(store: Store, position: int) -> Head:
    """The head to begin from: what is stored there is taken as known. Raises UnknownPosition."""
    if position == 0:
        return Head()
    found = store.audit_reading.at(position)
    if found is None:
        raise UnknownPosition(f"There is no entry {position}: begin elsewhere, or from the first one.")
    return Head(position=position, hash=str(found["hash"]))


def verify(
    store: Store, *, start: Head | None = None, heads: Sequence[Head] = (), step: Callable[[], Any] = lambda: None
) -> Report:
    """Read the log while it goes on, and say what is wrong first. Memory does not grow with the log."""
    reading, start = store.audit_reading, start or Head()
    counter = reading.head()
    running = Check(start=start, heads=heads)
    for number, entry in enumerate(reading.in_order(start.position, counter.position), 1):
        if not running.take(entry):
            break
        if number % _STEP_EVERY == 0:
            step()
    finding = running.end(counter) or _beside(store)
    return Report(start=start, head=running.last, erased=running.erased, finding=finding)


def _beside(store: Store) -> Finding | None:
    """What lies where the check doesn't come: numbers that are none, entries beyond the counter."""
    stray = store.audit_reading.stray()
    if stray is not None:
        return Finding(0, "inserted", f"There is an entry with the number {stray!r}, which no entry can have.")
    # In this order: what is appended meanwhile is counted before it is seen.
    newest = store.audit_reading.newest_position()
    head = store.audit_reading.head()
    if newest > head.position:
        return Finding(head.position + 1, "inserted", "There are entries beyond the counter.")
    return None


def daily(directory: Directory, step: Callable[[], Any]) -> Report:
    """The scheduled check: against the head of the day before too. What is wrong is logged, and kept for the pages."""
    store = directory.store
    known = [Head(**last["head"])] if (last := store.audit_reading.last_check()) else []
    report = verify(store, heads=known, step=step)
    told = {"head": asdict(report.head), "erased": report.erased, "at": rfc3339(directory.now())}
    if report.finding:
        log.critical("audit.broken", **asdict(report.finding))
        # The head that was right stays: the next check must not hold the log against less.
        told = {**told, **({"head": asdict(known[0])} if known else {}), "finding": asdict(report.finding)}
    else:
        log.info("audit.verified", position=report.head.position, erased=report.erased)
    store.audit_reading.keep_check(told)
    return report


def state(store: Store) -> dict[str, Any]:
    """Where the log stands, and what the last check came to: `{head, checked}`."""
    return {"head": asdict(store.audit_reading.head()), "checked": store.audit_reading.last_check()}


def words(report: Report, heads: Sequence[Head] = ()) -> str:
    """What the command prints."""
    begin = f"{report.checked} entries checked, from {report.start.position + 1} to {report.head.position}"
    erased = f", of {report.erased} of them the details were erased" if report.erased else ""
    if report.finding:
        found = report.finding
        return f"{begin}{erased}.\nBROKEN at entry {found.position} ({found.what}): {found.words}"
    held = f"\nIt has every one of the {len(heads)} heads that were given." if heads else ""
    advice = "Keep the head elsewhere: it is what finds a log that was written anew."
    return f"{begin}{erased}: whole.\nhead {report.head}\n{advice}{held}"

"""Checking the audit log as it lies in MongoDB: whole or from a place on, against kept heads, and each day.

What the daily check finds whole is signed as a head, if there is a key: whoever keeps such heads elsewhere can hold the
log against them later. Nothing else is ever signed.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from services.chassis.clock import rfc3339
from services.chassis.logs import log
from services.directory import signing
from services.directory.domain.audit import Head
from services.directory.domain.audit_checking import Check, Finding
from services.directory.handlers.writing import Directory
from services.directory.signing import BadHead
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
    """The scheduled check: against the head of the day before and all signed ones. Whole, the log's head is signed.

    What is wrong is logged, and kept for the pages.
    """
    store = directory.store
    known = [Head(**last["head"])] if (last := store.audit_reading.last_check()) else []
    signed, fault = _signed(store)
    report = verify(store, heads=[*known, *signed], step=step)
    report = replace(report, finding=report.finding or fault)
    told = {"head": asdict(report.head), "erased": report.erased, "at": rfc3339(directory.now())}
    if report.finding:
        log.critical("audit.broken", **asdict(report.finding))
        # The head that was right stays: the next check must not hold the log against less.
        told = {**told, **({"head": asdict(known[0])} if known else {}), "finding": asdict(report.finding)}
    else:
        log.info("audit.verified", position=report.head.position, erased=report.erased)
        _sign(directory, report.head)
    store.audit_reading.keep_check(told)
    return report


def _signed(store: Store) -> tuple[list[Head], Finding | None]:
    """The heads that were signed, and what is wrong with the first that is not what was signed, or is not there."""
    heads = list[Head]()
    for number, document in enumerate(store.audit_heads.every(), 1):
        try:
            signed = signing.verified(document["jws"], [document["jwk"]])
        except BadHead as error:
            words = f"The signed head {number} was changed: {error}."
            return heads, Finding(int(document["position"]), "head-changed", words)
        told = (document["number"], document["position"], document["hash"], document["time"])
        if told != (number, signed.head.position, signed.head.hash, signed.time) or signed.number != number:
            words = f"Where the signed head {number} should be there is another one."
            return heads, Finding(signed.head.position, "head-changed", words)
        heads.append(signed.head)
    return heads, None


def _sign(directory: Directory, head: Head) -> None:
    if directory.head_key is None:
        log.warning("audit.head_not_signed", reason="DIRECTORY_HEAD_PRIVATE_KEY_FILE is not set")
        return
    heads, key = directory.store.audit_heads, directory.head_key
    newest = heads.newest() or {"number": 0, "position": 0}
    if head.position > newest["position"]:
        signed = key.sign(head, number=newest["number"] + 1, time=rfc3339(directory.now()))
        heads.add(signed, orjson.loads(key.jwk))
        log.info("audit.head_signed", number=signed.number, position=head.position, kid=signed.kid)


def state(store: Store) -> dict[str, Any]:
    """Where the log stands, what the last check came to, and the newest signed head: `{head, checked, signed}`."""
    newest = store.audit_heads.newest()
    signed = {name: newest[name] for name in ("number", "position", "time", "kid")} if newest else None
    return {"head": asdict(store.audit_reading.head()), "checked": store.audit_reading.last_check(), "signed": signed}


def signed_heads(store: Store) -> dict[str, Any]:
    """All signed heads, oldest first, and the public keys that they name: `{iss, keys, heads}`. A file to keep."""
    every = store.audit_heads.every()
    keys = {each["kid"]: {**each["jwk"], "kid": each["kid"], "use": "sig", "alg": signing.ALGORITHM} for each in every}
    heads = [{name: value for name, value in each.items() if name != "jwk"} for each in every]
    return {"iss": signing.ISSUER, "keys": list(keys.values()), "heads": heads}


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

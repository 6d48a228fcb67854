"""The lock after failures: three in 15 minutes for an identity, more for a network address.

A stranger who fails on purpose must not keep a member out. Sessions that live go on; and a device that this very
login was used from before counts for itself: what strangers do elsewhere does not lock it, nor does its address.
Whoever has neither gets in by the mailed link, which makes the browser it is opened in a known device.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from events.directory import SecurityNotice
from services.directory.domain import Device, LoginLocked, User
from services.directory.domain.audit import Entry
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store
from services.directory.store.outbox import DECOYS, EVENTS

LOCK = timedelta(minutes=15)
_NOTICES, _NOTICES_IN = 3, timedelta(hours=24)
"""A stranger can't have somebody mailed more often than that."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Failures of an identity, a device or a network address."""

    key: str
    most: int


def counters(directory: Directory, identity: str, user: User | None, device: Device) -> tuple[Counter, ...]:
    """Which counters a try goes through; the last one is the identity's, or the known device's in its place."""
    of_identity = Counter(identity, directory.login_failures)
    # Looked up for unknown people too: the work must not tell.
    whose = user.user_id if user else "nobody"
    if device.device_id and directory.store.devices.knows(whose, device.cookie_mark):
        return (replace(of_identity, key=f"{identity}/{device.cookie_mark}"),)
    return (Counter(f"address/{device.address}", directory.login_failures_per_address), of_identity)


def admit(directory: Directory, counting: Sequence[Counter]) -> bool:
    """Count a try before it is made. True when a failure now begins the lock. Raises LoginLocked."""
    last = False
    for place, counter in enumerate(counting):
        tried = directory.store.attempts.attempt(counter.key, counter.most, LOCK, directory.now())
        if tried.locked_until is not None:
            # A member who waits for the end of the own lock is no attack on others from this address.
            for before in counting[:place]:
                directory.store.attempts.take_back(before.key)
            left = round((tried.locked_until - directory.now()).total_seconds())
            raise LoginLocked("Too many failed logins.", retry_after=max(1, left))
        last = tried.count == counter.most
    return last


def passed(directory: Directory, counting: Sequence[Counter]) -> None:
    """The try succeeded: it does not count, and the identity's failures are forgotten."""
    *others, own = counting
    directory.store.attempts.forget(own.key)
    for other in others:
        directory.store.attempts.take_back(other.key)


def failed(directory: Directory, by: By, user: User | None, identity: str, entry: Entry, *, locked: bool) -> None:
    """Write a failure down; if it began a lock, tell the user. For unknown ones the same work is done."""
    key = f"notice/{identity}"
    now = directory.now()
    told = locked and directory.store.attempts.admit(key, _NOTICES, _NOTICES_IN, now) is None
    user_id = user.user_id if user else directory.new_id()

    def work(store: Store) -> Done:
        if not told:
            return Done({}, 0, (entry,))
        notice = SecurityNotice(user_id=user_id, what="locked")
        stream = EVENTS if user else DECOYS
        position = append(directory, store, by, [notice], directory.clock(), stream)
        store.users.touched(user_id, position)
        return Done({}, position, (entry,))

    once(directory, replace(by, key=None), None, work)

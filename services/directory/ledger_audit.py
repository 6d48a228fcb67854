"""The consumer of the ledger's events for the audit log: a group of its own, so that nothing waits for it.

Entries and position are written in one transaction, a batch at a time: one step of the counter for all of it. An event
is told once (a unique index on where it comes from), however often it is delivered.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from events import codec
from events.envelope import Envelope, Event
from events.ledger import TransferInitiated
from events.topics import LEDGER_EVENTS
from services.chassis.consuming import Loop, Received
from services.chassis.process import Stop
from services.directory.domain.audit import Act
from services.directory.domain.ledger_entries import INITIATED, SETTINGS, Told, accounts_of, act_of
from services.directory.handlers.writing import Directory
from services.directory.store import AWAY, Store

GROUP = "directory.audit"
_ACCOUNT, _TRANSFER = "account/", "transfer/"

Happened = tuple[Received, Envelope, Event | None]


class AuditProjection:
    """`ledger.events` in the audit log (chassis.consuming.Projection)."""

    transient: tuple[type[Exception], ...] = AWAY
    parks = False

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def decode(self, raw: bytes) -> Envelope:
        """Raises MalformedEvent."""
        return codec.decode(raw)

    def position(self, source: str) -> int:
        """The last position that the log tells of."""
        return self._directory.store.projections.position(_name(source))

    def apply(self, source: str, received: Sequence[Received]) -> None:
        """Tell of a batch. Raises MalformedEvent, one of `AWAY`."""
        happened = [_happened(record) for record in received]
        self._directory.store.transact(lambda store: self._tell(store, source, happened))

    def _tell(self, store: Store, source: str, happened: Sequence[Happened]) -> None:
        # As the transaction sees it: of two consumers of one partition the slower one finds nothing to do.
        applied = store.projections.position(_name(source))
        fresh = [each for each in happened if each[0].position > applied]
        if not fresh:
            return
        store.audit.append_acts(_acts(store, source, fresh), now=self._directory.clock())
        store.projections.reached(_name(source), fresh[-1][0].position)

    def skip(self, source: str, received: Received) -> None:
        """Nothing is ever parked: the loop halts instead."""
        raise NotImplementedError


def follow(directory: Directory, bootstrap: str, stop: Stop, group: str = GROUP, topic: str = LEDGER_EVENTS) -> None:
    """Follow until asked to stop."""
    Loop(AuditProjection(directory), bootstrap, group, [topic], stop).run()


def _name(source: str) -> str:
    return f"audit/{source}"


def _happened(record: Received) -> Happened:
    if record.envelope is None:
        raise codec.MalformedEvent("a record that is no event of ours")
    return record, record.envelope, codec.event_of(record.envelope)


def _acts(store: Store, source: str, happened: Sequence[Happened]) -> list[Act]:
    known = _told(store, [event for _, _, event in happened if event])
    settings, acts = {action: dict(values) for action, values in known.settings.items()}, []
    for record, envelope, event in happened:
        if event is None:
            continue
        now = Told(known.entities, known.parties, settings)
        act = act_of(envelope, event, now, f"{source}/{record.position}")
        if act:
            acts.append(act)
            settings[act.entry.action] = dict(act.entry.after)
    return acts


def _told(store: Store, events: Sequence[Event]) -> Told:
    """All that a batch needs, by a handful of reads."""
    parties: dict[str, Sequence[str]] = {
        event.transfer_id: accounts_of(event) for event in events if isinstance(event, TransferInitiated)
    }
    before = [event.subject for event in events if event.subject.removeprefix(_TRANSFER) not in parties]
    transfers = [subject for subject in dict.fromkeys(before) if subject.startswith(_TRANSFER)]
    for subject, entry in store.audit_reading.told_of(transfers, INITIATED).items():
        parties[subject.removeprefix(_TRANSFER)] = _accounts_in(entry)
    accounts = {account for event in events for account in accounts_of(event)}
    accounts |= {account for numbers in parties.values() for account in numbers}
    return Told(store.entities.ids_of_accounts(sorted(accounts)), parties, _settings(store, events))


def _settings(store: Store, events: Sequence[Event]) -> Mapping[str, Mapping[str, Any]]:
    subjects = [event.subject for event in events if event.subject.startswith("book/")]
    if not subjects:
        return {}
    found = {action: store.audit_reading.told_of(subjects, action) for action in SETTINGS}
    return {
        action: entry.get("details", {}).get("after", {}) for action, each in found.items() for entry in each.values()
    }


def _accounts_in(entry: Mapping[str, Any]) -> list[str]:
    return [each.removeprefix(_ACCOUNT) for each in entry["concerns"] if each.startswith(_ACCOUNT)]

"""What all commands share: who asks, envelopes, and doing the same command once."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from events import codec, topics
from events.envelope import Envelope, Event
from services.directory import domain
from services.directory.accounts import Below
from services.directory.domain import AnswerGone, DirectoryError, FieldsInvalid, IdempotencyKeyReused
from services.directory.domain.audit import Entry
from services.directory.domain.contact import ContactLimits
from services.directory.domain.retention import Retention
from services.directory.onetime import OneTimeCodes
from services.directory.passwords import Passwords
from services.directory.signing import HeadKey
from services.directory.store import OutcomeKnown, Store
from services.directory.store.outbox import EVENTS
from services.mongo.outbox import Sealed
from services.mongo.outcomes import GONE, REUSED
from services.mongo.outcomes import fingerprint as fingerprint_of

SOURCE = "/directory"

Refusal = type[DirectoryError]

_NAMED = {"user": "user_id", "entity": "entity_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """All that use cases need from outside; put together in app.py."""

    store: Store
    passwords: Passwords
    codes: OneTimeCodes
    """Of second factors."""
    clock: Callable[[], str]
    """The time of events, RFC 3339; development may set it."""
    now: Callable[[], datetime]
    """The machine's time: for sessions, locks and one-time links."""
    encrypt: Callable[[bytes], str]
    """For the notifier alone (Fernet)."""
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    """256 random bits, fit for a URL."""
    below: Below
    require_two_factor: str = "nobody"
    login_failures: int = 3
    login_failures_per_address: int = 3
    retention: Retention = field(default_factory=Retention)
    contact_limits: ContactLimits = field(default_factory=ContactLimits)
    head_key: HeadKey | None = None
    """What heads of the audit log are signed with: the schedule's alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """On whose behalf a command runs, and which request it belongs to."""

    actor: str
    correlation_id: str
    on_behalf_of: str | None = None
    key: str | None = None
    """The idempotency key, within its scope."""
    origin: str = ""
    """Keyed hash of the network address that it came from (`origin_of`)."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command answers: its document, the position of its last event (0 if there was none), and what it did."""

    document: Mapping[str, Any]
    position: int
    entries: tuple[Entry, ...] = ()
    """For the audit log, in which they are written in the same transaction."""
    repeated: bool = False


def sealed(directory: Directory, by: By, event: Event) -> Sealed:
    """`event` in its envelope, as soon as position and time are known."""
    event_id = directory.new_id()

    def seal(position: int, time: str) -> Envelope:
        return Envelope(
            id=event_id,
            source=SOURCE,
            type=event.TYPE,
            time=time,
            subject=event.subject,
            sequence=position,
            partitionkey=topics.DIRECTORY_KEY,
            correlationid=by.correlation_id,
            actor=by.actor,
            data=codec.data_of(event),
            onbehalfof=by.on_behalf_of,
        )

    return seal


def append(directory: Directory, store: Store, by: By, events: Sequence[Event], now: str, stream: str = EVENTS) -> int:
    """Append events in the transaction of `store`; the position of the last."""
    return store.events.append(stream, now, [sealed(directory, by, event) for event in events])


def once(directory: Directory, by: By, asked: Any, work: Callable[[Store], Done]) -> Done:
    """Run `work` in a transaction, once per idempotency key: a repeat gets the first outcome, refusals too.

    `asked` is what tells one command from another (no secret: it is stored as a digest).
    What it did goes into the audit log in the same transaction. Without a key it may run again at each call.
    Raises what `work` raises, IdempotencyKeyReused, and AnswerGone.
    """
    if by.key is None:
        return directory.store.transact(lambda store: _recorded(directory, store, by, work(store)))
    outcomes, fingerprint = directory.store.outcomes, fingerprint_of(asked)
    if known := outcomes.find(by.key):
        return _again(known, fingerprint)
    try:
        return directory.store.transact(
            lambda store: _kept(directory, store, by, fingerprint, _recorded(directory, store, by, work(store)))
        )
    except OutcomeKnown:
        return _again(outcomes.find(by.key) or {}, fingerprint)
    except DirectoryError as refusal:
        return _refused(directory, by.key, fingerprint, refusal)


def note(directory: Directory, by: By, entry: Entry) -> None:
    """Write an entry about something that changed nothing else: a login, a failed one."""
    once(directory, replace(by, key=None), None, lambda _: Done({}, 0, (entry,)))


def _recorded(directory: Directory, store: Store, by: By, done: Done) -> Done:
    if done.position and not done.entries:
        raise RuntimeError("a command that changes something says so in the audit log")
    if done.entries:
        store.audit.append(
            done.entries,
            now=directory.clock(),
            actor=by.actor,
            on_behalf_of=by.on_behalf_of,
            origin=by.origin,
            correlation_id=by.correlation_id,
        )
    return done


def origin_of(store: Store, address: str) -> str:
    """What the audit log keeps of a network address: whether two things came from the same one, but not from which."""
    return hmac.digest(store.origins.key(), address.encode(), "sha256").hex()[:32] if address else ""


def _kept(directory: Directory, store: Store, by: By, fingerprint: str, done: Done) -> Done:
    outcome = {"fingerprint": fingerprint, "answer": dict(done.document), "position": done.position}
    outcome["answered_at"] = directory.now()
    store.outcomes.keep(by.key or "", {**outcome, "subjects": _subjects(by, done)})
    return done


def _subjects(by: By, done: Done) -> list[str]:
    """Whom an answer may tell of: it must go when one of them is forgotten."""
    told = {each for entry in done.entries for each in (entry.subject, *entry.concerns)}
    told |= {f"{kind}/{done.document[name]}" for kind, name in _NAMED.items() if done.document.get(name)}
    kind, _, name = by.actor.partition(":")
    return sorted(told | ({f"user/{name}"} if kind in ("user", "admin") else set()))


def _refused(directory: Directory, key: str, fingerprint: str, refusal: DirectoryError) -> Done:
    told = {"name": type(refusal).__name__, "detail": str(refusal), "errors": getattr(refusal, "errors", None)}
    try:
        directory.store.outcomes.keep(key, {"fingerprint": fingerprint, "refusal": told})
    except OutcomeKnown:
        # The same command ran beside this one and was first: what came of that counts.
        return _again(directory.store.outcomes.find(key) or {}, fingerprint)
    raise refusal


def _again(known: Mapping[str, Any], fingerprint: str) -> Done:
    if known["fingerprint"] != fingerprint:
        raise IdempotencyKeyReused(REUSED)
    if told := known.get("refusal"):
        refusal: Any = getattr(domain, told["name"])
        raise refusal(told["errors"]) if issubclass(refusal, FieldsInvalid) else refusal(told["detail"])
    if known.get("emptied"):
        raise AnswerGone(GONE)
    return replace(Done(known["answer"], known["position"]), repeated=True)

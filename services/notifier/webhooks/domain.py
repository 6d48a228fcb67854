"""Who gets which event as a webhook, what it is told, how that is signed, and when it is tried again. Pure.

Administrators' webhooks belong to the network and get events as they are. A business's get the events of its own
transfers alone, without what they say of the others: balances, consents, who acted there.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from events import directory, ledger
from events.envelope import Envelope, Event

NETWORK = "network"
"""The owner of the administrators' webhooks; that of a business is `entity:<id>`."""
MAX_PER_OWNER = 20
MAX_TYPES = 100
ROTATION = timedelta(hours=24)
"""How long the former secret signs beside the new one."""
GIVE_UP = timedelta(days=3)
TEST = "notifier.webhook-test.v1"

TRANSFERS = (
    ledger.TransferInitiated,
    ledger.TransferExpiring,
    ledger.TransferCompleted,
    ledger.TransferCancelled,
)
# What may be mailed once is encrypted, for the notifier alone.
OFFERED = tuple(cls.TYPE for cls in (*ledger.EVENTS, *directory.EVENTS) if cls is not directory.OneTimeMessage)
OFFERED_TO_BUSINESSES = tuple(cls.TYPE for cls in TRANSFERS)

State = Literal["active", "paused"]
PauseReason = Literal["", "asked", "failures", "no_success", "gone"]
DeliveryState = Literal["queued", "sending", "failed", "delivered", "dead", "forgotten"]
WAITING: tuple[DeliveryState, ...] = ("queued", "failed", "sending")
DELIVERY_STATES: tuple[DeliveryState, ...] = (*WAITING, "delivered", "dead", "forgotten")
"""`failed` waits for its next try, `dead` has none left, of `forgotten` nothing may be told any more."""

_OTHERS = ("actor", "onbehalfof", "correlationid", "causationid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret under the notifier's key. `until`: when it stops signing, if another follows it."""

    sealed: str
    made_at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address with the types of events that it wants."""

    webhook_id: str
    owner: str
    account: str
    """The business's account number; empty for the network's."""
    url: str
    types: Sequence[str]
    secrets: Sequence[Secret] = field(repr=False)
    created_at: datetime
    description: str = ""
    state: State = "active"
    reason: PauseReason = ""
    failures: int = 0
    """In a row, whatever was delivered."""
    failing_since: datetime | None = None
    held_until: datetime | None = None
    """Nothing is tried before: it failed just now."""
    paused_at: datetime | None = None
    positions: Mapping[str, int] = field(default_factory=dict)
    """Source to the position that was applied when it was paused: where a replay begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event with its bytes as they were published."""

    source: str
    """`<topic>/<key>`."""
    position: int
    envelope: Envelope
    event: Event
    raw: bytes
    accounts: frozenset[str]
    """Account numbers that take part in the transfer, if it is about one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a request. `status` is None when there was no answer: `error` is then a code."""

    status: int | None
    excerpt: str = ""
    """The first bytes of the body, as text."""
    error: str = ""
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPaused:
    """Paused by us. On no topic: the notifier tells it itself. `entity_id` is empty for the network's."""

    TYPE: ClassVar[str] = "notifier.webhook-paused.v1"
    webhook_id: str
    entity_id: str
    host: str
    reason: PauseReason

    @property
    def subject(self) -> str:
        return f"webhook/{self.webhook_id}"


def about(envelope: Envelope) -> list[str]:
    """Whom an event is about, as subjects: when one of them is forgotten, so is the event."""
    found = {envelope.subject}
    for name in ("entity", "user"):
        if value := envelope.data.get(f"{name}_id"):
            found.add(f"{name}/{value}")
    return sorted(found)


def forgotten(event: Event) -> str | None:
    """The subject that must be forgotten from `event` on, if there is one."""
    return event.subject if isinstance(event, directory.EntityForgotten | directory.UserClosed) else None


def wants(webhook: Webhook, told: Told) -> bool:
    """Whether the event is delivered to `webhook`."""
    if told.envelope.type not in webhook.types or webhook.state != "active":
        return False
    if webhook.owner == NETWORK:
        return True
    return isinstance(told.event, TRANSFERS) and webhook.account in told.accounts


def attributes_for(account: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """A transfer's event, as JSON, for the business with `account`: what is the others' own is left out."""
    return without_others({account}, attributes)


def without_others(accounts: Collection[str], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The same for whoever has several accounts."""
    data = dict(attributes["data"])
    for name in ("legs", "entries"):
        if name in data:
            data[name] = [part for part in data[name] if part["account"] in accounts]
    if "consent" in data and data["consent"].get("account") not in accounts:
        del data["consent"]
    return {name: value for name, value in attributes.items() if name not in _OTHERS} | {"data": data}


def signature(secrets: Collection[str], body: bytes, at: datetime) -> str:
    """The header `MCCS-Signature`: one `v1` for each secret, so that a receiver may know either."""
    moment = int(at.timestamp())
    signed = b"%d." % moment + body
    digests = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join([f"t={moment}", *(f"v1={digest}" for digest in digests)])


def valid_secrets(webhook: Webhook, now: datetime) -> list[Secret]:
    """Those that sign now, the newest first."""
    found = [secret for secret in webhook.secrets if secret.until is None or secret.until > now]
    return sorted(found, key=lambda secret: secret.made_at, reverse=True)


def rotated(webhook: Webhook, sealed: str, now: datetime) -> list[Secret]:
    """The secrets once a new one is there: the newest of before signs for a while, older ones no more."""
    newest = valid_secrets(webhook, now)[:1]
    return [*(replace(secret, until=now + ROTATION) for secret in newest), Secret(sealed=sealed, made_at=now)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """When what failed is tried again, and when a webhook is paused."""

    first: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(hours=4)
    first_hold: timedelta = timedelta(seconds=1)
    longest_hold: timedelta = timedelta(minutes=30)
    most_failures: int = 50
    give_up: timedelta = GIVE_UP

    def wait(self, tries: int, spread: float) -> timedelta:
        """Before the next try of one delivery: doubles, between half of its step and all of it."""
        return _step(self.first, tries, self.longest) * (0.5 + spread / 2)

    def hold(self, failures: int, spread: float) -> timedelta:
        """How long nothing at all is tried at a receiver that failed so often in a row."""
        return _step(self.first_hold, failures, self.longest_hold) * (0.5 + spread / 2)

    def pause(self, *, status: int | None, failures: int, failing_since: datetime, now: datetime) -> PauseReason:
        """Why a webhook that just failed is paused; empty when it is not."""
        if status == 410:
            return "gone"
        if failures >= self.most_failures:
            return "failures"
        return "no_success" if now - failing_since >= self.give_up else ""


def _step(first: timedelta, times: int, longest: timedelta) -> timedelta:
    wait: timedelta = first * (1 << min(max(times - 1, 0), 20))
    return min(wait, longest)

"""The walk along a book's events: no gap, the chain, time that never goes back, envelopes; then each event's rules."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from . import accounts, endings, proposals, rules
from .chain import genesis_hash
from .state import COMPLETED, AuditedAccount, Finding, Observer, Proposal

_MOST_FINDINGS = 20
_TIME_LENGTH = len("2026-11-22T10:00:00.000000Z")


@dataclass(slots=True)
class Fold:
    """A book as its events tell it, and what is wrong with them."""

    book: str
    observer: Observer | None = None
    position: int = 0
    hash: bytes = b""
    time: str = ""
    accounts: dict[str, AuditedAccount] = field(default_factory=dict)
    open: dict[str, Proposal] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    """Transfers that were completed or cancelled; the number is `state.ended_as`, 0 for cancelled ones."""
    policy: dict[str, Any] | None = None
    fee_rules: list[dict[str, Any]] | None = None
    due: dict[tuple[str, str], str] = field(default_factory=dict)
    """Type and id of events that must come next, in any order, before all others; and why."""
    findings: list[Finding] = field(default_factory=list)
    source: str = ""

    def __post_init__(self) -> None:
        self.hash, self.source = genesis_hash(self.book), f"/ledger/{self.book}"

    @property
    def gave_up(self) -> bool:
        return len(self.findings) >= _MOST_FINDINGS

    @property
    def sum(self) -> int:
        """Of all balances."""
        return sum(account.balance for account in self.accounts.values())

    def statuses(self) -> dict[str, str]:
        """What became of each transfer."""
        ended = {known: "completed" if value & COMPLETED else "cancelled" for known, value in self.ended.items()}
        return ended | dict.fromkeys(self.open, "initiated")

    def take(self, position: int, prev_hash: bytes, hash_: bytes, body: bytes) -> None:
        """The next event, as it is stored or published."""
        if position != self.position + 1:
            self.find(position, f"follows position {self.position}: {position - self.position - 1} events are missing")
        if prev_hash != self.hash:
            self.find(position, "does not continue the chain: its prev_hash is not the hash of the event before it")
        if hashlib.sha256(prev_hash + position.to_bytes(8, "big") + body).digest() != hash_:
            self.find(position, "was changed: its hash does not cover its bytes")
        self.follow(position, hash_, body)

    def follow(self, position: int, hash_: bytes, body: bytes) -> None:
        """The next event of a chain that is checked elsewhere."""
        self.position, self.hash = position, hash_
        try:
            self._fold(position, orjson.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.find(position, f"can't be folded: {type(error).__name__} {error}")

    def end(self) -> None:
        """No more events come."""
        for why in self.due.values():
            self.find(self.position, f"is the last event, though {why}")

    def find(self, position: int, sentence: str) -> None:
        if not self.gave_up:
            self.findings.append(Finding(position, sentence))

    def require(self, holds: bool, position: int, sentence: str) -> None:
        if not holds:
            self.find(position, sentence)

    def _fold(self, position: int, event: dict[str, Any]) -> None:
        time, data = event["time"], event["data"]
        if int(event["sequence"]) != position:
            self.find(position, "says another position in its bytes")
        if event["partitionkey"] != self.book or event["source"] != self.source:
            self.find(position, "belongs to another book")
        if time < self.time or len(time) != _TIME_LENGTH:
            self.find(position, "is older than the event before it, or its time can't be read")
        self.time = time
        judged = _FOLDS.get(event["type"])
        if judged is None:
            self.find(position, f"has a type that this audit does not know: {event['type']}")
            return
        judge, about, name = judged
        about_id = data[name] if name else ""
        if event["subject"] != about + about_id:
            self.find(position, "has a subject that is not what it is about")
        if self.due and self.due.pop((event["type"], about_id), None) is None:
            self.find(position, f"comes too early: {next(iter(self.due.values()))}")
        if about != "transfer/" and self.observer is not None:
            self.observer.changed(position, event)
        judge(self, position, data)


_FOLDS: dict[str, tuple[Callable[[Fold, int, dict[str, Any]], None], str, str]] = {
    "ledger.account-opened.v1": (accounts.opened, "account/", "account"),
    "ledger.account-limits-changed.v1": (accounts.limits_changed, "account/", "account"),
    "ledger.account-standing-changed.v1": (accounts.standing_changed, "account/", "account"),
    "ledger.account-consent-changed.v1": (accounts.consent_changed, "account/", "account"),
    "ledger.fee-rules-changed.v1": (rules.fee_rules_changed, "book/fee-rules", ""),
    "ledger.book-policy-changed.v1": (rules.policy_changed, "book/policy", ""),
    "ledger.transfer-initiated.v1": (proposals.initiated, "transfer/", "transfer_id"),
    "ledger.transfer-expiring.v1": (proposals.expiring, "transfer/", "transfer_id"),
    "ledger.transfer-completed.v1": (endings.completed, "transfer/", "transfer_id"),
    "ledger.transfer-cancelled.v1": (endings.cancelled, "transfer/", "transfer_id"),
}

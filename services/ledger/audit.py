"""A second opinion on a book: folds its events by rules written apart from the write path. Pure.

Checks, at every position: no gap, the chain, time that never goes back, each event's envelope, the life of each
transfer, zero sum, balances, and the limits in force (docs: correctness invariants 1 to 4, 8, 9, 16).
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.ledger.chain import genesis_hash

_MOST_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be: where (0: not at one position), what."""

    position: int
    sentence: str


@dataclass(slots=True)
class AuditedAccount:
    balance: int
    max_negative: int
    max_positive: int
    standing: str
    version: int


@dataclass(slots=True)
class AuditedTransfer:
    payer: str
    payee: str
    amount: int
    legs: list[tuple[str, int]]
    status: str
    version: int


@dataclass(slots=True)
class Fold:
    """A book as its events tell it, and what is wrong with them."""

    book: str
    position: int = 0
    hash: bytes = b""
    time: str = ""
    accounts: dict[str, AuditedAccount] = field(default_factory=dict)
    transfers: dict[str, AuditedTransfer] = field(default_factory=dict)
    postings: dict[int, int] = field(default_factory=dict)
    """Position of a completed transfer to a digest of its entries."""
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hash = genesis_hash(self.book)

    @property
    def gave_up(self) -> bool:
        return len(self.findings) >= _MOST_FINDINGS

    def take(self, position: int, prev_hash: bytes, hash_: bytes, body: bytes) -> None:
        """The next event, as it is stored or published."""
        if position != self.position + 1:
            self._find(position, f"follows position {self.position}: {position - self.position - 1} events are missing")
        if prev_hash != self.hash:
            self._find(position, "does not continue the chain: its prev_hash is not the hash of the event before it")
        if hashlib.sha256(prev_hash + position.to_bytes(8, "big") + body).digest() != hash_:
            self._find(position, "was changed: its hash does not cover its bytes")
        self.position, self.hash = position, hash_
        try:
            self._fold(position, orjson.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._find(position, f"can't be folded: {type(error).__name__} {error}")

    def require(self, holds: bool, position: int, sentence: str) -> None:
        if not holds:
            self._find(position, sentence)

    def _find(self, position: int, sentence: str) -> None:
        if not self.gave_up:
            self.findings.append(Finding(position, sentence))

    def _fold(self, position: int, event: dict[str, Any]) -> None:
        self.require(int(event["sequence"]) == position, position, "says another position in its bytes")
        self.require(event["partitionkey"] == self.book, position, "belongs to another book")
        self.require(event["time"] >= self.time, position, "is older than the event before it")
        self.time = event["time"]
        fold = _FOLDS.get(event["type"])
        if fold is None:
            self._find(position, f"has a type that this audit does not know: {event['type']}")
        else:
            fold(self, position, event["data"])

    def opened(self, position: int, data: dict[str, Any]) -> None:
        self.require(data["account"] not in self.accounts, position, "opens an account for the second time")
        self.require(min(data["max_negative"], data["max_positive"]) >= 0, position, "sets a negative limit")
        self.accounts[data["account"]] = AuditedAccount(
            0, data["max_negative"], data["max_positive"], data["standing"], position
        )

    def limits_changed(self, position: int, data: dict[str, Any]) -> None:
        account = self.accounts[data["account"]]
        self.require(min(data["max_negative"], data["max_positive"]) >= 0, position, "sets a negative limit")
        account.max_negative, account.max_positive = data["max_negative"], data["max_positive"]
        account.version = position

    def standing_changed(self, position: int, data: dict[str, Any]) -> None:
        account = self.accounts[data["account"]]
        self.require(account.standing == data["previous"], position, "names another previous standing")
        empty = data["standing"] != "closed" or account.balance == 0
        self.require(empty, position, "closes an account that has a balance")
        account.standing, account.version = data["standing"], position

    def initiated(self, position: int, data: dict[str, Any]) -> None:
        legs = [(leg["account"], leg["amount"]) for leg in data["legs"]]
        self.require(data["transfer_id"] not in self.transfers, position, "initiates a transfer for the second time")
        self.require(sum(amount for _, amount in legs) == 0, position, "has legs that do not sum to zero")
        self.require(data["amount"] > 0 and data["payer"] != data["payee"], position, "is no transfer between two")
        trading = all(self.accounts[number].standing == "trading" for number, _ in legs)
        self.require(trading, position, "is between accounts of which one may not trade")
        self.transfers[data["transfer_id"]] = AuditedTransfer(
            data["payer"], data["payee"], data["amount"], legs, "initiated", position
        )

    def completed(self, position: int, data: dict[str, Any]) -> None:
        transfer = self._closed(position, data["transfer_id"], "completed")
        entries = [(entry["account"], entry["amount"], entry["balance"]) for entry in data["entries"]]
        self.require(sum(amount for _, amount, _ in entries) == 0, position, "does not sum to zero")
        moved = sorted((number, amount) for number, amount, _ in entries)
        self.require(moved == sorted(transfer.legs), position, "moves something else than was proposed")
        for number, amount, balance in entries:
            self._post(position, number, amount, balance)
        known = data["transfer_id"]
        self.postings[position] = digest((number, known, amount, balance) for number, amount, balance in entries)

    def cancelled(self, position: int, data: dict[str, Any]) -> None:
        self._closed(position, data["transfer_id"], "cancelled")

    def _closed(self, position: int, transfer_id: str, status: str) -> AuditedTransfer:
        transfer = self.transfers[transfer_id]
        self.require(transfer.status == "initiated", position, f"ends a transfer that was {transfer.status} before")
        transfer.status, transfer.version = status, position
        return transfer

    def _post(self, position: int, number: str, amount: int, balance: int) -> None:
        account = self.accounts[number]
        self.require(balance == account.balance + amount, position, f"says a wrong balance of {number}")
        within = balance >= -account.max_negative if amount < 0 else balance <= account.max_positive
        self.require(within, position, f"takes {number} out of its limits")
        self.require(account.standing == "trading", position, f"moves money of {number}, which may not trade")
        account.balance, account.version = balance, position


def digest(entries: Iterable[tuple[str, str, int, int]]) -> int:
    """One number for the postings of a position, in any order: account, transfer, amount, balance."""
    combined = 0
    for entry in entries:
        combined ^= hash(entry)
    return combined


_FOLDS: dict[str, Callable[[Fold, int, dict[str, Any]], None]] = {
    "ledger.account-opened.v1": Fold.opened,
    "ledger.account-limits-changed.v1": Fold.limits_changed,
    "ledger.account-standing-changed.v1": Fold.standing_changed,
    "ledger.transfer-initiated.v1": Fold.initiated,
    "ledger.transfer-completed.v1": Fold.completed,
    "ledger.transfer-cancelled.v1": Fold.cancelled,
}

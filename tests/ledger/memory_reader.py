"""What the API reads, from the store in memory: in the plainest way, to hold the real reader against."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import orjson

from services.chassis.clock import rfc3339
from services.ledger.domain import Account, Book, Policy, Transfer
from services.ledger.findings import (
    AccountThen,
    Change,
    Entry,
    Outside,
    Point,
    Rows,
    Simulation,
    Statement,
    Totals,
    Traded,
    TrialBalance,
)
from services.ledger.questions import EVERY_ENTRY, EVERY_TRANSFER, EntryFilter, TransferFilter
from services.ledger.store import NotYet, StoreAway
from services.ledger.store.histories import TYPES
from services.ledger.store.snapshots import Snapshot
from tests.ledger.memory_proofs import MemoryCodes, MemoryProofs


class MemoryReader:
    """Reads a `fakes.MemoryStore`."""

    def __init__(self, store) -> None:
        self._store = store
        self.away = False
        self.proofs, self.codes = MemoryProofs(store), MemoryCodes(self)

    def check(self) -> None:
        if self.away:
            raise StoreAway

    def followed(self, source: str) -> int:
        return self._store.applied.get(source, 0)

    def policy(self) -> Policy:
        return self._store.policy

    def snapshot(self, _: Sequence[str]) -> Snapshot:
        book = Book(dict(self._store.accounts), {}, self._store.policy, self._store.fee_rules)
        return Snapshot(self._store.head.time, book)

    def accounts(self, numbers: Sequence[str]) -> list[Account]:
        self.check()
        return [self._store.accounts[number] for number in numbers if number in self._store.accounts]

    def accounts_and_policy(self, numbers: Sequence[str]) -> tuple[list[Account], Policy]:
        return self.accounts(numbers), self.policy()

    def transfer(self, transfer_id: str) -> Transfer | None:
        return self._store.transfers.get(transfer_id)

    def transfers(
        self,
        account: str | None,
        statuses: Sequence[str],
        *,
        limit: int,
        offset: int = 0,
        before: int | None = None,
        only: TransferFilter = EVERY_TRANSFER,
    ) -> tuple[list[Transfer], int]:
        found = [
            transfer
            for transfer in self._store.transfers.values()
            if (account is None or account in transfer.parties)
            and transfer.status in statuses
            and _is_wanted(transfer, only)
            and (only.since is None or transfer.initiated_position >= self._first_at(only.since))
            and (only.until is None or transfer.initiated_position < self._first_at(only.until))
        ]
        found.sort(key=lambda transfer: -transfer.initiated_position)
        below = [transfer for transfer in found if before is None or transfer.initiated_position < before]
        return below[offset : offset + limit], len(found)

    def statement(
        self,
        account: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        before: int | None = None,
        after: int | None = None,
        limit: int = 20,
        only: EntryFilter = EVERY_ENTRY,
    ) -> Statement:
        newest = self._store.head.position
        if max(to_position or 0, (from_position or 1) - 1) > newest:
            raise NotYet(newest)
        low = from_position or (self._first_at(since) if since else 1)
        high = to_position if to_position is not None else self._first_at(until) - 1 if until else newest
        entries = [
            entry for entry in self._entries(account) if low <= entry.position <= high and _lets_through(entry, only)
        ]
        shown = [entry for entry in entries if before is None or entry.position < before]
        if after is not None:
            shown = [entry for entry in entries if entry.position > after][-limit:]
        shown = shown[:limit]
        first = shown[0].position if shown else (before - 1 if before else after or 0)
        last = shown[-1].position if shown else first + 1
        return Statement(
            opening_balance=self._balance(account, low - 1),
            closing_balance=self._balance(account, max(low - 1, high)),
            entries=shown,
            next=last if any(entry.position < last for entry in entries) else None,
            previous=first if any(entry.position > first for entry in entries) else None,
            totals=Totals(
                len(entries),
                sum(-entry.amount for entry in entries if entry.amount < 0),
                sum(entry.amount for entry in entries if entry.amount > 0),
            ),
            from_position=low,
            to_position=high,
        )

    def point(self, position: int | None = None, at: datetime | None = None) -> Point:
        newest = self._store.head.position
        wanted = position if position is not None else self._first_at(at) - 1 if at else newest
        if wanted > newest:
            raise NotYet(newest)
        return Point(wanted, rfc3339(self._store.times[wanted - 1]) if wanted else None)

    def account_then(
        self, account: str, position: int | None = None, at: datetime | None = None
    ) -> tuple[Point, AccountThen | None]:
        point = self.point(position, at)
        return point, self._account_then(account, point.position)

    def _account_then(self, account: str, position: int) -> AccountThen | None:
        history = [row for row in self._store.changes if row.subject == account and row.position <= position]
        if not history:
            return None
        known = {"max_negative": 0, "max_positive": 0, "standing": ""}
        for row in history:
            data = orjson.loads(row.data)
            known |= {name: data[name] for name in known if name in data}
        opened = orjson.loads(history[0].data)
        return AccountThen(account, opened["entity_id"], self._balance(account, position), **known)

    def changes(
        self, subject: str, *, type_: str | None = None, before: int | None = None, limit: int = 20
    ) -> tuple[Sequence[Change], int | None]:
        names = {wire: name for name, wire in TYPES.items()}
        rows = [row for row in reversed(self._store.changes) if row.subject == subject]
        found = [
            Change(
                row.position,
                rfc3339(self._store.times[row.position - 1]),
                names[row.type],
                row.actor,
                orjson.loads(row.data),
            )
            for row in rows
            if type_ in (None, names[row.type]) and (before is None or row.position < before)
        ]
        return found[:limit], found[limit - 1].position if len(found) > limit else None

    def near_limits(self, *, percent: int, limit: int, offset: int = 0) -> tuple[list[Account], int]:
        found = [
            account
            for account in self._store.accounts.values()
            if account.balance and (account.used_percent is None or account.used_percent >= 100 - percent)
        ]
        found.sort(key=lambda a: (a.used_percent is not None, -(a.used_percent or 0), a.account))
        return found[offset : offset + limit], len(found)

    def traded(self, since: datetime) -> Traded:
        done = [
            transfer
            for transfer in self._store.transfers.values()
            if (transfer.kind, transfer.status) == ("transfer", "completed")
            and transfer.initiated_position >= self._first_at(since)
        ]
        among = {side for transfer in done for side in (transfer.payer, transfer.payee)}
        return Traded(len(done), sum(transfer.amount for transfer in done), len(among))

    def would_be_outside(
        self, *, max_negative: int | None, max_positive: int | None, accounts: Sequence[str] | None = None
    ) -> Simulation:
        looked_at = [
            account
            for account in self._store.accounts.values()
            if account.standing != "closed" and (accounts is None or account.account in accounts)
        ]
        outside = []
        for account in looked_at:
            lowest = -(account.max_negative if max_negative is None else max_negative)
            highest = account.max_positive if max_positive is None else max_positive
            if not lowest <= account.balance <= highest:
                by = max(lowest - account.balance, account.balance - highest)
                outside.append(Outside(account.account, account.entity_id, account.balance, by))
        outside.sort(key=lambda each: (-each.by, each.account))
        return Simulation(outside, len(outside), len(looked_at))

    def trial_balance(self, point: Point, *, after: str = "", limit: int = 100) -> TrialBalance:
        every = [self._account_then(number, point.position) for number in sorted(self._store.accounts)]
        then = [account for account in every if account is not None]
        shown = [account for account in then if account.account > after]
        return TrialBalance(
            point,
            shown[:limit],
            sum(account.balance for account in then if account.balance > 0),
            sum(account.balance for account in then if account.balance < 0),
            shown[limit - 1].account if len(shown) > limit else None,
        )

    def audit(self, view: str, asked) -> Rows:
        """The trial balance alone; the other views have models of their own."""
        assert view == "trial-balance"
        found = self.trial_balance(self.point(asked["position"], asked["at"]), limit=asked["limit"])
        return Rows([asdict(account) for account in found.accounts], None, {"sum": found.sum})

    def head(self) -> dict:
        return {"book": self._store.book, "position": self._store.head.position}

    def _first_at(self, instant: datetime) -> int:
        return 1 + sum(time < instant for time in self._store.times)

    def _balance(self, account: str, position: int) -> int:
        rows = [row for row in self._store.postings if row.account == account and row.position <= position]
        return rows[-1].balance if rows else 0

    def _entries(self, account: str) -> list[Entry]:
        """Newest first."""
        rows = [row for row in self._store.postings if row.account == account]
        return [self._entry(row) for row in reversed(rows)]

    def _entry(self, row) -> Entry:
        transfer = self._store.transfers[row.transfer_id]
        if row.account == transfer.payer:
            role, other = "payer", transfer.payee
        elif row.account == transfer.payee:
            role, other = "payee", transfer.payer
        elif transfer.kind == "transfer":
            role, other = "fee", transfer.payer
        else:
            role, other = "leg", transfer.payer if row.amount > 0 else transfer.payee
        return Entry(
            position=row.position,
            transfer_id=transfer.transfer_id,
            counterparty=other,
            amount=row.amount,
            balance=row.balance,
            description="" if role == "fee" else transfer.description,
            time=rfc3339(self._store.times[row.position - 1]),
            role=role,
            kind=transfer.kind,
            direction=transfer.direction,
            reference=None if role == "fee" else transfer.reference,
        )


def _lets_through(entry: Entry, only: EntryFilter) -> bool:
    size = abs(entry.amount)
    return (
        only.counterparty in (None, entry.counterparty)
        and _has(only.text, entry.description, entry.reference)
        and (only.min_amount or 0) <= size
        and (only.max_amount is None or size <= only.max_amount)
        and (only.sign is None or (only.sign == "in") == (entry.amount > 0))
    )


def _is_wanted(transfer: Transfer, only: TransferFilter) -> bool:
    return (
        (only.counterparty is None or only.counterparty in transfer.parties)
        and _has(only.text, transfer.description, transfer.reference)
        and only.reference in (None, transfer.reference)
        and only.kind in (None, transfer.kind)
        and (only.min_amount or 0) <= transfer.amount
        and (only.max_amount is None or transfer.amount <= only.max_amount)
    )


def _has(text: str | None, *where: str | None) -> bool:
    return text is None or any(text.lower() in words.lower() for words in where if words)

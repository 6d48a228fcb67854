"""A batch while it grows: events to rows, the book folded along, and a way back. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from events.codec import data_of, encode
from events.envelope import Envelope
from events.ledger import TransferCancelled, TransferCompleted, TransferInitiated
from services.ledger.chain import link
from services.ledger.decisions import Moment
from services.ledger.domain import Book, LedgerEvent, Transfer, apply, touched_accounts, touched_transfers
from services.ledger.records import Batch, ChangeRow, EventRow, Head, PartyRow, PostingRow, Request

_HISTORY = {"account", "book"}
"""Subjects whose events have a line in the history of changes."""


class Mark(NamedTuple):
    """A point that a batch can go back to."""

    head: Head
    lengths: tuple[int, ...]
    changes: int


class Growth:
    """Appends events to a batch and folds them into its book at once."""

    def __init__(self, book: Book, head: Head, name: str, moment: Moment) -> None:
        self.batch = Batch(before=head, head=head)
        self._book, self._name, self._moment = book, name, moment
        self._undo: list[tuple[dict[str, Any], str, Any]] = []
        self._rules_before = (book.policy, book.fee_rules)

    def append(self, events: Sequence[LedgerEvent], request: Request) -> None:
        """Add the events of one decision."""
        for event in events:
            envelope = self._envelope(event, self.batch.head.position + 1, request)
            self._append(event, envelope)

    def mark(self) -> Mark:
        return Mark(self.batch.head, tuple(map(len, self._lists())), len(self._undo))

    def back_to(self, mark: Mark) -> None:
        """As if nothing had been appended since."""
        self.batch.head = mark.head
        for rows, length in zip(self._lists(), mark.lengths, strict=True):
            del rows[length:]
        while len(self._undo) > mark.changes:
            where, key, before = self._undo.pop()
            if where is _RULES:
                self._book.policy, self._book.fee_rules = before
            elif before is None:
                where.pop(key, None)
            else:
                where[key] = before

    def finish(self) -> None:
        """Collect the final state of what was touched."""
        accounts, transfers = self._book.accounts, self._book.transfers
        touched = {(where is accounts, key) for where, key, _ in self._undo if where is not _RULES}
        self.batch.accounts = [accounts[key] for is_account, key in sorted(touched) if is_account]
        self.batch.transfers = [transfers[key] for is_account, key in sorted(touched) if not is_account]
        policy, fee_rules = self._rules_before
        self.batch.policy = self._book.policy if self._book.policy != policy else None
        self.batch.fee_rules = self._book.fee_rules if self._book.fee_rules != fee_rules else None

    def _lists(self) -> tuple[list[Any], ...]:
        batch = self.batch
        return batch.events, batch.postings, batch.changes, batch.parties

    def _envelope(self, event: LedgerEvent, position: int, request: Request) -> Envelope:
        return Envelope(
            id=self._moment.new_id(),
            source=f"/ledger/{self._name}",
            type=event.TYPE,
            time=self._moment.now,
            subject=event.subject,
            sequence=position,
            partitionkey=self._name,
            correlationid=request.correlation_id,
            causationid=request.causation_id,
            actor=request.authority.actor,
            onbehalfof=request.authority.on_behalf_of,
            data=data_of(event),
        )

    def _append(self, event: LedgerEvent, envelope: Envelope) -> None:
        batch, position = self.batch, envelope.sequence
        body = encode(envelope)
        hash_ = link(batch.head.hash, position, body)
        batch.events.append(
            EventRow(
                position=position,
                event_id=envelope.id,
                type=envelope.type,
                opens=event.transfer_id if isinstance(event, TransferInitiated) else None,
                closes=event.transfer_id if isinstance(event, TransferCompleted | TransferCancelled) else None,
                prev_hash=batch.head.hash,
                hash=hash_,
                body=body.decode(),
            )
        )
        batch.head = Head(position, hash_, self._moment.at)
        self._remember(event)
        if isinstance(event, TransferCompleted):
            batch.postings.extend(postings_of(self._book, event, position))
        apply(self._book, event, position=position, time=self._moment.now)
        if isinstance(event, TransferInitiated):
            batch.parties.extend(parties_of(self._book.transfers[event.transfer_id]))
        if change := change_of(envelope):
            batch.changes.append(change)

    def _remember(self, event: LedgerEvent) -> None:
        accounts, transfers = self._book.accounts, self._book.transfers
        for number in touched_accounts(event):
            self._undo.append((accounts, number, accounts.get(number)))
        for known in touched_transfers(event):
            self._undo.append((transfers, known, transfers.get(known)))
        if event.subject.startswith("book/"):
            self._undo.append((_RULES, "", (self._book.policy, self._book.fee_rules)))


_RULES: dict[str, Any] = {}
"""Stands for the book's own rules in the list of what to undo."""


def change_of(envelope: Envelope) -> ChangeRow | None:
    """The line in the history of an account or of the book's rules; None for what happens to transfers."""
    kind, _, subject = envelope.subject.partition("/")
    if kind not in _HISTORY:
        return None
    data = orjson.dumps(envelope.data, option=orjson.OPT_SORT_KEYS).decode()
    return ChangeRow(
        subject=subject, position=envelope.sequence, type=envelope.type, actor=envelope.actor, data=data
    )  # fmt: skip


def parties_of(transfer: Transfer) -> Iterable[PartyRow]:
    """Accounts besides payer and payee that an administrator's transfer is listed for."""
    for account in sorted(transfer.parties - {transfer.payer, transfer.payee}):
        yield PartyRow(
            account=account, initiated_position=transfer.initiated_position, transfer_id=transfer.transfer_id
        )


def postings_of(book: Book, event: TransferCompleted, position: int) -> Iterable[PostingRow]:
    """What a completion does to each account, with the limits in force."""
    for entry in event.entries:
        account = book.accounts[entry.account]
        yield PostingRow(
            position=position,
            account=entry.account,
            transfer_id=event.transfer_id,
            amount=entry.amount,
            balance=entry.balance,
            max_negative=account.max_negative,
            max_positive=account.max_positive,
        )

"""Many commands, one append: decides them in order, in memory, before anything is written. Pure.

The committer and the consumer hand in what they loaded under the book's lock and write what comes out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from events.codec import data_of, encode
from events.envelope import Envelope
from events.ledger import TransferCancelled, TransferCompleted, TransferInitiated
from services.ledger.chain import link
from services.ledger.decisions import Decision, Moment, decide
from services.ledger.domain import (
    AcceptTransfer,
    Account,
    Authority,
    Book,
    CancelTransfer,
    Command,
    InitiateTransfer,
    KeyReused,
    LedgerError,
    LedgerEvent,
    MalformedCommand,
    OpenAccount,
    RejectTransfer,
    SetLimits,
    SetStanding,
    Transfer,
    apply,
    touched_accounts,
)
from services.ledger.views import account_view, transfer_view

Key = tuple[str, str]
"""Idempotency scope (the caller) and key."""

NewId = Callable[[datetime], str]
"""A fresh UUIDv7 for an instant."""

FAILED = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A command with who sends it and what makes it repeatable."""

    command: Command
    authority: Authority
    scope: str
    key: str
    fingerprint: str
    correlation_id: str
    causation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command came to. Stored for ever, so that a repetition gets the same answer."""

    ok: bool
    position: int | None = None
    """Of the command's last event."""
    document: dict[str, Any] | None = None
    code: str = ""
    detail: str = ""
    errors: dict[str, list[str]] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return orjson.dumps(self).decode()


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event of a book: position 0 and the genesis hash while there is none."""

    position: int
    hash: bytes
    time: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What commands need to see before they can be decided."""

    keys: frozenset[Key]
    accounts: frozenset[str]
    transfers: frozenset[str]
    pending_of: frozenset[str]


@dataclass(slots=True)
class Loaded:
    """What was read under the lock. Outcomes by key: fingerprint and stored JSON."""

    head: Head
    book: Book
    outcomes: dict[Key, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    position: int
    event_id: str
    type: str
    opens: str | None
    closes: str | None
    prev_hash: bytes
    hash: bytes
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRow:
    position: int
    account: str
    transfer_id: str
    amount: int
    balance: int
    max_negative: int
    max_positive: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    scope: str
    key: str
    fingerprint: str
    outcome: str


@dataclass(slots=True)
class Batch:
    """What to write, and what to answer (stored JSON, one for each request)."""

    before: Head
    head: Head
    events: list[EventRow] = field(default_factory=list)
    postings: list[PostingRow] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    outcomes: list[OutcomeRow] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)


def wanted_by(requests: Iterable[Request]) -> Wanted:
    """What to load for `requests`. The accounts of wanted transfers are loaded with them."""
    keys: set[Key] = set()
    accounts: set[str] = set()
    transfers: set[str] = set()
    pending_of: set[str] = set()
    for request in requests:
        keys.add((request.scope, request.key))
        match request.command:
            case InitiateTransfer(initiator=one, counterparty=other):
                accounts.update((one, other))
            case AcceptTransfer(transfer_id=known) | RejectTransfer(transfer_id=known):
                transfers.add(known)
            case CancelTransfer(transfer_id=known):
                transfers.add(known)
            case SetStanding(account=number):
                accounts.add(number)
                pending_of.add(number)
            case OpenAccount(account=number) | SetLimits(account=number):
                accounts.add(number)
    return Wanted(frozenset(keys), frozenset(accounts), frozenset(transfers), frozenset(pending_of))


def decide_batch(
    loaded: Loaded, requests: Sequence[Request], *, name: str, now: datetime, new_id: NewId,
    on_failure: Callable[[Exception], None],
) -> Batch:  # fmt: skip
    """Decide `requests` in order for the book called `name`. Works on `loaded.book`, which is used up.

    `on_failure` hears of a command that broke the code; it alone is answered `internal`, which isn't stored.
    """
    time = max(now, loaded.head.time + timedelta(microseconds=1))
    return _Deciding(loaded, name, time, new_id, on_failure).run(requests)


class _Deciding:
    """One run of `decide_batch`: the growing batch and what it has touched."""

    def __init__(
        self, loaded: Loaded, name: str, time: datetime, new_id: NewId, on_failure: Callable[[Exception], None]
    ) -> None:
        self._book, self._outcomes, self._name = loaded.book, loaded.outcomes, name
        self._time, self._new_id, self._on_failure = time, new_id, on_failure
        self._text = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self._accounts: set[str] = set()
        self._transfers: set[str] = set()
        self._batch = Batch(before=loaded.head, head=loaded.head)

    def run(self, requests: Sequence[Request]) -> Batch:
        batch = self._batch
        for request in requests:
            batch.answers.append(self._answer(request))
        batch.accounts = [self._book.accounts[number] for number in sorted(self._accounts)]
        batch.transfers = [self._book.transfers[known] for known in sorted(self._transfers)]
        return batch

    def _answer(self, request: Request) -> str:
        known = self._outcomes.get((request.scope, request.key))
        if known is not None:
            fingerprint, stored = known
            return stored if fingerprint == request.fingerprint else _refused(_KEY_REUSED).to_json()
        try:
            outcome = self._decide(request)
        except Exception as error:  # noqa: BLE001 -- a defect met by one command must not stop the others
            self._on_failure(error)
            return Outcome(ok=False, code=FAILED, detail=_OUR_FAULT).to_json()
        answer = outcome.to_json()
        row = OutcomeRow(scope=request.scope, key=request.key, fingerprint=request.fingerprint, outcome=answer)
        self._outcomes[(request.scope, request.key)] = (request.fingerprint, answer)
        self._batch.outcomes.append(row)
        return answer

    def _decide(self, request: Request) -> Outcome:
        moment = Moment(now=self._text, fresh_id=self._new_id(self._time))
        try:
            decision = decide(self._book, request.command, request.authority, moment)
        except LedgerError as refusal:
            return _refused(refusal)
        # Encoded before anything changes: a defect here leaves the batch as it was.
        for event, envelope in self._envelopes(decision.events, request):
            self._append(event, envelope)
        return self._outcome(decision)

    def _envelopes(self, events: Sequence[LedgerEvent], request: Request) -> list[tuple[LedgerEvent, Envelope]]:
        first = self._batch.head.position + 1
        return [(event, self._envelope(event, position, request)) for position, event in enumerate(events, start=first)]

    def _envelope(self, event: LedgerEvent, position: int, request: Request) -> Envelope:
        return Envelope(
            id=self._new_id(self._time),
            source=f"/ledger/{self._name}",
            type=event.TYPE,
            time=self._text,
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
        batch, position = self._batch, envelope.sequence
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
        batch.head = Head(position, hash_, self._time)
        if isinstance(event, TransferCompleted):
            batch.postings.extend(self._postings(event, position))
        apply(self._book, event, position=position, time=self._text)
        self._accounts.update(touched_accounts(event))
        if isinstance(event, TransferInitiated | TransferCompleted | TransferCancelled):
            self._transfers.add(event.transfer_id)

    def _postings(self, event: TransferCompleted, position: int) -> Iterable[PostingRow]:
        for entry in event.entries:
            account = self._book.accounts[entry.account]
            yield PostingRow(
                position=position,
                account=entry.account,
                transfer_id=event.transfer_id,
                amount=entry.amount,
                balance=entry.balance,
                max_negative=account.max_negative,
                max_positive=account.max_positive,
            )

    def _outcome(self, decision: Decision) -> Outcome:
        position = self._batch.head.position if decision.events else None
        document = self._document(decision.about)
        if decision.refusal is None:
            return Outcome(ok=True, position=position, document=document)
        return _refused(decision.refusal, position=position, extra={"transfer": document})

    def _document(self, about: str) -> dict[str, Any]:
        account = self._book.accounts.get(about)
        return account_view(account) if account else transfer_view(self._book.transfers[about])


_OUR_FAULT = "Something went wrong on our side. It has been recorded; try again later."
_KEY_REUSED = KeyReused("This idempotency key was used before with another request.")


def _refused(error: LedgerError, *, position: int | None = None, extra: Mapping[str, Any] | None = None) -> Outcome:
    return Outcome(
        ok=False,
        position=position,
        code=error.code,
        detail=str(error),
        errors=error.errors,
        extra={**error.extra, **(extra or {})},
    )


def malformed(sentence: str) -> Outcome:
    """An outcome for what isn't even a command."""
    return _refused(MalformedCommand(sentence))

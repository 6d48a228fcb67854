"""The ledger without PostgreSQL: an event store in memory with the writer's and the reader's interface."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from services.ledger.chain import genesis_hash
from services.ledger.domain import Account, Book, Policy, Transfer
from services.ledger.handlers import Appender
from services.ledger.messages import Answer, outcome_of
from services.ledger.records import Batch, Head, Loaded, Outcome, Request, Wanted
from services.ledger.store import Interrupted, Outdated, Rejected
from services.ledger.store.remembering import Memory
from tests.ledger.memory_reader import MemoryReader

__all__ = ["BOOK", "DirectLink", "MemoryReader", "MemoryStore", "Ticking", "decoded"]

BOOK = "test"


class MemoryStore:
    """Holds one book. `interruptions` and `rejections` make the next writes fail, before or after they are done."""

    def __init__(self, book: str = BOOK) -> None:
        self.book = book
        self.head = Head(0, genesis_hash(book), datetime.fromtimestamp(0, UTC))
        self.accounts: dict[str, Account] = {}
        self.transfers: dict[str, Transfer] = {}
        self.outcomes: dict[tuple[str, str], tuple[str, str]] = {}
        self.events: list = []
        self.times: list[datetime] = []
        self.postings: list = []
        self.applied: dict[str, int] = {}
        self.changes: list = []
        self.policy, self.fee_rules = Policy(), ()
        self.batches: list[Batch] = []
        self.interruptions: list[str] = []
        self.refuses_amount: int | None = None
        self.is_open = False

    def load(self, wanted: Wanted, *, locked: bool = False) -> Loaded:
        assert not self.is_open, "two transactions at once"
        self.is_open = True
        book = Book(dict(self.accounts), dict(self.transfers), self.policy, self.fee_rules)
        return Loaded(self.head, book, {key: self.outcomes[key] for key in wanted.keys & self.outcomes.keys()})

    def followed(self, source: str) -> int:
        assert self.is_open
        return self.applied.get(source, 0)

    def abandon(self) -> None:
        assert self.is_open
        self.is_open = False

    def write(self, batch: Batch, follow: tuple[str, int] | None = None) -> None:
        assert self.is_open
        self.is_open = False
        moment = self.interruptions.pop(0) if self.interruptions else None
        if moment == "before":
            raise Interrupted("before the commit")
        if any(abs(row.amount) == self.refuses_amount for row in batch.postings):
            raise Rejected("a constraint")
        assert batch.before == self.head
        self._save(batch, follow)
        if moment == "after":
            raise Interrupted("after the commit")

    def _save(self, batch: Batch, follow: tuple[str, int] | None) -> None:
        self.head = batch.head
        self.events += batch.events
        self.times += [batch.head.time] * len(batch.events)
        self.postings += batch.postings
        self.changes += batch.changes
        self.policy = batch.policy or self.policy
        self.fee_rules = self.fee_rules if batch.fee_rules is None else batch.fee_rules
        self.accounts |= {account.account: account for account in batch.accounts}
        self.transfers |= {transfer.transfer_id: transfer for transfer in batch.transfers}
        for row in batch.outcomes:
            assert (row.scope, row.key) not in self.outcomes
            self.outcomes[row.scope, row.key] = (row.fingerprint, row.outcome)
        if follow:
            self.applied[follow[0]] = follow[1]
        self.batches.append(batch)


class RememberingStore:
    """A `Writer` without PostgreSQL: its memory is the real one, and it is given what it asks for, no more."""

    def __init__(self, store: MemoryStore) -> None:
        self.book, self._store, self._memory = store.book, store, Memory()

    def load(self, wanted: Wanted, *, locked: bool = False) -> Loaded:
        remembered = None if locked else self._memory.recall(wanted)
        return remembered or self._memory.learn(self._read(wanted))

    def followed(self, source: str) -> int:
        return self._store.applied.get(source, 0)

    def abandon(self) -> None:
        self._memory.forget()

    def write(self, batch: Batch, follow: tuple[str, int] | None = None) -> None:
        if batch.before.position != self._store.head.position:
            self._memory.distrust()
            raise Outdated("another writer was faster")
        if any((row.scope, row.key) in self._store.outcomes for row in batch.outcomes):
            self._memory.distrust()
            raise Outdated("a key was used before")
        self._store.is_open = True
        try:
            self._store.write(batch, follow)
        except Interrupted:
            self._memory.forget()
            raise
        self._memory.keep(batch)

    def _read(self, wanted: Wanted) -> Loaded:
        store = self._store
        transfers = {known: store.transfers[known] for known in wanted.transfers if known in store.transfers}
        numbers = {*wanted.accounts, *(rule.account for rule in store.fee_rules)}
        numbers.update(leg.account for transfer in transfers.values() for leg in transfer.legs)
        if wanted.pending_of:
            transfers |= {
                known: transfer
                for known, transfer in store.transfers.items()
                if transfer.status == "initiated" and {transfer.payer, transfer.payee} & wanted.pending_of
            }
        accounts = {number: store.accounts[number] for number in numbers if number in store.accounts}
        outcomes = {key: store.outcomes[key] for key in wanted.keys if key in store.outcomes}
        return Loaded(store.head, Book(accounts, transfers, store.policy, store.fee_rules), outcomes)


class Ticking:
    """A clock that can be set, also back."""

    def __init__(self, now: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


class DirectLink:
    """The committer without its process: every request is a batch of one."""

    def __init__(self, appender: Appender) -> None:
        self._appender = appender

    def send(self, request: Request) -> Outcome:
        outcome = outcome_of(Answer(1, self._appender.execute([request])[0]))
        assert outcome is not None
        return outcome

    def check(self) -> None:
        """Always there."""


def decoded(answers: Sequence[str]) -> list[Outcome]:
    """Outcomes of stored answers."""
    outcomes = [outcome_of(Answer(1, answer)) for answer in answers]
    return [outcome for outcome in outcomes if outcome is not None]

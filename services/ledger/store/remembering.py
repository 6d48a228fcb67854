"""What a writer remembers between batches: its head, the accounts and open transfers it has seen, late answers.

Only ever a shortcut: `append_batch` refuses what was decided on an old head, and a key that was used before. Bounded.
"""

from services.ledger.domain import Book
from services.ledger.records import Batch, Head, Key, Loaded, Wanted

MOST_REMEMBERED = 200_000
"""Accounts, and transfers: about 100 MB each at most."""
RECENT_OUTCOMES = 10_000
CAREFUL_BATCHES = 20
"""For so long a writer that was refused reads before it decides: somebody else writes, or repeats old keys."""


class Memory:
    """One writer's."""

    def __init__(self) -> None:
        self._head: Head | None = None
        self._book = Book()
        self._recent: dict[Key, tuple[str, str]] = {}
        self._older: dict[Key, tuple[str, str]] = {}
        self._careful = 0

    def recall(self, wanted: Wanted) -> Loaded | None:
        """The state, when everything wanted is in it and nothing speaks against it; else None."""
        if self._careful:
            self._careful -= 1
            return None
        if self._head is None or wanted.pending_of or not self._knows(wanted):
            return None
        outcomes = {}
        for key in wanted.keys:
            if known := self._recent.get(key) or self._older.get(key):
                outcomes[key] = known
        return Loaded(self._head, self._book, outcomes)

    def learn(self, loaded: Loaded) -> Loaded:
        """Remember what was read. What was known before stays, if it is of the same head."""
        if self._head is None or self._head.position != loaded.head.position:
            self._book = loaded.book
        else:
            self._book.accounts |= loaded.book.accounts
            self._book.transfers |= loaded.book.transfers
            self._book.policy, self._book.fee_rules = loaded.book.policy, loaded.book.fee_rules
        self._head = loaded.head
        return Loaded(loaded.head, self._book, loaded.outcomes)

    def keep(self, batch: Batch) -> None:
        """The batch is committed: what was decided on is the state now."""
        self._head = batch.head
        for transfer in batch.transfers:
            if transfer.status != "initiated":
                self._book.transfers.pop(transfer.transfer_id, None)
        if len(self._recent) > RECENT_OUTCOMES:
            self._recent, self._older = {}, self._recent
        self._recent |= {(row.scope, row.key): (row.fingerprint, row.outcome) for row in batch.outcomes}
        if max(len(self._book.accounts), len(self._book.transfers)) > MOST_REMEMBERED:
            self.forget()

    def distrust(self) -> None:
        """Somebody else wrote, or an old key came again."""
        self.forget()
        self._careful = CAREFUL_BATCHES

    def forget(self) -> None:
        """Next time everything is read."""
        self._head, self._book = None, Book()

    def _knows(self, wanted: Wanted) -> bool:
        accounts, transfers = self._book.accounts, self._book.transfers
        if not (wanted.accounts <= accounts.keys() and wanted.transfers <= transfers.keys()):
            return False
        legs = (leg.account for known in wanted.transfers for leg in transfers[known].legs)
        rules = (rule.account for rule in self._book.fee_rules)
        return all(number in accounts for number in (*legs, *rules))

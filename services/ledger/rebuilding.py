"""A book's log into the rows of its projections, by the domain's own fold. Pure but for `fetch`; memory is bounded.

What is handed out is forgotten, but for accounts and open proposals: those are needed to go on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from events.codec import MalformedEvent, decode, event_of
from events.envelope import Envelope
from events.ledger import (
    BookPolicyChanged,
    FeeRule,
    FeeRulesChanged,
    TransferCancelled,
    TransferCompleted,
    TransferInitiated,
)
from services.ledger.appending import change_of, parties_of, postings_of
from services.ledger.chain import genesis_hash, link
from services.ledger.domain import (
    Account,
    Book,
    LedgerEvent,
    Policy,
    Transfer,
    apply,
    touched_accounts,
    touched_transfers,
)
from services.ledger.records import ChangeRow, PartyRow, PostingRow


class BrokenLog(Exception):
    """The log can't be replayed: at which position, and why."""

    def __init__(self, position: int, sentence: str) -> None:
        super().__init__(f"position {position} {sentence}")
        self.position = position


@dataclass(slots=True)
class Rows:
    """Rows to write; postings and changes come with their time. Rules are None while no event has set them."""

    postings: list[tuple[str, PostingRow]] = field(default_factory=list)
    changes: list[tuple[str, ChangeRow]] = field(default_factory=list)
    parties: list[PartyRow] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    policy: Policy | None = None
    fee_rules: tuple[FeeRule, ...] | None = None


class Rebuild:
    """Takes events in order. `fetch` gives back the row of a transfer that was handed out: a reversal changes it."""

    def __init__(self, name: str, fetch: Callable[[str], Transfer | None]) -> None:
        self.position, self.hash = 0, genesis_hash(name)
        self._fetch, self._book, self._rows = fetch, Book(), Rows()
        self._accounts: set[str] = set()
        self._transfers: set[str] = set()
        self._sets_policy = self._sets_fees = False
        self._ended = 0

    @property
    def waiting(self) -> int:
        """About how many rows wait to be handed out."""
        return len(self._rows.postings) + len(self._rows.changes) + self._ended

    def take(self, position: int, prev_hash: bytes, hash_: bytes, body: bytes) -> Envelope:
        """The next event; what is around it. Raises BrokenLog."""
        if position != self.position + 1:
            raise BrokenLog(position, f"follows {self.position}: events are missing")
        if prev_hash != self.hash or link(prev_hash, position, body) != hash_:
            raise BrokenLog(position, "does not continue the chain")
        try:
            envelope = decode(body)
            event = event_of(envelope)
            if event is None or envelope.sequence != position:
                raise BrokenLog(position, f"is of a type that is not known here, or misplaced: {envelope.type}")
            self._fold(event, position, envelope.time)  # type: ignore[arg-type]
        except (MalformedEvent, KeyError) as error:
            raise BrokenLog(position, f"can't be folded: {type(error).__name__} {error}") from error
        if change := change_of(envelope):
            self._rows.changes.append((envelope.time, change))
        self.position, self.hash = position, hash_
        return envelope

    def hand_out(self, *, everything: bool) -> Rows:
        """What was ended since the last time; `everything`: also accounts and open proposals as they are now."""
        rows, self._rows = self._rows, Rows()
        transfers = self._book.transfers
        ended = [known for known in self._transfers if transfers[known].status != "initiated"]
        rows.transfers = [transfers.pop(known) for known in ended]
        self._transfers.difference_update(ended)
        self._ended = 0
        if everything:
            rows.transfers += [transfers[known] for known in self._transfers]
            rows.accounts = [self._book.accounts[number] for number in self._accounts]
            rows.policy = self._book.policy if self._sets_policy else None
            rows.fee_rules = self._book.fee_rules if self._sets_fees else None
            self._transfers, self._accounts = set(), set()
        return rows

    def _fold(self, event: LedgerEvent, position: int, time: str) -> None:
        book = self._book
        for known in touched_transfers(event):
            if known not in book.transfers and (gone := self._fetch_for(event, known)):
                book.transfers[known] = gone
        apply(book, event, position=position, time=time)
        self._accounts.update(touched_accounts(event))
        self._transfers.update(touched_transfers(event))
        match event:
            case TransferInitiated():
                self._rows.parties.extend(parties_of(book.transfers[event.transfer_id]))
            case TransferCancelled():
                self._ended += 1
            case TransferCompleted():
                self._ended += 1
                self._rows.postings += [(time, posting) for posting in postings_of(book, event, position)]
            case FeeRulesChanged():
                self._sets_fees = True
            case BookPolicyChanged():
                self._sets_policy = True

    def _fetch_for(self, event: LedgerEvent, known: str) -> Transfer | None:
        """A proposal is new: it is not looked for."""
        if isinstance(event, TransferInitiated) and known == event.transfer_id:
            return None
        return self._fetch(known)

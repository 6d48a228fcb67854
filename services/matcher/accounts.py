"""What the ledger's events say that matching needs: room of accounts, and who has traded with whom.

Pure. Amounts are integers of the book's smallest unit. Events are folded in the order of the ledger, each once: the
store keeps the position beside what is folded.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from events import ledger
from events.envelope import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account at `version`, a position of the ledger."""

    account: str
    balance: int
    max_negative: int
    max_positive: int
    standing: ledger.Standing
    version: int

    @property
    def can_pay(self) -> int:
        """What it can still pay before it stands at its lower limit."""
        return max(0, self.balance + self.max_negative)

    @property
    def can_receive(self) -> int:
        """What it can still receive before it stands at its upper limit."""
        return max(0, self.max_positive - self.balance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A transfer between two members that is neither completed nor cancelled. Both are account numbers."""

    payer: str
    payee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trades:
    """Transfers completed from `receiver`, who got the goods and paid, to `giver`. Both are account numbers.

    Of the kind `transfer` alone: neither fees nor what administrators moved or reversed. `last_at` is RFC 3339 UTC.
    """

    giver: str
    receiver: str
    count: int
    last_at: str


@dataclass(slots=True)
class Books:
    """What a run of events needs and changes: filled with what is known of it, folded, then saved."""

    accounts: dict[str, Account] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    """By id of the transfer."""
    trades: dict[tuple[str, str], Trades] = field(default_factory=dict)
    """By giver and receiver."""

    def fold(self, event: Event, *, position: int) -> None:
        """Take the next event of the ledger. One that tells nothing of accounts or trades changes nothing."""
        match event:
            case ledger.AccountOpened():
                self._open(event, position)
            case ledger.AccountLimitsChanged():
                limits = {"max_negative": event.max_negative, "max_positive": event.max_positive}
                self._change(event.account, position, **limits)
            case ledger.AccountStandingChanged():
                self._change(event.account, position, standing=event.standing)
            case ledger.TransferInitiated(kind="transfer"):
                self.proposals[event.transfer_id] = Proposal(payer=event.payer, payee=event.payee)
            case ledger.TransferCancelled():
                self.proposals.pop(event.transfer_id, None)
            case ledger.TransferCompleted():
                self._complete(event, position)

    def _open(self, event: ledger.AccountOpened, position: int) -> None:
        self.accounts[event.account] = Account(
            account=event.account,
            balance=0,
            max_negative=event.max_negative,
            max_positive=event.max_positive,
            standing=event.standing,
            version=position,
        )

    def _change(self, number: str, position: int, **values: int | str) -> None:
        # An account whose opening was passed over by an operator stays unknown, which leaves nobody out.
        if known := self.accounts.get(number):
            self.accounts[number] = replace(known, version=position, **values)  # type: ignore[arg-type]

    def _complete(self, event: ledger.TransferCompleted, position: int) -> None:
        for entry in event.entries:
            self._change(entry.account, position, balance=entry.balance)
        if (done := self.proposals.pop(event.transfer_id, None)) is None:
            return
        pair = (done.payee, done.payer)
        before = self.trades.get(pair)
        self.trades[pair] = Trades(
            giver=done.payee,
            receiver=done.payer,
            count=before.count + 1 if before else 1,
            last_at=max(before.last_at, event.effective_at) if before else event.effective_at,
        )


def accounts_in(run: Iterable[Event]) -> set[str]:
    """The accounts that events of the ledger change."""
    found: set[str] = set()
    for event in run:
        if isinstance(event, ledger.TransferCompleted):
            found |= {entry.account for entry in event.entries}
        elif isinstance(event, ledger.AccountOpened | ledger.AccountLimitsChanged | ledger.AccountStandingChanged):
            found.add(event.account)
    return found


def ended_in(run: Iterable[Event]) -> set[str]:
    """The transfers that events of the ledger end."""
    return {
        event.transfer_id for event in run if isinstance(event, ledger.TransferCompleted | ledger.TransferCancelled)
    }


def pairs_in(run: Iterable[Event], proposals: Iterable[Proposal]) -> set[tuple[str, str]]:
    """The pairs (giver, receiver) whose trades a run may change; `proposals`: those known that it ends."""
    told = {(event.payee, event.payer) for event in run if isinstance(event, ledger.TransferInitiated)}
    return told | {(known.payee, known.payer) for known in proposals}

"""Any sequence of commands, in any batches, against a simple model: invariants 1 to 7 after every step."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.ledger.audit import Fold
from services.ledger.handlers import Appender
from tests.ledger.factories import (
    accepting,
    an_account_number,
    cancelling,
    limiting,
    opening,
    paying,
    rejecting,
    requesting,
    standing,
)
from tests.ledger.fakes import BOOK, MemoryStore, Ticking, decoded

ACCOUNTS = [an_account_number() for _ in range(4)]
accounts = st.sampled_from(ACCOUNTS)
amounts = st.integers(1, 120)
limits = st.integers(0, 150)


@dataclass
class ModelTransfer:
    initiator: str
    payer: str
    payee: str
    amount: int
    status: str = "initiated"


@dataclass
class Model:
    """What should happen, in the plainest words."""

    balance: dict = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, 0))
    low: dict = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, 100))
    high: dict = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, 100))
    standing: dict = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, "trading"))
    transfers: dict = field(default_factory=dict)

    def too_low(self, account: str, amount: int) -> bool:
        return self.balance[account] - amount < -self.low[account]

    def too_high(self, account: str, amount: int) -> bool:
        return self.balance[account] + amount > self.high[account]

    def code_of_proposal(self, initiator: str, counterparty: str, amount: int, pays: bool) -> str:
        if initiator == counterparty:
            return "transfer.same_account"
        if {self.standing[initiator], self.standing[counterparty]} != {"trading"}:
            return "account.not_trading"
        mine, theirs = (self.too_low, self.too_high) if pays else (self.too_high, self.too_low)
        if mine(initiator, amount):
            return "transfer.limit_exceeded"
        return "transfer.counterparty_limit" if theirs(counterparty, amount) else ""

    def code_of_step(self, transfer: ModelTransfer, account: str, by_initiator: bool) -> str:
        if account not in (transfer.payer, transfer.payee):
            return "transfer.unknown"
        if (account == transfer.initiator) != by_initiator:
            return "transfer.not_yours"
        return "" if transfer.status == "initiated" else "transfer.already_closed"

    def accept(self, transfer: ModelTransfer, account: str) -> str:
        if code := self.code_of_step(transfer, account, by_initiator=False):
            return code
        if self.too_low(transfer.payer, transfer.amount) or self.too_high(transfer.payee, transfer.amount):
            transfer.status = "cancelled"
            return "transfer.cancelled_by_system"
        self.balance[transfer.payer] -= transfer.amount
        self.balance[transfer.payee] += transfer.amount
        transfer.status = "completed"
        return ""

    def freeze(self, account: str, standing_: str) -> None:
        self.standing[account] = standing_
        for transfer in self.transfers.values():
            if standing_ != "trading" and account in (transfer.payer, transfer.payee):
                transfer.status = "cancelled" if transfer.status == "initiated" else transfer.status


class LedgerMachine(RuleBasedStateMachine):
    """Commands are collected and sent in batches; answers are held against the model's."""

    def __init__(self) -> None:
        super().__init__()
        self.store, self.model = MemoryStore(), Model()
        self.appender = Appender(self.store, Ticking())
        self.appender.execute([opening(number, max_negative=100, max_positive=100) for number in ACCOUNTS])
        self.sent: list = []
        self.fold = Fold(BOOK)

    def send(self, request, code: str):
        answer = self.appender.execute([request])[0]
        (outcome,) = decoded([answer])
        assert outcome.code == code
        self.sent.append((request, answer))
        return outcome

    @rule(initiator=accounts, counterparty=accounts, amount=amounts, pays=st.booleans())
    def propose(self, initiator, counterparty, amount, pays):
        code = self.model.code_of_proposal(initiator, counterparty, amount, pays)
        outcome = self.send((paying if pays else requesting)(initiator, counterparty, amount), code)
        if not code:
            payer, payee = (initiator, counterparty) if pays else (counterparty, initiator)
            self.model.transfers[outcome.document["transfer_id"]] = ModelTransfer(initiator, payer, payee, amount)

    @precondition(lambda self: self.model.transfers)
    @rule(data=st.data(), account=accounts)
    def accept(self, data, account):
        known = data.draw(st.sampled_from(sorted(self.model.transfers)))
        code = self.model.accept(self.model.transfers[known], account)
        self.send(accepting(known, account), code)

    @precondition(lambda self: self.model.transfers)
    @rule(data=st.data(), account=accounts, withdraws=st.booleans())
    def end(self, data, account, withdraws):
        known = data.draw(st.sampled_from(sorted(self.model.transfers)))
        transfer = self.model.transfers[known]
        code = self.model.code_of_step(transfer, account, by_initiator=withdraws)
        self.send((cancelling if withdraws else rejecting)(known, account), code)
        if not code:
            transfer.status = "cancelled"

    @precondition(lambda self: any(t.status == "initiated" for t in self.model.transfers.values()))
    @rule(data=st.data())
    def accept_all_that_is_open_in_one_batch(self, data):
        pending = sorted(known for known, t in self.model.transfers.items() if t.status == "initiated")
        chosen = data.draw(st.permutations(pending))
        transfers = [self.model.transfers[known] for known in chosen]
        sides = [t.payee if t.initiator == t.payer else t.payer for t in transfers]
        expected = [self.model.accept(t, side) for t, side in zip(transfers, sides, strict=True)]
        requests = [accepting(known, side) for known, side in zip(chosen, sides, strict=True)]
        answers = self.appender.execute(requests)
        assert [outcome.code for outcome in decoded(answers)] == expected
        self.sent += zip(requests, answers, strict=True)

    @rule(account=accounts, low=limits, high=limits)
    def set_limits(self, account, low, high):
        self.model.low[account], self.model.high[account] = low, high
        self.send(limiting(account, max_negative=low, max_positive=high), "")

    @rule(account=accounts, standing_=st.sampled_from(["trading", "frozen"]))
    def set_standing(self, account, standing_):
        self.model.freeze(account, standing_)
        self.send(standing(account, standing_), "")

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def repeat(self, data):
        """Whatever happened since: the first answer, and nothing else."""
        request, answer = data.draw(st.sampled_from(self.sent))
        before = self.store.head
        assert self.appender.execute([request]) == [answer]
        assert self.store.head == before

    @rule(moment=st.sampled_from(["before", "after"]))
    def interrupt_the_next_commit(self, moment):
        self.store.interruptions = [moment]

    @invariant()
    def tables_are_the_model(self):
        assert {number: account.balance for number, account in self.store.accounts.items()} == self.model.balance
        assert sum(self.model.balance.values()) == 0
        known = {transfer_id: transfer.status for transfer_id, transfer in self.store.transfers.items()}
        assert known == {transfer_id: transfer.status for transfer_id, transfer in self.model.transfers.items()}

    @invariant()
    def audit_finds_nothing(self):
        for row in self.store.events[self.fold.position :]:
            self.fold.take(row.position, row.prev_hash, row.hash, row.body.encode())
        assert self.fold.findings == []
        assert self.fold.hash == self.store.head.hash
        assert {number: account.balance for number, account in self.fold.accounts.items()} == self.model.balance


LedgerMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestLedgerMachine = LedgerMachine.TestCase

"""One play: moves against the real decisions on a store in memory, each answer held against the model's.

Every step is compared whole: the answer, the events, what was touched; what holds for ever is looked at incrementally,
the whole book when the play ends.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson

from events.codec import decode, event_of
from services.ledger.audit import Fold
from services.ledger.domain import AdminTransfer, Book, CommandBatch, InitiateTransfer, ReverseTransfer, apply
from services.ledger.handlers import Appender
from services.ledger.records import Request
from services.ledger.store import Interrupted
from tests.ledger.factories import opening
from tests.ledger.fakes import BOOK, MemoryStore, RememberingStore
from tests.ledger.model import Answer, Model
from tests.ledger.model.state import UNDONE, text_of
from tests.ledger.moves import NUMBERS, Move, Moves

KINDS = {
    "propose": 30, "accept": 22, "reject": 3, "cancel": 4, "expire": 5, "remind": 3, "reverse": 5, "admin_transfer": 6,
    "set_limits": 4, "set_standing": 5, "set_consent": 4, "set_fees": 3, "set_policy": 1, "open_account": 1,
}  # fmt: skip
STEPS = {"single": 78, "batch": 5, "group": 5, "repeat": 4, "reuse": 2, "interrupt": 3, "clock": 3}
OTHER_WRITER = 0.02
_MAKERS = (InitiateTransfer, AdminTransfer, ReverseTransfer)


class Play:
    """One book, from its first event."""

    def __init__(self, rng: Random) -> None:
        self.store, self.model = MemoryStore(), Model()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        # Two writers of one book, as two instances have: each finds now and then that the other was faster.
        self.appenders = [Appender(RememberingStore(self.store), lambda: self.now) for _ in range(2)]
        self.moves = Moves(self.model, rng)
        self._rng, self._sent = rng, []
        self._fold = Fold(BOOK)
        self._keys = 0
        self.trace: list[Any] = []
        limits = {"max_negative": 150, "max_positive": 200}
        self._send([opening(number, **limits) for number in NUMBERS[:-1]])
        self._check_always()

    def step(self) -> None:
        """Something happens."""
        (name,) = self._rng.choices(list(STEPS), STEPS.values())
        getattr(self, name)()
        self._check_always()

    def single(self) -> None:
        self._send([self._request(self._move())])

    def batch(self) -> None:
        self._send([self._request(self.moves.many(list(KINDS), list(KINDS.values())))])

    def group(self) -> None:
        """Commands of several callers in one commit, one of them perhaps twice."""
        requests = [self._request(self._move()) for _ in range(self._rng.randint(2, 5))]
        if self._rng.random() < 0.3:
            requests.append(requests[0])
        self._send(requests)

    def repeat(self) -> None:
        """Whatever happened since: the first answer, byte for byte, and nothing else."""
        if self._sent:
            request, answer = self._rng.choice(self._sent[-40:])
            before = self.store.head
            assert self._insist([request]) == [answer]
            assert self.store.head == before

    def reuse(self) -> None:
        """The same key with another body."""
        if self._sent:
            request, answer = self._rng.choice(self._sent[-40:])
            command, authority = self._move()
            other = Request(
                command=command, authority=authority, scope=request.scope, key=request.key,
                fingerprint=f"another {request.fingerprint}", correlation_id="c",
            )  # fmt: skip
            before = self.store.head
            (refused,) = self._insist([other])
            assert orjson.loads(refused)["code"] == "idempotency.key_reused"
            assert self.store.head == before
            assert self._insist([request]) == [answer]

    def interrupt(self) -> None:
        """The store goes away before or after the next commits."""
        count = self._rng.randint(1, 4)
        self.store.interruptions = [self._rng.choice(("before", "after")) for _ in range(count)]

    def clock(self) -> None:
        """It goes on, or back."""
        days = self._rng.choice((0, 1, 3, 20, 31, -1, -40))
        self.now += timedelta(days=days, seconds=self._rng.randint(-5, 100))

    def finish(self) -> None:
        """The tables are the fold of the log, by the code that rebuilds them too."""
        assert set(self.store.accounts) == set(self.model.accounts)
        assert set(self.store.transfers) == set(self.model.transfers)
        for known in (*self.model.accounts, *self.model.transfers):
            self._check_state(known)
        replayed = Book()
        for row in self.store.events:
            envelope = decode(row.body.encode())
            apply(replayed, event_of(envelope), position=envelope.sequence, time=envelope.time)  # type: ignore[arg-type]
        assert replayed.accounts == self.store.accounts
        assert replayed.transfers == self.store.transfers
        assert (replayed.policy, replayed.fee_rules) == (self.store.policy, self.store.fee_rules)
        balances = {number: account.balance for number, account in self._fold.accounts.items()}
        assert balances == {number: account.balance for number, account in self.store.accounts.items()}

    def _move(self) -> Move:
        return self.moves.one(list(KINDS), list(KINDS.values()))

    def _request(self, move: Move) -> Request:
        self._keys += 1
        command, authority = move
        return Request(
            command=command, authority=authority, scope="user:u", key=f"k{self._keys}",
            fingerprint=f"f{self._keys}", correlation_id="c",
        )  # fmt: skip

    def _send(self, requests: Sequence[Request]) -> None:
        self.trace.append((self.now, requests))
        reached = len(self.store.events)
        answers = self._insist(requests)
        outcomes = [orjson.loads(answer) for answer in answers]
        pairs = zip(requests, outcomes, strict=True)
        self.model.begin(self.now, [known for request, outcome in pairs for known in _made(request.command, outcome)])
        told: dict[str, Answer] = {}
        for request, outcome in zip(requests, outcomes, strict=True):
            if request.key not in told:
                told[request.key] = self.model.execute(request.command, request.authority)
            require_answer(outcome, told[request.key])
        happened = [row.type for row in self.store.events[reached:]]
        assert happened == self.model.events[reached:], (happened, self.model.events[reached:])
        for known in self.model.touched:
            self._check_state(known)
        self._sent += zip(requests, answers, strict=True)

    def _insist(self, requests: Sequence[Request]) -> list[str]:
        """As a caller does that was told to repeat: the outcome was unknown."""
        appender = self.appenders[self._rng.random() < OTHER_WRITER]
        while True:
            try:
                return appender.execute(requests)
            except Interrupted:
                continue

    def _check_state(self, known: str) -> None:
        if known in self.store.accounts:
            account, model = self.store.accounts[known], self.model.accounts[known]
            for name in ("balance", "max_negative", "max_positive", "standing", "closing", "version", "entity_id"):
                assert getattr(account, name) == model[name], (known, name, account, model)
        elif known in self.model.transfers:
            transfer, model = self.store.transfers[known], self.model.transfers[known]
            for name in ("status", "payer", "payee", "amount", "version", "reversed_by", "expires_at", "ended_at"):
                assert getattr(transfer, name) == model[name], (known, name, transfer, model)
            assert transfer.reminded == (known in self.model.reminded)
        else:
            # Made and undone within a batch.
            assert known not in self.store.transfers

    def _check_always(self) -> None:
        accounts = self.store.accounts.values()
        assert sum(account.balance for account in accounts) == 0
        for account in accounts:
            if account.standing == "closed":
                assert account.balance == 0
            if account.standing != "trading":
                assert not self.model.pending(account.account)
        for row in self.store.events[self._fold.position :]:
            self._fold.take(row.position, row.prev_hash, row.hash, row.body.encode())
        assert self._fold.findings == []
        assert (self._fold.hash, self._fold.position) == (self.store.head.hash, len(self.store.events))
        assert text_of(self.model.last) == text_of(self.store.head.time)


def _made(command: Any, outcome: dict[str, Any]) -> list[str]:
    """Ids of the transfers that a command made, as the answer names them."""
    document = outcome.get("document")
    if not outcome["ok"] or document is None:
        return []
    if isinstance(command, CommandBatch):
        lines = zip(command.commands, document["results"], strict=True)
        return [known for single, line in lines for known in _made(single, line)]
    return [document["transfer_id"]] if isinstance(command, _MAKERS) else []


def require_answer(outcome: dict[str, Any], expected: Answer) -> None:
    """The ledger's answer is the model's: code, figures, what is shown."""
    told = (outcome["ok"], outcome["code"], outcome["position"])
    assert told == (expected.ok, expected.code, expected.position), (outcome, expected)
    require_same(outcome["document"], expected.document)
    errors = {name: len(sentences) for name, sentences in (outcome["errors"] or {}).items()}
    assert errors == (expected.errors or {}), (outcome, expected)
    require_same(outcome["extra"], expected.extra)


def require_same(told: Any, expected: Any) -> None:
    """Equal, but for sentences; a figure that the model knows by what it means is tried."""
    if callable(expected):
        assert expected(told), f"{told} is not the most that is possible"
    elif isinstance(expected, dict):
        names = [name for name in told if name != "detail"]
        assert set(names) == set(expected), (told, expected)
        for name in names:
            if name == "errors":
                assert {field: len(sentences) for field, sentences in told[name].items()} == expected[name]
            elif name != "reason" or expected[name] is not None:
                require_same(told[name], expected[name])
    elif isinstance(expected, list):
        assert len(told) == len(expected), (told, expected)
        for one, other in zip(told, expected, strict=True):
            require_same(one, other)
    elif not str(expected).startswith(UNDONE):
        assert told == expected, (told, expected)

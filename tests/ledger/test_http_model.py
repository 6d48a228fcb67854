"""The model's rules over HTTP: eight callers at once, real processes, a committer that is killed in the middle."""

import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import orjson
import psycopg
import pytest

from services.ledger.domain import Authority, CommandBatch, InitiateTransfer
from services.ledger.store import Reader
from services.ledger.views import account_view
from tests.databases import Database
from tests.ledger.books import in_parallel, requires_sound
from tests.ledger.factories import opening
from tests.ledger.model import Model
from tests.ledger.model.state import text_of
from tests.ledger.moves import Move, Moves
from tests.ledger.over_http import Callers, Sent, fits
from tests.ledger.play import KINDS, require_answer
from tests.ledger.processes import Instance, committer_of, kill
from tests.ledger.serial_order import Stored, require_serial
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

CALLERS = 8
COMMANDS_OF_A_CALLER = 200
# Seldom frozen, seldom another policy: here it is how callers meet that matters.
OVER_HTTP = KINDS | {"expire": 0, "remind": 0, "accept": 36, "set_standing": 1, "open_account": 1}
_BATCHED = ("propose", "accept", "reject", "cancel", "reverse", "admin_transfer", "set_limits")
IN_BATCHES = {name: OVER_HTTP[name] for name in _BATCHED}


@pytest.fixture
def instances(tmp_path, ledger_database, book) -> Iterator[list[Instance]]:
    """Two, each with its committer; the first has two workers."""
    made = []
    for number in range(2):
        folder = tmp_path / f"i{number}"
        folder.mkdir()
        made.append(Instance(folder, database_url=ledger_database.url, book=book, LEDGER_WORKERS=str(2 - number)))
    yield made
    for instance in made:
        instance.stop()


class Caller:
    """Draws commands by what it has seen of the book, which others change meanwhile."""

    def __init__(self, rng: Random, callers: Callers, seen: dict[str, Any], reader: Reader, numbers: list[str]) -> None:
        self._rng, self._callers, self._seen, self._reader, self._numbers = rng, callers, seen, reader, numbers
        self._mine: list[Sent] = []

    def step(self) -> None:
        through = self._rng.randrange(2)
        if self._mine and self._rng.random() < 0.08:
            self._callers.repeat(self._rng.choice(self._mine), through)
        elif self._mine and self._rng.random() < 0.03:
            self._callers.reuse(self._rng.choice(self._mine), through)
        else:
            self._mine.append(self._callers.send(*self._draw(), through))
            self._note(self._mine[-1].answer)

    def _draw(self) -> Move:
        accounts = {each.account: account_view(each) for each in self._reader.accounts(self._numbers)}
        view: Any = SimpleNamespace(accounts=accounts, transfers=dict(self._seen), now=datetime.now(UTC))
        moves = Moves(view, self._rng, self._numbers)
        while True:
            if self._rng.random() < 0.06:
                command, authority = moves.many(list(IN_BATCHES), list(IN_BATCHES.values()))
            else:
                command, authority = moves.one(list(OVER_HTTP), list(OVER_HTTP.values()))
            if fits(command, authority):
                return _in_time(command), replace(authority, actor="user:u1")

    def _note(self, answer: dict[str, Any]) -> None:
        lines = [line.get("document") or {} for line in answer.get("results", [])]
        for document in (answer, answer.get("transfer") or {}, *lines):
            if "transfer_id" in document:
                self._seen[document["transfer_id"]] = document


def _in_time(command: Any) -> Any:
    """No expiry within this test's own time: at the boundary nobody could say which answer is right."""
    if isinstance(command, CommandBatch):
        return replace(command, commands=tuple(map(_in_time, command.commands)))
    if isinstance(command, InitiateTransfer) and command.expires_at not in (None, "soon"):
        return replace(command, expires_at=text_of(datetime.now(UTC) + timedelta(days=5)))
    return command


def stored_events(database: Database, book: str) -> list[Stored]:
    with psycopg.connect(database.url) as connection:
        rows = connection.execute("SELECT position, type, opens, body FROM events WHERE book = %s ORDER BY 1", [book])
        return [
            Stored(position, type_, (event := orjson.loads(body))["time"], event["correlationid"], opens and str(opens))
            for position, type_, opens, body in rows
        ]


def test_many_callers_get_the_answers_of_one_order(instances, appender, reader, ledger_database, book):
    seed = secrets.token_hex(4)
    print("seed", seed)
    numbers = [f"{secrets.randbelow(10**15)}".rjust(16, "1") for _ in range(6)]
    openings = [opening(number, max_negative=150, max_positive=200) for number in numbers[:-1]]
    answers = [orjson.loads(answer) for answer in appender.execute(openings)]
    first, *others = (instance.serve() for instance in instances)
    callers, seen = Callers(instances, appender), {}
    killed = threading.Event()

    def play(number: int) -> None:
        caller = Caller(Random(f"{seed}/{number}"), callers, seen, reader, numbers)
        for step in range(COMMANDS_OF_A_CALLER):
            if number == 0 and step == COMMANDS_OF_A_CALLER // 2:
                kill(wait_until(lambda: committer_of(first)))
                killed.set()
            caller.step()

    in_parallel([lambda number=number: play(number) for number in range(CALLERS)], CALLERS)
    assert others
    assert killed.is_set()
    assert sum(instance.repeated for instance in instances) > 0, "the kill was not felt"

    events = stored_events(ledger_database, book)
    model = Model()
    model.now = datetime.fromisoformat(events[0].time)
    for request, answer in zip(openings, answers, strict=True):
        require_answer(answer, model.execute(request.command, Authority(actor="user:u")))
    without_place = require_serial(model, events[len(openings) :], callers.all)
    assert without_place > 50
    fold = requires_sound(ledger_database, book)
    assert {number: account.balance for number, account in fold.accounts.items()} == {
        number: account["balance"] for number, account in model.accounts.items()
    }
    assert fold.statuses() == {known: transfer["status"] for known, transfer in model.transfers.items()}
    _require_variety(callers.all)


def _require_variety(everything: list[Sent]) -> None:
    codes = Counter(sent.answer.get("type", "ok") for sent in everything)
    assert codes["ok"] > 100, codes
    assert len(codes) > 8, codes

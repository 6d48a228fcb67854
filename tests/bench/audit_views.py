"""What audit views cost on a long book: `python -m tests.bench.audit_views [--events 1000000] [--calls 30]`.

Through the HTTP application, without the network. PostgreSQL: POSTGRES_ADMIN_URL if it is set, else one of its own.
"""

import argparse
import logging
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import orjson
import psycopg
import structlog

from events.ledger import ConsentRule
from services.chassis.clock import system_clock
from services.ledger.domain import ReverseTransfer, SetConsent
from services.ledger.handlers import Appender
from services.ledger.records import Request
from services.ledger.store import Reader, Writer, migrate
from tests.bench.__main__ import _postgres as postgres
from tests.bench.stage import machine
from tests.databases import Database, fresh_database
from tests.ledger.audited import Auditor
from tests.ledger.factories import a_request, accepting, an_account_number, limiting, opening, paying

BOOK = "bench"
ACCOUNTS, PARTNERS = 10_000, 20
RARE = 2000
"""So many changes of limits; a fourth of that reversals, a fourth cancellations by the system."""
_AT_ONCE = 500
_LIMIT = 20_000
_WORDS = ("eggs", "rent", "potatoes 5 kg", "translation", "bicycle repair", "invoice 2026-114")


class Filling:
    """Members who trade with a few others each, until the log is long; some reach their limits."""

    def __init__(self, database: Database) -> None:
        self._writer = Writer(database.url, BOOK)
        self._appender = Appender(self._writer, system_clock)
        self._chance = random.Random(BOOK)
        self.accounts = [an_account_number() for _ in range(ACCOUNTS)]
        self.made = 0

    def fill(self, events: int) -> None:
        """Accounts, what is rare, payments."""
        rule = (ConsentRule(party="any", direction="pay"),)
        self._do(opening(each, max_negative=_LIMIT, max_positive=_LIMIT) for each in self.accounts)
        self._do(a_request(SetConsent(account=each, rules=rule), each) for each in self.accounts)
        self._pay(events // 2)
        self._rare()
        self._pay(events)
        self._writer.close()

    def _pay(self, until: int) -> None:
        while self.made < until:
            self._do([self._payment() for _ in range(_AT_ONCE)])

    def _payment(self) -> Request:
        place = self._chance.randrange(ACCOUNTS)
        # Neighbours: as in a town, most of a member's partners trade with each other.
        other = (place + self._chance.choice((1, -1)) * self._chance.randint(1, PARTNERS // 2)) % ACCOUNTS
        request = paying(self.accounts[place], self.accounts[other], self._chance.randint(1, 3000))
        return replace(request, command=replace(request.command, description=self._chance.choice(_WORDS)))

    def _rare(self) -> None:
        some = self._chance.sample(self.accounts, RARE)
        done = self._do(paying(one, other, 1) for one, other in pairwise(some))
        known = [answer["document"]["transfer_id"] for answer in done if answer["ok"]]
        self._do(a_request(ReverseTransfer(transfer_id=one, reason="wrong"), admin=True) for one in known[: RARE // 4])
        revoked = some[: RARE // 4]
        self._do(a_request(SetConsent(account=each, rules=()), each) for each in revoked)
        asked = [paying(payer, payee, 1) for payer, payee in zip(some[RARE // 2 :], revoked, strict=False)]
        open_ = [answer["document"]["transfer_id"] for answer in self._do(asked) if answer["ok"]]
        self._do(limiting(each, max_negative=_LIMIT, max_positive=0) for each in revoked)
        self._do(accepting(one, payee) for one, payee in zip(open_, revoked, strict=False))
        self._do(limiting(each, max_negative=_LIMIT // 2, max_positive=_LIMIT) for each in some)

    def _do(self, requests: Iterable[Request]) -> list[dict[str, Any]]:
        every, answers = list(requests), []
        for start in range(0, len(every), _AT_ONCE):
            answers += [orjson.loads(one) for one in self._appender.execute(every[start : start + _AT_ONCE])]
        self.made = max(self.made, *(answer.get("position") or 0 for answer in answers))
        return answers


def questions(head: int, number: int) -> Sequence[tuple[str, str, dict[str, Any]]]:
    """What is measured: name, view, what is asked; each call asks something else where it can."""
    past = head - number * 1000
    return [
        ("trial-balance, now", "trial-balance", {}),
        ("trial-balance, as of", "trial-balance", {"position": past}),
        ("near-limits, 100 accounts", "near-limits", {}),
        ("near-limits, 100 accounts, as of", "near-limits", {"position": past // 2}),
        ("near-limits, 500 accounts", "near-limits", {"limit": 500}),
        ("system-cancellations", "system-cancellations", {}),
        ("reversals", "reversals", {}),
        ("limit-changes", "limit-changes", {"limit": 500}),
        ("changes, 500 events", "changes", {"from_position": past // 2, "limit": 500}),
        ("sample, 100 of the year", "sample", {"n": 100, "seed": f"seed {number}"}),
        ("sample, 1000 of the year", "sample", {"n": 1000, "seed": f"seed {number}", "limit": 500}),
        ("rings, whole book", "rings", {"to_position": past}),
        ("rings, a tenth of it", "rings", {"from_position": past - head // 10, "to_position": past}),
        ("search, a word of every sixth", "search", {"text": "eggs", "to_position": past}),
        ("search, nowhere", "search", {"text": f"nowhere {number}", "to_position": past}),
    ]


def measure(url: str, calls: int) -> None:
    """A table of p50 and p95 in the service, in Markdown."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    reader = Reader(url, BOOK, size=1)
    reader.open()
    auditor, head = Auditor(reader), reader.head()["position"]
    taken: dict[str, list[float]] = {}
    rows: dict[str, int] = {}
    for number in range(1, calls + 1):
        for name, view, asked in questions(head, number):
            started = time.perf_counter()
            page = auditor.ask(view, **asked)
            taken.setdefault(name, []).append((time.perf_counter() - started) * 1000)
            rows[name] = len(page["rows"])
    reader.close()
    print("| view | rows | p50, ms | p95, ms |\n|---|---|---|---|")
    for name, times in taken.items():
        ordered = sorted(times)
        print(f"| {name} | {rows[name]} | {ordered[len(ordered) // 2]:.1f} | {ordered[int(len(ordered) * 0.95)]:.1f} |")


def prepare(database: Database, events: int) -> None:
    """A book that is settled: vacuumed and with statistics, as autovacuum leaves it."""
    migrate(database.owner_url, database.url)
    started = time.monotonic()
    Filling(database).fill(events)
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        rows = connection.execute("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM transfers)").fetchone()
    print(f"{rows} events and transfers of {ACCOUNTS} accounts, made in {time.monotonic() - started:.0f} s.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.audit_views")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=30)
    given = parser.parse_args()
    with postgres() as address, fresh_database(address) as made:
        print(machine(made))
        prepare(made, given.events)
        measure(made.url, given.calls)

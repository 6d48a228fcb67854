"""A random book in PostgreSQL, and an auditor who asks about it over HTTP."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import quote

from events.ledger import Leg
from services.ledger.domain import AdminTransfer, ReverseTransfer
from services.ledger.handlers import Appender
from services.ledger.store import Reader, Writer
from tests.ledger.factories import (
    a_request,
    accepting,
    an_account_number,
    cancelling,
    limiting,
    opening,
    paying,
    requesting,
    standing,
)
from tests.ledger.fakes import Ticking, decoded
from tests.ledger.web import Api

WORDS = ("Eggs", "milk 50%", "under_score", "back\\slash", "äpfel", "rent", "")


class Auditor:
    """Asks as the gateway does, of a book in PostgreSQL."""

    def __init__(self, reader) -> None:
        self._web = Api()
        _, *others = self._web.client.application.extensions["ledger"]
        self._web.client.application.extensions["ledger"] = (reader, *others)

    def response(self, view: str, *, roles: Sequence[str] = ("auditor",), **asked: Any):
        """`from_` is `from`."""
        known = {name.rstrip("_"): str(value) for name, value in asked.items()}
        path = f"/audit/{view}?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in known.items())
        return self._web.ask("get", path, roles=roles)

    def ask(self, view: str, **asked: Any) -> dict[str, Any]:
        """One page."""
        response = self.response(view, **asked)
        assert response.status_code == 200, response.text
        return response.json

    def all(self, view: str, **asked: Any) -> list[dict[str, Any]]:
        """The rows of all pages."""
        page = self.ask(view, **asked)
        rows = page["rows"]
        while page["next"]:
            assert len(page["rows"]) <= asked.get("limit", 100)
            page = self.ask(view, **asked, after=page["next"])
            rows += page["rows"]
        return rows


class RandomBook:
    """Commands by a seeded die, refused ones too; every kind of event that audit views look at."""

    def __init__(self, appender: Appender, clock: Ticking, seed: int) -> None:
        self._appender, self._clock, self._die = appender, clock, Random(seed)
        self.accounts = sorted(an_account_number() for _ in range(6))
        self.open: list[tuple[str, str]] = []
        self.done: list[str] = []
        self._do(*(opening(number, max_negative=100, max_positive=120) for number in self.accounts))

    def go_on(self, steps: int) -> None:
        """So many commands more."""
        moves = {self._propose: 6, self._accept: 6, self._limit: 2, self._end: 2, self._administer: 1}
        for _ in range(steps):
            self._clock.now += timedelta(seconds=self._die.randint(0, 100_000))
            self._die.choices(list(moves), moves.values())[0]()

    def _do(self, *requests) -> list[Any]:
        return decoded(self._appender.execute(requests))

    def _propose(self) -> None:
        payer, payee = self._die.sample(self.accounts, 2)
        make, initiator, other = self._die.choice([(paying, payer, payee), (requesting, payee, payer)])
        request = make(initiator, other, self._die.randint(1, 45))
        words = {"description": self._die.choice(WORDS), "reference": self._die.choice((None, "INV-7", "EGG"))}
        (outcome,) = self._do(replace(request, command=replace(request.command, **words)))
        if outcome.ok:
            self.open.append((outcome.document["transfer_id"], other))

    def _accept(self) -> None:
        if self.open:
            known, other = self.open.pop(self._die.randrange(len(self.open)))
            (outcome,) = self._do(accepting(known, other))
            self.done += [known] if outcome.ok else []

    def _limit(self) -> None:
        limits = {"max_negative": self._die.choice((0, 60, 100)), "max_positive": self._die.choice((0, 40, 120))}
        account = self._die.choice(self.accounts)
        # Standing too, that this moves nothing.
        self._do(limiting(account, **limits), standing(account, "frozen"), standing(account, "trading"))

    def _end(self) -> None:
        if self.done and self._die.random() < 0.6:
            known = self._die.choice(self.done)
            self._do(a_request(ReverseTransfer(transfer_id=known, reason="wrong"), admin=True))
        elif self.open:
            known, _ = self.open.pop()
            self._do(cancelling(known, self.accounts[0]))

    def _administer(self) -> None:
        one, other = self._die.sample(self.accounts, 2)
        legs = (Leg(account=one, amount=-5), Leg(account=other, amount=5))
        self._do(a_request(AdminTransfer(legs=legs, description="by hand"), admin=True))


@dataclass(frozen=True, slots=True)
class Played:
    """A random book of its own that may go on, and an auditor of it."""

    name: str
    random: RandomBook
    auditor: Auditor


@contextmanager
def played_book(url: str, seed: int, steps: int) -> Iterator[Played]:
    """A book after so many random commands: these take longer than most questions about them."""
    name = f"test-{secrets.token_hex(6)}"
    writer, reader = Writer(url, name), Reader(url, name, size=2)
    try:
        random = RandomBook(Appender(writer, clock := Ticking()), clock, seed)
        random.go_on(steps)
        reader.open()
        yield Played(name, random, Auditor(reader))
    finally:
        reader.close()
        writer.close()

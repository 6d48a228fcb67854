"""Statements on paper against the events: opening, every line, closing. The check code says nothing here.

The format is that of the CSV that members download: facts as rows of two, an empty row, a header row, the entries.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from .state import AuditedAccount, Proposal
from .walking import Check

_COLUMNS = ["time", "position", "transfer", "counterparty", "name", "description", "kind", "amount", "balance"]
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


class UnreadableStatement(ValueError):
    """Not a statement's CSV; says where."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a line of a statement tells; the name of the other side is nowhere in the ledger. Amounts in minor units."""

    time: str
    position: int
    transfer: str
    counterparty: str
    description: str
    kind: str
    amount: int
    balance: int


@dataclass(slots=True)
class Statement:
    """As it is on paper, and what the events say of the same account and positions."""

    file: str
    account: str
    first: int
    last: int
    opening: int
    closing: int
    lines: list[Line]
    told_opening: int = 0
    told: list[Line] = field(default_factory=list)

    def check(self, position: int) -> Check:
        """The paper against the events up to `position`."""
        check = Check(f"statement {self.file}", f"the statement {self.file} is what the events say", len(self.lines))
        if self.last > position:
            check.find(position, f"is the last event read, and the statement goes to {self.last}")
            return check
        if self.opening != self.told_opening:
            check.find(self.first, f"opens with {self.opening}, the events say {self.told_opening}")
        self._check_lines(check)
        closing = self.told[-1].balance if self.told else self.told_opening
        if self.closing != closing:
            check.find(self.last, f"closes with {self.closing}, the events say {closing}")
        return check

    def _check_lines(self, check: Check) -> None:
        told, written = {line.position: line for line in self.told}, {line.position for line in self.lines}
        previous = 0
        for line in self.lines:
            event = told.get(line.position)
            if event is None:
                check.find(line.position, f"moves nothing of {self.account}, and the statement has a line of it")
            elif line != event:
                check.find(line.position, f"is told otherwise: {_difference(line, event)}")
            if line.position <= previous:
                check.find(line.position, "stands twice in the statement, or not in its order")
            previous = line.position
        for position in told.keys() - written:
            check.find(position, f"moves {told[position].amount} of {self.account}, and the statement leaves it out")


class Watching:
    """Observes a fold for statements. Completions are put together from what is posted and the end of the transfer."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._by_account: dict[str, list[Statement]] = {}
        for statement in statements:
            self._by_account.setdefault(statement.account, []).append(statement)
        self._posted: list[tuple[str, int, int]] = []

    def changed(self, position: int, event: dict[str, Any]) -> None:
        """No line of a statement."""

    def proposed(self, position: int, proposal: Proposal) -> None:
        """No line of a statement."""

    def reversed(self, position: int, original: str, ended_at: int, reversal: str) -> None:
        """No line of a statement: what moves it back has its own."""

    def posted(
        self,
        position: int,  # noqa: ARG002 -- comes with the end
        transfer_id: str,  # noqa: ARG002 -- the same
        number: str,
        amount: int,
        account: AuditedAccount,
    ) -> None:
        if number in self._by_account:
            self._posted.append((number, amount, account.balance))

    def ended(self, position: int, proposal: Proposal, data: dict[str, Any], time: str) -> None:  # noqa: ARG002
        for number, amount, balance in self._posted:
            for statement in self._by_account[number]:
                if position < statement.first:
                    statement.told_opening = balance
                elif position <= statement.last:
                    statement.told.append(_line(position, number, amount, balance, proposal, time))
        self._posted.clear()


def read_statement(file: str, text: str) -> Statement:
    """Raises UnreadableStatement."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        facts = dict(_facts(rows))
        decimals = int(facts["decimals"])
        if next(rows, None) != _COLUMNS:
            raise UnreadableStatement(f"{file}, line {rows.line_num}: its columns are not those of a statement")
        return Statement(
            file=file,
            account=facts["account"],
            first=int(facts["from_position"]),
            last=int(facts["to_position"]),
            opening=_minor(facts["opening_balance"], decimals),
            closing=_minor(facts["closing_balance"], decimals),
            lines=[_read_line(row, decimals) for row in rows],
        )
    except KeyError as error:
        raise UnreadableStatement(f"{file} is no statement: it does not say its {error}") from error
    except (ValueError, csv.Error, InvalidOperation) as error:
        raise UnreadableStatement(f"{file}, line {rows.line_num}: {error}") from error


def _facts(rows: Iterator[list[str]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if not row:
            return
        name, value = row
        yield name, value


def _read_line(row: list[str], decimals: int) -> Line:
    time, position, transfer, counterparty, _, description, kind, amount, balance = row
    # A spreadsheet would run what begins like a formula: such texts are written behind an apostrophe.
    text = description[1:] if description.startswith("'") and description[1:].startswith(_RISKY) else description
    minor = _minor(amount, decimals), _minor(balance, decimals)
    return Line(time, int(position), transfer, counterparty, text, kind, *minor)


def _minor(text: str, decimals: int) -> int:
    amount = Decimal(text).scaleb(decimals)
    if amount != int(amount):
        raise ValueError(f"{text} has more than {decimals} decimals")
    return int(amount)


def _line(position: int, number: str, amount: int, balance: int, proposal: Proposal, time: str) -> Line:
    data = proposal.data
    payer, payee, kind = data["payer"], data["payee"], data["kind"]
    if number in (payer, payee):
        other, description = (payee if number == payer else payer), data["description"]
    elif kind == "transfer":
        # To whoever gets a fee the two members' words are no business.
        other, description = payer, ""
    else:
        other, description = (payer if amount > 0 else payee), data["description"]
    return Line(time, position, data["transfer_id"], other, description, kind, amount, balance)


def _difference(line: Line, event: Line) -> str:
    names = [name for name in Line.__slots__ if getattr(line, name) != getattr(event, name)]
    return ", ".join(f"{name} {getattr(line, name)!r}, the events say {getattr(event, name)!r}" for name in names)

"""Codes of statements: what was printed, and whether the postings still say so. The one thing HTTP workers write."""

# ruff: noqa: S608 -- only constants of this module are put into the texts

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import astuple
from datetime import datetime
from typing import Any, LiteralString

import psycopg

from services.ledger.codes import StatementCode
from services.ledger.findings import Statement
from services.ledger.questions import EVERY_ENTRY, Page, Period
from services.ledger.store.points import NotYet
from services.ledger.store.statements import Statements

Connecting = Callable[[], AbstractContextManager[psycopg.Connection]]

_COLUMNS: LiteralString = (
    "code, account, since, until, from_position, to_position, opening_balance, closing_balance, entries, paid, "
    "received, made_at"
)
_MAKE: LiteralString = (
    "INSERT INTO statement_codes (book, " + _COLUMNS + ") "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
    "ON CONFLICT ON CONSTRAINT one_code_per_statement DO NOTHING"
)
_SAME: LiteralString = (
    "SELECT " + _COLUMNS + " FROM statement_codes WHERE book = %s AND account = %s AND from_position = %s "
    "AND to_position = %s AND since IS NOT DISTINCT FROM %s AND until IS NOT DISTINCT FROM %s"
)
_BY_CODE: LiteralString = "SELECT " + _COLUMNS + " FROM statement_codes WHERE book = %s AND code = %s"


class StatementCodes:
    """Those of one book. `connecting` lends a connection that only reads unless it is told otherwise."""

    def __init__(self, book: str, connecting: Connecting) -> None:
        self._book, self._connecting = book, connecting

    def make(
        self, account: str, *, since: datetime | None, until: datetime | None, code: str, made_at: datetime
    ) -> StatementCode:
        """The code of an open account's statement of a period: `code`, unless the same statement has one already."""
        with self._connecting() as connection, connection.transaction():
            connection.execute("SET TRANSACTION READ WRITE")
            found = self._statement(connection, account, Period(since=since, until=until))
            made = _code_of(account, found, since=since, until=until, code=code, made_at=made_at)
            connection.execute(_MAKE, (self._book, *astuple(made)))
            same = (self._book, account, made.from_position, made.to_position, since, until)
            row = connection.execute(_SAME, same).fetchone()
        return _of_row(row) if row else made

    def read(self, code: str) -> tuple[StatementCode, bool] | None:
        """What was printed with a code, and whether the postings say the same now; None for an unknown one."""
        with self._connecting() as connection:
            row = connection.execute(_BY_CODE, (self._book, code)).fetchone()
            known = _of_row(row) if row else None
            return (known, self._holds(connection, known)) if known else None

    def _holds(self, connection: psycopg.Connection, known: StatementCode) -> bool:
        period = Period(from_position=known.from_position, to_position=known.to_position)
        try:
            now = self._statement(connection, known.account, period)
        except NotYet:
            return False
        same = _code_of(
            known.account, now, since=known.since, until=known.until, code=known.code, made_at=known.made_at
        )  # fmt: skip
        return same == known

    def _statement(self, connection: psycopg.Connection, account: str, period: Period) -> Statement:
        # A fresh one: what it remembers of earlier questions is not what the postings say now.
        return Statements(self._book).read(connection, account, period, Page(limit=1), EVERY_ENTRY)


def _code_of(
    account: str, found: Statement, *, since: datetime | None, until: datetime | None, code: str, made_at: datetime
) -> StatementCode:
    return StatementCode(
        code=code,
        account=account,
        since=since,
        until=until,
        from_position=found.from_position,
        to_position=found.to_position,
        opening_balance=found.opening_balance,
        closing_balance=found.closing_balance,
        entries=found.totals.count,
        paid=found.totals.paid,
        received=found.totals.received,
        made_at=made_at,
    )


def _of_row(row: tuple[Any, ...]) -> StatementCode:
    return StatementCode(**dict(zip(StatementCode.__slots__, row, strict=True)))

"""Writes the rows that a log comes to into a book's tables: a shadow's of them, or the book's own while it is empty."""

# ruff: noqa: S608 -- names of tables and columns come from this package and from the catalogue

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from services.ledger.domain import Transfer
from services.ledger.rebuilding import Rows
from services.ledger.store.rows import TRANSFER, account_row, rules_row, transfer_of, transfer_row

Row = tuple[Any, ...]


class Filling:
    """The projections of one book in one schema, over a connection of the tables' owner."""

    def __init__(self, connection: psycopg.Connection[Row], book: str, schema: str) -> None:
        self.connection, self._book, self._schema = connection, book, schema

    def take_back(self, transfer_id: str) -> Transfer | None:
        """A transfer that was written before; it is no longer there."""
        text = f"DELETE FROM {{shadow}} WHERE book = %s AND transfer_id = %s RETURNING {TRANSFER}"
        row = self.run(text, "transfers", self._book, transfer_id).fetchone()
        return transfer_of(row) if row else None

    def write(self, rows: Rows, *, replaces: bool = False) -> None:
        """Add rows; `replaces`: accounts and transfers that are there already give way."""
        accounts = [account_row(account) for account in rows.accounts]
        transfers = [transfer_row(transfer) for transfer in rows.transfers]
        if replaces:
            numbers = [account.account for account in rows.accounts]
            self.run("DELETE FROM {shadow} WHERE book = %s AND account = ANY(%s)", "accounts", self._book, numbers)
            known = [transfer.transfer_id for transfer in rows.transfers]
            gone = "DELETE FROM {shadow} WHERE book = %s AND transfer_id = ANY(%s::uuid[])"
            self.run(gone, "transfers", self._book, known)
        self._copy("accounts", accounts)
        self._copy("transfers", transfers)
        self._copy("postings", ({**_fields(row), "time": time} for time, row in rows.postings))
        self._copy("changes", ({**_fields(row), "time": time} for time, row in rows.changes))
        self._copy("transfer_parties", (_fields(row) for row in rows.parties))
        policy, fee_rules = rules_row(rows.policy, rows.fee_rules)
        if policy or fee_rules:
            self.run("DELETE FROM {shadow} WHERE book = %s", "book_rules", self._book)
            self._copy("book_rules", [{"policy": policy, "fee_rules": fee_rules}])

    def run(self, text: str, table: str = "", *parameters: Any) -> psycopg.Cursor[Row]:
        """A statement about the schema, or about a table and its shadow."""
        names = {"schema": self._name(), "shadow": self._name(table), "live": sql.Identifier("public", table)}
        return self.connection.execute(sql.SQL(text).format(**names), parameters or None)

    def _copy(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        """In one statement: the postings of an event must come together."""
        rows = iter(rows)
        first = next(rows, None)
        if first is None:
            return
        names = sql.SQL(", ").join(map(sql.Identifier, ("book", *first)))
        text = sql.SQL("COPY {} ({}) FROM STDIN").format(self._name(table), names)
        with self.connection.cursor() as cursor, cursor.copy(text) as copy:
            copy.write_row((self._book, *first.values()))
            for row in rows:
                copy.write_row((self._book, *row.values()))

    def _name(self, table: str = "") -> sql.Identifier:
        return sql.Identifier(self._schema, table) if table else sql.Identifier(self._schema)


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}

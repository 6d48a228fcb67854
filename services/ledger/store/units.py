"""A book has one unit, for ever: the one of the ledger that made it."""

from typing import LiteralString

import psycopg

_MAKE: LiteralString = """
INSERT INTO book_head (book, position, hash, time, unit) VALUES (%s, 0, %s, '1970-01-01Z', %s) ON CONFLICT DO NOTHING"""
_UNIT: LiteralString = "SELECT unit FROM book_head WHERE book = %s"
_CLAIM: LiteralString = "UPDATE book_head SET unit = %s WHERE book = %s AND unit IS NULL"


class WrongUnit(Exception):
    """The book is kept in another unit than this ledger's settings say."""

    def __init__(self, book: str, kept_in: str, unit: str) -> None:
        super().__init__(
            f"The book {book!r} is kept in {kept_in!r}, not in {unit!r}: correct LEDGER_UNIT or LEDGER_BOOK."
        )


def make_book(connection: psycopg.Connection, book: str, genesis: bytes, unit: str | None) -> None:
    """Make the book's head unless it is there; give it `unit` if it has none. Raises WrongUnit."""
    connection.execute(_MAKE, (book, genesis, unit))
    kept_in = _unit_of(connection, book)
    if unit is not None and kept_in is None:
        connection.execute(_CLAIM, (unit, book))
        kept_in = _unit_of(connection, book)
    _require_same(book, kept_in, unit)


def require_unit(url: str, book: str, unit: str) -> bool:
    """Raises WrongUnit; False when the store can't be asked now: then the writer finds out when it connects."""
    try:
        with psycopg.connect(url, connect_timeout=3, application_name="ledger-start") as connection:
            _require_same(book, _unit_of(connection, book), unit)
    except psycopg.Error:
        return False
    return True


def _unit_of(connection: psycopg.Connection, book: str) -> str | None:
    row = connection.execute(_UNIT, (book,)).fetchone()
    return row[0] if row else None


def _require_same(book: str, kept_in: str | None, unit: str | None) -> None:
    if unit is not None and kept_in is not None and kept_in != unit:
        raise WrongUnit(book, kept_in, unit)

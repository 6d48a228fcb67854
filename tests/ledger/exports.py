"""Books that are exported and imported in tests: signed ones, and the two commands in one call each."""

import io
from pathlib import Path
from typing import Any

import psycopg

from services.ledger.exporting import Wish as ExportWish
from services.ledger.exporting import run_export
from services.ledger.handlers import Appender
from services.ledger.importing import Wish as ImportWish
from services.ledger.importing import run_import
from services.ledger.store import Writer
from tests.databases import Database
from tests.ledger.everything import Everything, everything
from tests.ledger.factories import an_account_number, opening
from tests.ledger.fakes import Ticking
from tests.ledger.heads import a_signed_head

UNIT = "ocn-uk"


def signed_book(database: Database, book: str) -> Everything:
    """A book in which everything happened, with two signed heads: in its middle, and at its end."""
    writer, clock = Writer(database.url, book, unit=UNIT), Ticking()
    appender = Appender(writer, clock)
    appender.execute([opening(an_account_number()) for _ in range(3)])
    assert a_signed_head(database, book).size == 3
    happened = everything(appender, clock)
    writer.close()
    assert a_signed_head(database, book).number == 2
    return happened


def long_book(database: Database, book: str, events: int) -> None:
    """A signed book of so many accounts."""
    writer = Writer(database.url, book, unit=UNIT)
    appender = Appender(writer, Ticking())
    for _ in range(0, events, 500):
        appender.execute([opening(an_account_number()) for _ in range(500)])
    writer.close()
    assert a_signed_head(database, book).size == events


def exported(database: Database, book: str, *, seconds: int = 0, **wish: Any) -> tuple[bool, bytes, str]:
    """Whether it went well, standard output, and what was told."""
    out, err = io.BytesIO(), io.StringIO()
    passed = run_export(database.url, book, UNIT, ExportWish(**wish), out, err, seconds)
    return passed, out.getvalue(), err.getvalue()


def imported(
    database: Database, book: str, source: Path | bytes, *, unit: str = UNIT, find=lambda _: None, **wish: Any
) -> tuple[bool, str]:
    """Whether it went well, and what was told."""
    out, named = io.StringIO(), "-" if isinstance(source, bytes) else str(source)
    stdin = io.BufferedReader(io.BytesIO(source)) if isinstance(source, bytes) else None
    passed = run_import(
        database.owner_url, book, unit, ImportWish(named, **wish), find, stdin=stdin, out=out, err=io.StringIO()
    )
    return passed, out.getvalue()


def rows(database: Database, query: str, *parameters: Any) -> list:
    with psycopg.connect(database.url) as connection:
        return connection.execute(query, parameters).fetchall()


def requires_nothing(database: Database, book: str) -> None:
    """Not a row of the book, in any table."""
    tables = rows(database, "SELECT table_name FROM information_schema.columns "
                            "WHERE table_schema = 'public' AND column_name = 'book'")  # fmt: skip
    assert len(tables) > 10
    for (table,) in tables:
        assert not rows(database, f"SELECT FROM {table} WHERE book = %s", book), table

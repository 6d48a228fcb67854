"""A copy has every row of the book and no other; the original is only read; afterwards nothing of the drill is left."""

import psycopg
import pytest

from deploy.drill.copying import Original
from deploy.drill.places import Place, Places
from deploy.drill.small_book import BOOK, a_key
from deploy.native.trouble import Trouble
from services.ledger.handlers import Appender
from services.ledger.heads import HeadKey
from services.ledger.store import Writer
from tests.ledger.everything import everything
from tests.ledger.fakes import Ticking
from tests.ledger.heads import a_signed_head

pytestmark = pytest.mark.integration

TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"


def contents(place: Place, book: str) -> dict[str, list]:
    """Every row of a book as text, by table."""
    with psycopg.connect(place.admin_url) as connection:
        tables = [name for (name,) in connection.execute(TABLES) if name != "schema_migrations"]
        found = {name: connection.execute(f"SELECT t::text FROM {name} t ORDER BY 1").fetchall() for name in tables}
    return {name: [row for (row,) in rows if name == "head_keys" or row.startswith(f"({book},")
                   or f",{book}," in row] for name, rows in found.items()}  # fmt: skip


def with_two_books(place: Place) -> None:
    for book in (BOOK, "neighbour"):
        writer, clock = Writer(place.url, book), Ticking()
        everything(Appender(writer, clock), clock)
        writer.close()
        a_signed_head(place, book, key=HeadKey(a_key()))


def test_copy_is_the_book_and_nothing_else(postgres_admin_url):
    with Places(postgres_admin_url) as places:
        original, copy = places.make(), places.make()
        with_two_books(original)
        before = contents(original, BOOK), contents(original, "neighbour")
        Original(original.url, BOOK).copy_into(copy)
        assert contents(copy, BOOK) == before[0]
        assert all(before[0][name] for name in ("events", "postings", "accounts", "transfers", "tree_heads", "changes"))
        assert contents(copy, "neighbour") == {name: before[0][name] * (name == "head_keys") for name in before[0]}
        assert (contents(original, BOOK), contents(original, "neighbour")) == before
        assert Original(original.url, BOOK).size() == len(before[0]["events"])
        assert Original(original.url, "nobody").size() == 0


def test_ledger_of_another_version_is_not_copied(postgres_admin_url):
    with Places(postgres_admin_url) as places:
        original, copy = places.make(), places.make()
        with psycopg.connect(original.admin_url) as connection:
            connection.execute("ALTER TABLE accounts ADD COLUMN later text")
        with pytest.raises(Trouble, match="other tables"):
            Original(original.url, BOOK).copy_into(copy)


def test_nothing_is_left_even_when_a_drill_breaks_off(postgres_admin_url):
    names: list[str] = []
    with pytest.raises(ZeroDivisionError):
        _broken_off(postgres_admin_url, names)
    with psycopg.connect(postgres_admin_url) as admin:
        left = admin.execute("SELECT datname FROM pg_database WHERE datname = ANY(%s)", [names]).fetchall()
        prefix = names[0].rsplit("_", 2)[0]
        left += admin.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [prefix]).fetchall()
    assert (len(names), left) == (2, [])


def _broken_off(admin_url: str, names: list[str]) -> None:
    with Places(admin_url) as places:
        base = places.make()
        names += [base.name, places.copy(base).name]
        with psycopg.connect(base.admin_url):
            raise ZeroDivisionError

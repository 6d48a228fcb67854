"""A running ledger's book, copied into a database of the drill. The original is only read, in one snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from deploy.drill.places import Place
from deploy.native.trouble import Trouble

MOST_EVENTS = 20_000
"""Of a larger book the drill would take more than two minutes."""

_COLUMNS = """
SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'schema_migrations' GROUP BY table_name ORDER BY table_name"""
_READ_ONLY = "-c default_transaction_read_only=on -c statement_timeout=60s"


@dataclass(frozen=True, slots=True)
class Original:
    """Where the book is that is copied: as the service, which may read all of it."""

    url: str
    book: str

    def size(self) -> int:
        """How many events it has."""
        with psycopg.connect(self.url, options=_READ_ONLY) as connection:
            row = connection.execute("SELECT position FROM book_head WHERE book = %s", (self.book,)).fetchone()
        return int(row[0]) if row else 0

    def copy_into(self, place: Place) -> None:
        """Every row of the book. Raises Trouble when the tables are of another version."""
        with (
            psycopg.connect(self.url, options=_READ_ONLY) as original,
            psycopg.connect(place.admin_url) as copy,
        ):
            original.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            tables = _tables(copy)
            if tables != _tables(original):
                raise Trouble("The running ledger has other tables than this code.", remedy="make stop run")
            # Whatever order the rows come in, and whatever fires for commands.
            copy.execute("SET session_replication_role = replica")
            for table, columns in tables.items():
                self._copy_table(original, copy, table, columns)

    def _copy_table(
        self, original: psycopg.Connection, copy: psycopg.Connection, table: str, columns: Sequence[str]
    ) -> None:
        names = {"table": sql.Identifier(table), "columns": sql.SQL(", ").join(map(sql.Identifier, columns))}
        only = sql.SQL("WHERE book = {}").format(sql.Literal(self.book)) if "book" in columns else sql.SQL("")
        read = sql.SQL("COPY (SELECT {columns} FROM {table} {only}) TO STDOUT (FORMAT binary)")
        write = sql.SQL("COPY {table} ({columns}) FROM STDIN (FORMAT binary)").format(**names)
        with (
            original.cursor().copy(read.format(only=only, **names)) as source,
            copy.cursor().copy(write) as target,
        ):
            for piece in source:
                target.write(piece)


def _tables(connection: psycopg.Connection) -> Mapping[str, Sequence[str]]:
    return {str(table): list(columns) for table, columns in connection.execute(_COLUMNS)}

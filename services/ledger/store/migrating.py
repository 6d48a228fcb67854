"""Numbered migrations, each applied once, in order, under a lock; run by the role that owns the tables."""

from pathlib import Path

import psycopg
from psycopg import sql

FOLDER = Path(__file__).parent.parent / "migrations"

_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""


def schema_version() -> str:
    """The newest migration that this code knows: `0001`."""
    return _migrations()[-1].name[:4]


def migrate(owner_url: str, service_url: str) -> list[str]:
    """Apply what is missing and grant the service's role its rights; the names applied.

    Several processes may do this at once: one works, the others wait and find nothing left.
    """
    role = _role_of(service_url)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended('ledger/migrate', 0))")
        connection.execute("SET client_min_messages = warning")
        connection.execute(_TABLE)
        known = {number for (number,) in connection.execute("SELECT number FROM schema_migrations")}
        missing = [file for file in _migrations() if int(file.name[:4]) not in known]
        for file in missing:
            _apply(connection, file, role)
        connection.execute(sql.SQL("GRANT SELECT ON schema_migrations TO {}").format(sql.Identifier(role)))
        return [file.stem for file in missing]


def _apply(connection: psycopg.Connection, file: Path, role: str) -> None:
    # The name is quoted by the driver; nothing else is put into the text.
    statements = file.read_text().replace(':"service"', sql.Identifier(role).as_string(connection))
    with connection.transaction():
        connection.execute(statements.encode())
        connection.execute(
            "INSERT INTO schema_migrations (number, name) VALUES (%s, %s)", (int(file.name[:4]), file.stem)
        )


def _role_of(service_url: str) -> str:
    """The role that the service works as: a login may act as another (`ALTER ROLE … SET role`)."""
    with psycopg.connect(service_url) as connection:
        row = connection.execute("SELECT current_user").fetchone()
    if row is None:
        raise LookupError("PostgreSQL does not say who the service is")
    return str(row[0])


def _migrations() -> list[Path]:
    return sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))

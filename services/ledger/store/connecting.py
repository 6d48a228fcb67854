"""How the processes connect that keep a lock, or a client's place, for as long as their connection lives."""

from typing import Any

import psycopg


def connect_lasting(url: str, name: str, options: str) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection in autocommit; `name` is what PostgreSQL lists it under. Raises psycopg.OperationalError."""
    return psycopg.connect(
        url,
        autocommit=True,
        options=options,
        connect_timeout=5,
        application_name=name,
        # A dead network must not keep the lock for hours.
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
    )


def try_lock(connection: psycopg.Connection[tuple[Any, ...]], work: str, book: str) -> bool:
    """Take the lock of a work on a book, for as long as the connection lives; False while another has it."""
    row = connection.execute(
        "SELECT pg_try_advisory_lock(hashtextextended(%s::text, 0))", (f"ledger/{work}/{book}",)
    ).fetchone()  # fmt: skip
    return bool(row and row[0])

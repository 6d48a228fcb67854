"""Holds a ledger's writer at a certain point in the database, so that a test can do something to it just there."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.databases import Database
from tests.waiting import wait_until

_LOCK = 4711
_AT_COMMIT = f"""
CREATE FUNCTION hold_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared({_LOCK});
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER held_at_commit AFTER INSERT ON outcomes DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION hold_here()"""
_WAITING = (
    "SELECT pid FROM pg_stat_activity "
    "WHERE datname = %s AND application_name = 'ledger-writer' AND wait_event_type = 'Lock'"
)


class Hold:
    """A place where a writer waits until `release`."""

    def __init__(self, database: Database, holder: psycopg.Connection) -> None:
        self._database, self._holder = database, holder

    def wait(self, writers: int = 1) -> int:
        """The backend of a writer that has come to the place; `writers`: until so many wait for anything."""

        def writers_are_held() -> list[int]:
            with psycopg.connect(self._database.admin_url) as admin:
                rows = admin.execute(_WAITING, [self._database.name]).fetchall()
                return [pid for (pid,) in rows] if len(rows) >= writers else []

        return wait_until(writers_are_held, 20)[0]

    def terminate(self, backend: int) -> None:
        """End the writer's backend where it is: what it wrote is rolled back."""
        with psycopg.connect(self._database.admin_url, autocommit=True) as admin:
            assert admin.execute("SELECT pg_terminate_backend(%s, 10000)", [backend]).fetchone() == (True,)

    def release(self) -> None:
        """Whoever waits here goes on, and nobody is held again."""
        self._holder.rollback()


@contextmanager
def held_before_write(database: Database, book: str) -> Iterator[Hold]:
    """At the head of the book: nothing of the batch is written."""
    with psycopg.connect(database.owner_url) as holder:
        assert holder.execute("SELECT position FROM book_head WHERE book = %s FOR UPDATE", [book]).fetchone()
        yield Hold(database, holder)


@contextmanager
def held_at_commit(database: Database) -> Iterator[Hold]:
    """In COMMIT itself: everything of the batch is written, nothing is committed."""
    with psycopg.connect(database.owner_url) as holder:
        holder.execute(_AT_COMMIT)
        holder.commit()
        holder.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield Hold(database, holder)

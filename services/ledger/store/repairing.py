"""Live tables made equal to their shadow, by the rows that differ alone, in one transaction under the book's head lock.

Why neither renaming nor refilling: docs/adr/0009. Triggers that keep history from changing are off inside the
transaction only, for the owner of the tables, while nobody else can write to those tables.
"""

# ruff: noqa: S608 -- names of tables and columns come from this package and from the catalogue

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors

from services.ledger.store.shadow import ReplayRuns, Shadow

_HISTORIES = {
    "postings": ("postings_never_change", "position"),
    "changes": ("changes_never_change", "position"),
    "transfer_parties": ("parties_never_change", "initiated_position"),
}
"""Tables that never change: the trigger that sees to it, and the column by which whole events are replaced. In the
order in which writers take them: so nobody waits for the other."""
_STATES = {
    "accounts": ("book", "account"),
    "transfers": ("book", "transfer_id"),
    "book_rules": ("book",),
}
"""Tables that hold what is the case now, by their keys."""
_LOCK_TIMEOUT = "10s"


@contextmanager
def repairing(shadow: Shadow, patience: str = _LOCK_TIMEOUT) -> Iterator[None]:
    """A transaction with the book's head locked: its writers wait until `repair` is done. Raises ReplayRuns."""
    shadow.run("BEGIN")
    shadow.run(f"SET LOCAL lock_timeout = '{patience}'")
    shadow.run("SET LOCAL work_mem = '128MB'")
    try:
        shadow.head(lock=True)
        yield
    except errors.LockNotAvailable as error:
        raise ReplayRuns(f"others did not give the tables free within {patience}, try again.") from error


def repair(shadow: Shadow, book: str) -> int:
    """Make every table equal and commit; the number of rows written. The shadow must be as far as the head."""
    wrong = [table for table in _HISTORIES if _find_wrong(shadow, book, table)]
    for table in wrong:
        trigger, key = _HISTORIES[table]
        shadow.run(f"ALTER TABLE {{live}} DISABLE TRIGGER {trigger}", table)
        shadow.run(f"DELETE FROM {{live}} WHERE book = %s AND {key} IN (SELECT key FROM wrong_{table})", table, book)
    written = _repair_states(shadow, book)
    for table in wrong:
        key, names = _HISTORIES[table][1], ", ".join(shadow.columns(table))
        text = f"INSERT INTO {{live}} ({names}) SELECT {names} FROM {{shadow}} WHERE {key} IN"
        written += shadow.run(f"{text} (SELECT key FROM wrong_{table})", table).rowcount
    # The foreign keys are looked at now: a table with checks that wait can't get its trigger back.
    shadow.run("SET CONSTRAINTS ALL IMMEDIATE")
    for table in wrong:
        shadow.run(f"ALTER TABLE {{live}} ENABLE TRIGGER {_HISTORIES[table][0]}", table)
    shadow.run("UPDATE {live} SET epoch = epoch + 1 WHERE book = %s", "book_head", book)
    shadow.run("COMMIT")
    return written


def _find_wrong(shadow: Shadow, book: str, table: str) -> bool:
    """Whole events: the postings of one are only right together."""
    key, names = _HISTORIES[table][1], ", ".join(shadow.columns(table))
    shadow.run(
        f"CREATE TEMP TABLE wrong_{table} ON COMMIT DROP AS SELECT DISTINCT {key} AS key FROM ("
        f"(SELECT {names} FROM {{live}} WHERE book = %s EXCEPT ALL SELECT {names} FROM {{shadow}}) UNION ALL "
        f"(SELECT {names} FROM {{shadow}} EXCEPT ALL SELECT {names} FROM {{live}} WHERE book = %s)) AS differing",
        table,
        book,
        book,
    )
    return shadow.run(f"SELECT FROM wrong_{table} LIMIT 1").fetchone() is not None


def _repair_states(shadow: Shadow, book: str) -> int:
    """Rows too many go, transfers before the accounts they name; the others are set, in the other direction."""
    for table in ("transfers", "accounts", "book_rules"):
        names = ", ".join(_STATES[table])
        shadow.run(
            f"DELETE FROM {{live}} WHERE book = %s AND ({names}) NOT IN (SELECT {names} FROM {{shadow}})", table, book
        )
    return sum(_set_rows(shadow, book, table) for table in _STATES)


def _set_rows(shadow: Shadow, book: str, table: str) -> int:
    columns, keys = shadow.columns(table), _STATES[table]
    names = ", ".join(columns)
    news = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    return shadow.run(
        f"INSERT INTO {{live}} AS old ({names}) "
        f"(SELECT {names} FROM {{shadow}} EXCEPT ALL SELECT {names} FROM {{live}} WHERE book = %s) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {news}",
        table,
        book,
    ).rowcount

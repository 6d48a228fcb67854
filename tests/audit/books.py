"""Books in memory for tests of the verifier: written by the ledger's own code, signed and exported by `writing`."""

from functools import cache

from services.ledger.handlers import Appender
from tests.audit.writing import Ledger, Row, Signer
from tests.ledger.everything import Everything, everything
from tests.ledger.factories import accepting, an_account_number, cancelling, opening, paying
from tests.ledger.fakes import MemoryStore, Ticking, decoded

SIGNER = Signer()


def rows_of(store: MemoryStore) -> list[Row]:
    return [(row.position, row.prev_hash, row.hash, row.body.encode()) for row in store.events]


@cache
def small() -> tuple[Row, ...]:
    """Nine events: two accounts, two completed transfers, one cancelled, one open."""
    store = MemoryStore()
    appender = Appender(store, Ticking())
    one, other = an_account_number(), an_account_number()
    appender.execute([opening(one), opening(other)])
    for step in (accepting, cancelling, accepting, None):
        (proposed,) = decoded(appender.execute([paying(one, other, 100)]))
        if step:
            account = one if step is cancelling else other
            appender.execute([step(proposed.document["transfer_id"], account)])
    return tuple(rows_of(store))


@cache
def whole() -> tuple[Everything, tuple[Row, ...]]:
    """A book in which everything happened."""
    store, clock = MemoryStore(), Ticking()
    book = everything(Appender(store, clock), clock)
    return book, tuple(rows_of(store))


def a_ledger(*, everything_happened: bool = False) -> Ledger:
    return Ledger(list(whole()[1] if everything_happened else small()), signer=SIGNER)

"""The forged history is one that no rule forbids: else finding it would prove nothing."""

import orjson
import pytest

from deploy.drill.forging import MORE, Line, NothingToForge, forged, rechained, target
from services.ledger.audit import Fold
from services.ledger.handlers import Appender
from tests.ledger.everything import everything
from tests.ledger.factories import opening
from tests.ledger.fakes import BOOK, MemoryStore, Ticking


@pytest.fixture
def store() -> MemoryStore:
    """A book in which everything happened: most of its transfers can't be forged whole."""
    made, clock = MemoryStore(), Ticking()
    everything(Appender(made, clock), clock)
    return made


def lines_of(store: MemoryStore) -> list[Line]:
    return [Line(row.position, row.prev_hash, row.hash, row.body.encode()) for row in store.events]


def balances(lines: list[Line]) -> dict[str, int]:
    fold = Fold(BOOK)
    for line in lines:
        fold.take(line.position, line.prev_hash, line.hash, line.body)
    fold.end()
    assert fold.findings == []
    return {number: account.balance for number, account in fold.accounts.items()}


def test_chain_over_the_same_bytes_is_the_same(store):
    lines = lines_of(store)
    assert rechained(BOOK, lines) == lines


def test_forged_history_holds_and_moves_more(store):
    lines = lines_of(store)
    chosen = target(BOOK, lines)
    changed = forged(BOOK, lines, chosen)
    before, after = balances(lines), balances(changed)
    assert after == before | {chosen.payer: before[chosen.payer] - MORE, chosen.payee: before[chosen.payee] + MORE}
    differing = [one.position for one, other in zip(lines, changed, strict=True) if one.body != other.body]
    assert differing[:2] == [chosen.initiated, chosen.completed]
    assert [line.hash for line in lines[: differing[0] - 1]] == [line.hash for line in changed[: differing[0] - 1]]
    assert all(
        one.hash != other.hash
        for one, other in zip(lines[differing[0] - 1 :], changed[differing[0] - 1 :], strict=True)
    )
    amounts = [orjson.loads(each[chosen.initiated - 1].body)["data"]["amount"] for each in (lines, changed)]
    assert amounts[1] - amounts[0] == MORE


def test_book_without_transfers_can_not_be_forged():
    store = MemoryStore()
    Appender(store, Ticking()).execute([opening("1" * 16)])
    with pytest.raises(NothingToForge):
        target(BOOK, lines_of(store))

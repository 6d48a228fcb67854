"""What the ledger hands out, verified by `mccs-audit`: its own export, and its topics."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from services.ledger.audit.cli import main
from services.ledger.exporting import Wish, run_export
from services.ledger.handlers import Appender
from tests.databases import Database
from tests.ledger.everything import everything
from tests.ledger.fakes import Ticking
from tests.ledger.heads import a_head_key, a_signed_head
from tests.ledger.processes import Instance
from tests.waiting import wait_until

pytestmark = pytest.mark.integration


@pytest.fixture
def size(ledger_database: Database, writer, book: str) -> int:
    """Events of a book in which everything happened; a head is signed in the middle and at the end."""
    clock = Ticking()
    everything(Appender(writer, clock), clock)
    head = a_signed_head(ledger_database, book, clock=clock)
    assert head is not None
    return head.size


@pytest.fixture
def report(tmp_path: Path, capsysbinary) -> Callable[..., dict]:
    """Of a source, with the key that signs in these tests."""
    keys = tmp_path / "keys.json"
    keys.write_text(f'{{"keys":[{a_head_key().jwk}]}}')

    def call(source: object, *options: str) -> dict:
        capsysbinary.readouterr()
        code = main([str(source), "--json", "--keys", str(keys), *options])
        told = orjson.loads(capsysbinary.readouterr().out)
        assert told["holds"] == (code == 0)
        return told

    return call


@pytest.mark.parametrize("name", ["book.ndjson", "book.ndjson.gz", "folder"])
def test_export_holds(tmp_path: Path, ledger_database: Database, book: str, size: int, report, name: str):
    wish = Wish(output=str(tmp_path / name), segment=20, gzip=name.endswith("gz"))
    assert run_export(ledger_database.url, book, "ocn-uk", wish, None, seconds=1)
    told = report(tmp_path / name, "--book", book)
    assert (told["findings"], told["last"], told["unit"]) == ([], size, "ocn-uk")
    assert told["newest_head"]["size"] == size


def test_topics_hold_and_a_book_that_is_not_in_them_does_not(
    tmp_path: Path, kafka_bootstrap: str, ledger_database: Database, book: str, size: int, report
):
    instance = Instance(tmp_path, database_url=ledger_database.url, book=book, bootstrap=kafka_bootstrap)
    source = f"kafka:{kafka_bootstrap}"
    assert "no event of the book" in report(source, "--book", book)["findings"][0]["sentence"]
    try:
        instance.start("relay")
        told = wait_until(lambda: (found := report(source, "--book", book))["newest_head"] and found, seconds=60)
        assert (told["findings"], told["last"], told["newest_head"]["size"]) == ([], size, size)
    finally:
        instance.stop()

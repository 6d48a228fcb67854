"""A statement as CSV (RFC 4180): what it says first, then an empty line, then one row an entry, oldest first.

`mccs-audit --statement` reads this, so columns and names stay as they are.
"""

import csv
import io
from collections.abc import Iterable, Iterator

from services.gateway.amounts import text
from services.gateway.codes import grouped
from services.gateway.paper.reading import Paper, Row

COLUMNS = ("time", "position", "transfer", "counterparty", "name", "description", "kind", "amount", "balance")
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(paper: Paper) -> str:
    """The whole file."""
    return lines([*_facts(paper), (), COLUMNS, *map(_cells, paper.rows)])


def lines(rows: Iterable[Iterable[object]]) -> str:
    """Rows as they stand in a file."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def harmless(cell: object) -> object:
    """Spreadsheets run a text that begins like a formula: an apostrophe before it makes it text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RISKY) else cell


def _facts(paper: Paper) -> Iterator[tuple[object, object]]:
    facts = paper.facts
    yield "account", facts["account"]
    yield "from_position", facts["from_position"]
    yield "to_position", facts["to_position"]
    yield "opening_balance", text(facts["opening_balance"])
    yield "closing_balance", text(facts["closing_balance"])
    yield "decimals", 2
    yield "code", grouped(facts["code"])
    yield "check", paper.address


def _cells(row: Row) -> tuple[object, ...]:
    return (
        *(row.time, row.position, row.transfer_id, row.counterparty, harmless(row.name), harmless(row.description)),
        *(row.kind, text(row.amount), text(row.balance)),
    )

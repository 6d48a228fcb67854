"""Everything that stands on a statement: its facts and code from the ledger, every entry, names from the directory.

The ledger fixes the positions when it makes the code, so that what is read afterwards is what the code stands for,
whatever is paid meanwhile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from services.gateway.clients import Document, PartDown, Parts, Refused

PDF_MOST = 5_000
CSV_MOST = 50_000
_PAGE = 100


class TooLong(Exception):
    """The period has more entries than one file takes."""

    def __init__(self, entries: int, most: int) -> None:
        super().__init__(f"{entries} entries, at most {most}")
        self.entries, self.most = entries, most


class Row(NamedTuple):
    """One entry. Amount and balance in minor units, signed; `time` RFC 3339."""

    time: str
    position: int
    transfer_id: str
    counterparty: str
    name: str
    """Of the counterparty; empty when the directory does not know it, or is down."""
    description: str
    kind: str
    direction: str
    role: str
    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A statement that is complete and agrees with its code."""

    facts: Document
    """What the code stands for: GET /statement-codes/{code} in docs/internal-api.md."""
    rows: list[Row]
    """Oldest first."""
    address: str
    """Where the code is checked."""


def read(parts: Parts, account: str, *, since: str | None, until: str | None, most: int, site: str) -> Paper:
    """The statement of an account with a fresh code; `site` is the public address.

    Raises TooLong, and Refused or PartDown: a file without a code, or one that is not whole, is never made.
    """
    facts = parts.ledger.statement_code(account, since=since, until=until)
    if facts["entries"] > most:
        raise TooLong(facts["entries"], most)
    rows = _rows(parts, account, facts) if facts["entries"] else []
    _agree(facts, rows)
    return Paper(facts, rows, f"{site.rstrip('/')}/check/{facts['code']}")


def _rows(parts: Parts, account: str, facts: Document) -> list[Row]:
    rows: list[Row] = []
    names: dict[str, str] = {}
    after: int | None = facts["from_position"] - 1
    while after is not None and len(rows) <= facts["entries"]:
        page = parts.ledger.statement(
            account,
            from_position=facts["from_position"],
            to_position=facts["to_position"],
            after=after,
            limit=_PAGE,
        )
        _learn(parts, names, (entry["counterparty"] for entry in page["entries"]))
        rows += [_row(entry, names) for entry in reversed(page["entries"])]
        after = page["previous"]
    return rows


def _learn(parts: Parts, names: dict[str, str], accounts: Iterable[str]) -> None:
    """Ask the directory for those not known yet. While it is down the numbers must do."""
    unknown = sorted(set(accounts) - names.keys())
    if not unknown:
        return
    try:
        found = parts.directory.entities(accounts=unknown, page_size=min(len(unknown), _PAGE))["entities"]
    except (PartDown, Refused):
        found = []
    names.update(dict.fromkeys(unknown, ""))
    names.update({entity["account"]: entity["name"] for entity in found})


def _row(entry: Document, names: Mapping[str, str]) -> Row:
    return Row(
        time=entry["time"],
        position=entry["position"],
        transfer_id=entry["transfer_id"],
        counterparty=entry["counterparty"],
        name=names.get(entry["counterparty"], ""),
        description=entry.get("description") or "",
        kind=entry["kind"],
        direction=entry["direction"],
        role=entry["role"],
        amount=entry["amount"],
        balance=entry["balance"],
    )


def _agree(facts: Document, rows: list[Row]) -> None:
    """The entries must be those that the code stands for. Raises PartDown: the ledger contradicts itself."""
    balance = facts["opening_balance"]
    for row in rows:
        balance += row.amount
        if balance != row.balance:
            break
    if balance != facts["closing_balance"] or len(rows) != facts["entries"] or not facts["holds"]:
        raise PartDown("ledger", "statement.disagrees", "The entries do not add up to what the ledger says of them.")

"""Auditors' views as files: page after page from the ledger, passed on row by row, so that no file is too large.

Columns are those of docs/internal-api.md, in that order. Amounts are written in major units, `12.50`, as on statements.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from services.chassis.logs import log
from services.gateway.amounts import text
from services.gateway.clients import Document, Ledger, PartDown
from services.gateway.paper.spreadsheet import harmless, lines

PAGE = 500
_PERIOD = ("since", "until", "from_position", "to_position")
MONEY = frozenset(
    {
        *("balance", "max_negative", "max_positive", "amount", "previous_max_negative", "previous_max_positive"),
        *("sum", "total_positive", "total_negative", "all_above"),
    }
)
"""Columns, and facts of a view, that are amounts."""


@dataclass(frozen=True, slots=True)
class View:
    """A question of auditors: what may be asked (fields of `schemas_proofs.ViewQuery`), the columns of its answer."""

    summary: str
    asked: tuple[str, ...]
    columns: tuple[str, ...]


_ACCOUNT = ("account", "entity_id", "balance", "max_negative", "max_positive", "standing")
_TRANSFER = (
    *("transfer_id", "kind", "direction", "initiator", "payer", "payee", "amount", "description", "reference"),
    *("status", "initiated_position", "initiated_at", "ended_at", "accepted_by", "cancellation_kind"),
    *("reverses", "reversed_by"),
)
VIEWS: Mapping[str, View] = {
    "trial-balance": View(
        "All accounts with their balances, as of a position or an instant", ("position", "at"), _ACCOUNT
    ),
    "near-limits": View(
        "Accounts near or past a limit, and since when, worst first",
        ("position", "at", "percent"),
        (*_ACCOUNT, "used_percent", "outside", "since_position", "since_time", "since_exact"),
    ),
    "system-cancellations": View(
        "Transfers that the system cancelled, and why",
        _PERIOD,
        (
            *("position", "time", "transfer_id", "code", "reason", "payer", "payee", "initiator", "amount"),
            *("description", "reference", "initiated_position", "initiated_at"),
        ),
    ),
    "reversals": View(
        "Transfers that were reversed, by whom and why",
        _PERIOD,
        (
            *("position", "time", "reversal_id", "original_id", "payer", "payee", "amount", "reason", "actor"),
            *("on_behalf_of", "original_kind", "original_description", "original_time", "delay_seconds"),
        ),
    ),
    "limit-changes": View(
        "Changes of limits, with reasons",
        _PERIOD,
        (
            *("position", "time", "account", "previous_max_negative", "previous_max_positive", "max_negative"),
            *("max_positive", "reason", "actor", "balance", "outside_after"),
        ),
    ),
    "changes": View(
        "Every event, for what changed since a position",
        _PERIOD,
        ("position", "time", "type", "subject", "actor", "on_behalf_of", "data"),
    ),
    "events": View(
        "Events newest first: all, of a type, or what concerns an account",
        ("type", "account", *_PERIOD),
        ("position", "time", "type", "subject", "actor", "on_behalf_of", "data"),
    ),
    "sample": View(
        "Transfers drawn by lot; the same seed draws the same", ("n", "seed", *_PERIOD), ("draw", "number", *_TRANSFER)
    ),
    "rings": View(
        "Money that goes round among few accounts, most first",
        ("length", "min_amount", *_PERIOD),
        (
            *("amount", "length", "payments", "rounds", "first_time", "last_time"),
            *("account_1", "account_2", "account_3", "account_4", "account_5"),
        ),
    ),
    "search": View(
        "Transfers by words in description or reference, newest first",
        ("text", *_PERIOD),
        (
            *("position", "time", "transfer_id", "kind", "direction", "payer", "payee", "amount", "status"),
            *("ended_at", "description", "reference"),
        ),
    ),
}


def question(query: Mapping[str, Any]) -> dict[str, Any]:
    """A checked query string as the ledger takes it."""
    names = {"since": "from", "until": "to"}
    return {names.get(name, name): value for name, value in query.items()}


def csv_of(ledger: Ledger, name: str, asked: Mapping[str, Any]) -> Iterator[str]:
    """A view as CSV, its rows to the last. The first page is read at once: raises Refused, PartDown.

    When a later one fails the file breaks off, and with it the connection, so that it can't be taken for complete.
    """
    first = ledger.audit(name, {**asked, "limit": PAGE})
    new = [column for row in first["rows"][:1] for column in row if column not in VIEWS[name].columns]
    columns = (*VIEWS[name].columns, *new)
    return chain([lines([columns])], _pages(ledger, name, asked, columns, first))


def _pages(
    ledger: Ledger, name: str, asked: Mapping[str, Any], columns: tuple[str, ...], page: Document
) -> Iterator[str]:
    while True:
        yield lines([_cell(column, row.get(column)) for column in columns] for row in page["rows"])
        after = page["next"]
        if after is None:
            return
        page = ledger.audit(name, {**asked, "limit": PAGE, "after": after})
        if page["next"] == after:
            log.error("audit.view_goes_round", view=name)
            raise PartDown("ledger")


def _cell(column: str, value: Any) -> object:
    if column in MONEY and isinstance(value, int):
        return text(value)
    return harmless(str(value).lower() if isinstance(value, bool) else value)

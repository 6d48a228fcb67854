"""What auditors find in the ledger: a usual book, and one in which nothing has happened."""

from typing import Any

from tests.gateway.booked import Book, a_book
from tests.gateway.network import BAKERY_ACCOUNT, FARM_ACCOUNT, NOW, OFFICE_ACCOUNT, Network
from tests.gateway.standin import problem

VIEWS = ("system-cancellations", "reversals", "limit-changes", "rings", "sample", "search")
_LIMITS = {"max_negative": 10_000, "max_positive": 50_000}


def furnish_audit(network: Network, note: str) -> Book:
    """A row in every view, a book of nine events."""
    rows, facts = some_rows(note), {"next": None, "from_position": 1, "to_position": 12_873}
    for view, row in rows.items():
        network.ledger.on("GET", f"/audit/{view}", {"rows": [row, row | {"position": 9}], **facts})
    balances = {FARM_ACCOUNT: -1500, BAKERY_ACCOUNT: 1500, OFFICE_ACCOUNT: 0}
    page = {
        "rows": [an_account_row(account, balance) for account, balance in balances.items()],
        "position": 12_873, "time": NOW, "sum": 0, "total_positive": 1500, "total_negative": -1500,
    }  # fmt: skip
    # Two pages of it: whoever reads to the end must come to one.
    network.ledger.on(
        "GET", "/audit/trial-balance", lambda asked: page | {"next": None if "after" in asked.query else "more"}
    )
    near = {"used_percent": 97, "outside": False, "since_position": 9, "since_time": NOW, "since_exact": True}
    past = {"used_percent": None, "outside": True, "since_position": 9, "since_time": NOW, "since_exact": False}
    network.ledger.on("GET", "/audit/near-limits", {
        "rows": [an_account_row(FARM_ACCOUNT, -9700) | near, an_account_row(OFFICE_ACCOUNT, 100) | past],
        "next": None, "position": 12_873, "time": NOW, "percent": 20, "total": 2,
    })  # fmt: skip
    book = a_book()
    keep(network, book)
    return book


def keep(network: Network, book: Book) -> None:
    """The ledger answers from this book."""
    for path, says in (
        *(("/tree/inclusion", book.tree), ("/tree/consistency", book.continued), ("/export", book.exported)),
        *(("/audit/changes", book.listed), ("/audit/events", book.listed)),
        ("/transfers/transfer-1/proof", book.of_transfer),
    ):
        network.ledger.on("GET", path, says)


def no_audit(network: Network) -> None:
    """Nothing happened, nothing is signed."""
    nothing = {"rows": [], "next": None, "from_position": 1, "to_position": 0, "looked_from": 1, "looked_to": 0}
    for view in (*VIEWS, "events"):
        network.ledger.on("GET", f"/audit/{view}", nothing)
    for view in ("trial-balance", "near-limits"):
        network.ledger.on("GET", f"/audit/{view}", {
            "rows": [], "next": None, "position": 0, "time": None, "sum": 0, "total_positive": 0, "total_negative": 0,
            "percent": 20, "total": 0,
        })  # fmt: skip
    for path in ("/tree/inclusion", "/tree/consistency", "/export", "/transfers/transfer-1/proof"):
        network.ledger.on("GET", path, problem(404, "head.none"))


def an_account_row(account: str, balance: int) -> dict[str, Any]:
    return {"account": account, "entity_id": "e", "balance": balance, **_LIMITS, "standing": "trading"}


def some_rows(note: str) -> dict[str, dict[str, Any]]:
    """A row of each view along positions."""
    way = {"payer": FARM_ACCOUNT, "payee": BAKERY_ACCOUNT, "amount": 2500}
    happened = {"position": 7, "time": NOW}
    transfer = {
        "transfer_id": "transfer-1", "kind": "transfer", "direction": "pay", "initiator": FARM_ACCOUNT, **way,
        "description": note, "reference": "INV-7", "status": "completed", "initiated_position": 4, "initiated_at": NOW,
        "ended_at": NOW,
    }  # fmt: skip
    return {
        "system-cancellations": happened | transfer | {"code": "limit", "reason": "The limit did not allow it"},
        "reversals": happened | way | {
            "reversal_id": "transfer-3", "original_id": "transfer-1", "reason": note, "actor": "admin:admin-root",
            "on_behalf_of": None, "original_kind": "transfer", "original_description": note, "original_time": NOW,
            "delay_seconds": 3600,
        },
        "limit-changes": happened | {
            "account": FARM_ACCOUNT, "previous_max_negative": 0, "previous_max_positive": 50_000, **_LIMITS,
            "reason": note, "actor": "admin:admin-root", "balance": -50, "outside_after": True,
        },
        "rings": {
            "amount": 2500, "length": 3, "payments": 9, "rounds": 2, "first_time": NOW, "last_time": NOW,
            "account_1": FARM_ACCOUNT, "account_2": BAKERY_ACCOUNT, "account_3": OFFICE_ACCOUNT, "account_4": None,
            "account_5": None,
        },
        "sample": {"draw": 1, "number": 3, **transfer, "cancellation_kind": None, "reversed_by": "transfer-3"},
        "search": happened | transfer,
    }  # fmt: skip

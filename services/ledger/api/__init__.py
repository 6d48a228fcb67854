"""The ledger's HTTP interface (docs/internal-api.md). Commands go to the committer, reads to PostgreSQL."""

from services.ledger.api import accounts, audits, book, commands, exports, previews, rules, statements, transfers
from services.ledger.api.blueprint import ERRORS, STATUS_OF, bp, install

__all__ = [
    "ERRORS",
    "STATUS_OF",
    "accounts",
    "audits",
    "book",
    "bp",
    "commands",
    "exports",
    "install",
    "previews",
    "rules",
    "statements",
    "transfers",
]

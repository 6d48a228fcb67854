"""The ledger's HTTP interface (docs/internal-api.md). Commands go to the committer, reads to PostgreSQL."""

from services.ledger.api import (
    accounts,
    audits,
    book,
    codes,
    commands,
    exports,
    previews,
    proofs,
    rules,
    statements,
    transfers,
)
from services.ledger.api.blueprint import ERRORS, STATUS_OF, bp, install

__all__ = [
    "ERRORS",
    "STATUS_OF",
    "accounts",
    "audits",
    "book",
    "bp",
    "codes",
    "commands",
    "exports",
    "install",
    "previews",
    "proofs",
    "rules",
    "statements",
    "transfers",
]

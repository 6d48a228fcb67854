"""Events of the ledger, and what was worked out about proofs, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask_babel import lazy_gettext

from services.gateway.clients import Document
from services.gateway.proven_events import Evidence
from services.gateway.telling import action_words

EVENT_WORDS = {
    "account-opened": lazy_gettext("Account opened"),
    "account-limits-changed": lazy_gettext("Limits changed"),
    "account-standing-changed": lazy_gettext("Standing of the account changed"),
    "account-consent-changed": lazy_gettext("Standing consent changed"),
    "transfer-initiated": lazy_gettext("Transfer proposed or made"),
    "transfer-expiring": lazy_gettext("Transfer about to expire"),
    "transfer-completed": lazy_gettext("Transfer completed"),
    "transfer-cancelled": lazy_gettext("Transfer ended without payment"),
    "book-policy-changed": lazy_gettext("Rules of the network changed"),
    "fee-rules-changed": lazy_gettext("Fees changed"),
}
FINDINGS = {
    "text": lazy_gettext("The text, and the hash of all before it, give the hash that the ledger shows."),
    "path": lazy_gettext("The path of hashes leads from there to the root of the tree."),
    "root": lazy_gettext("A signed head has this root, at this size."),
    "signature": lazy_gettext("That head is signed with a key of the ledger."),
    "kept-root": lazy_gettext("At the size of your head the ledger's tree has the root that you kept."),
    "continued": lazy_gettext("Today's tree begins with that one: no event in it was changed, left out or put in."),
    "zero": lazy_gettext("What is signed says that all balances together are zero."),
    "newest": lazy_gettext("The signed head covers nothing that the book does not have."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was worked out, in words."""

    words: str
    holds: bool


def findings(evidence: Evidence) -> list[Finding]:
    """Each with its sentence, which is true when it holds."""
    return [Finding(str(FINDINGS[name]), holds) for name, holds in evidence.findings.items()]


def event_words(type_: str) -> str:
    """What happened; of `ledger.<name>.v1`."""
    name = name_of(type_)
    words = EVENT_WORDS.get(name)
    return str(words) if words else action_words(name)


def name_of(type_: str) -> str:
    """`transfer-completed`, of `ledger.transfer-completed.v1`."""
    return type_.removeprefix("ledger.").rpartition(".")[0] or type_


def told(rows: Iterable[Mapping[str, Any]]) -> list[Document]:
    """Rows of events with their `data` read, and the account or transfer that each is about."""
    return [_told(row) for row in rows]


def _told(row: Mapping[str, Any]) -> Document:
    kind, _, identity = row["subject"].partition("/")
    data = row["data"]
    said = orjson.loads(data) if isinstance(data, str) else data
    return {**row, "data": said, "kind": kind, "about": identity}


def accounts_in(event: Mapping[str, Any]) -> set[str]:
    """The account numbers that an event of `told` names."""
    data = event["data"]
    named = {each["account"] for name in ("legs", "entries") for each in data.get(name, ())}
    named |= {str(data[name]) for name in ("account", "payer", "payee") if data.get(name)}
    return named | ({event["about"]} if event["kind"] == "account" else set())

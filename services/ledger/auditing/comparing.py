"""Every table of a book against what its events come to. Rows are as stored: nothing of the write path reads them."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import orjson

from services.ledger.audit import Finding, Fold, rule_key
from services.ledger.auditing.digests import (
    Digests,
    Told,
    change_text,
    party_text,
    posting_text,
    transfer_texts,
)
from services.ledger.store.streaming import AuditSource

_MOST = 20


def wrong_head(fold: Fold, head: tuple[int, bytes]) -> list[Finding]:
    position, hash_ = head
    if position == fold.position and (hash_ == fold.hash or position == 0):
        return []
    return [Finding(position, f"the head row says {position} {hash_.hex()}, the last event is {fold.position}")]


def wrong_sum(fold: Fold) -> list[Finding]:
    return [Finding(0, f"they sum to {fold.sum}")] if fold.sum else []


def wrong_accounts(fold: Fold, source: AuditSource) -> list[Finding]:
    def known(number: str) -> tuple[object, ...] | None:
        a = fold.accounts.get(number)
        if a is None:
            return None
        return a.entity_id, a.balance, a.max_negative, a.max_positive, a.standing, a.version, a.closing, a.consent

    def of_row(row: tuple[Any, ...]) -> tuple[object, ...]:
        return (*row[1:-1], tuple(map(rule_key, orjson.loads(row[-1]))) if row[-1] else ())

    return _compare("account", fold.accounts, ((row[0], of_row(row)) for row in source.accounts()), known)


def wrong_transfers(told: Told, source: AuditSource) -> list[Finding]:
    wrong: list[Finding] = []
    for row in source.transfers():
        text, version = transfer_texts(row)
        known = told.transfers.cancel(row[11], text) and told.transfers.cancel(row[8], version)
        if not known and len(wrong) < _MOST:
            wrong.append(Finding(0, f"transfer {row[0]} is of a position that there is not"))
    left = list(islice(told.transfers.left(), _MOST))
    about = source.transfers_at(left)
    return wrong + [
        Finding(position, f"the row of transfer {about.get(position, '?')} is not what its events say")
        for position in left
    ]


def wrong_postings(told: Told, source: AuditSource) -> list[Finding]:
    """Limits, too: those that were in force."""
    return _wrong_digests(told.postings, posting_text, source.postings(), "its postings are not its entries")


def wrong_changes(told: Told, source: AuditSource) -> list[Finding]:
    sentence = "its line in the history of changes is not what it says"
    return _wrong_digests(told.changes, change_text, source.changes(), sentence)


def wrong_parties(told: Told, source: AuditSource) -> list[Finding]:
    return _wrong_digests(told.parties, party_text, source.parties(), "its further parties are not those of its legs")


def wrong_rules(fold: Fold, source: AuditSource) -> list[Finding]:
    policy, fee_rules = (orjson.loads(text) if text else None for text in source.rules())
    found = []
    if policy != fold.policy:
        found.append(Finding(0, f"the policy is {policy}, the events say {fold.policy}"))
    if (fee_rules or []) != (fold.fee_rules or []):
        found.append(Finding(0, f"the fee rules are {fee_rules}, the events say {fold.fee_rules}"))
    return found


def balances(fold: Fold) -> dict[str, int]:
    return {number: account.balance for number, account in fold.accounts.items()}


def _compare(
    what: str, folded: Iterable[str], rows: Iterable[tuple[str, tuple[object, ...]]], known: Callable[[str], object]
) -> list[Finding]:
    stored = dict(rows)
    missing = [Finding(0, f"{what} {key} is missing") for key in folded if key not in stored]
    wrong = [
        Finding(0, f"{what} {key} is {row}, the events say {known(key)}")
        for key, row in stored.items()
        if row != known(key)
    ]
    return (missing + wrong)[:_MOST]


def _wrong_digests(
    told: Digests, text: Callable[..., str], rows: Iterable[tuple[Any, ...]], sentence: str
) -> list[Finding]:
    """Rows are a position and what `text` makes a text of."""
    wrong: list[Finding] = []
    for position, *row in rows:
        if not told.cancel(position, text(*row)) and len(wrong) < _MOST:
            wrong.append(Finding(position, f"{sentence}: there is no such event"))
    return wrong + [Finding(position, sentence) for position in islice(told.left(), _MOST)]

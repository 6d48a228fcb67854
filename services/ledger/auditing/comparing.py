"""Every table of a book against what its events come to. Rows are as stored: nothing of the write path reads them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from services.ledger.audit import AuditedTransfer, Finding, Fold, consent_key, digest, rule_key
from services.ledger.store.streaming import AuditSource

_MOST = 20


def wrong_head(fold: Fold, head: tuple[int, bytes]) -> list[Finding]:
    position, hash_ = head
    if position == fold.position and (hash_ == fold.hash or position == 0):
        return []
    return [Finding(position, f"the head row says {position} {hash_.hex()}, the last event is {fold.position}")]


def wrong_sum(fold: Fold) -> list[Finding]:
    total = sum(account.balance for account in fold.accounts.values())
    return [Finding(0, f"they sum to {total}")] if total else []


def wrong_accounts(fold: Fold, source: AuditSource) -> list[Finding]:
    def known(number: str) -> tuple[object, ...] | None:
        a = fold.accounts.get(number)
        if a is None:
            return None
        return a.entity_id, a.balance, a.max_negative, a.max_positive, a.standing, a.version, a.closing, a.consent

    def of_row(row: tuple[Any, ...]) -> tuple[object, ...]:
        return (*row[1:-1], tuple(map(rule_key, orjson.loads(row[-1]))) if row[-1] else ())

    return _compare("account", fold.accounts, ((row[0], of_row(row)) for row in source.accounts()), known)


def wrong_transfers(fold: Fold, source: AuditSource) -> list[Finding]:
    left = len(fold.transfers)
    wrong: list[Finding] = []
    for row in source.transfers():
        transfer = fold.transfers.get(row[0])
        left -= transfer is not None
        if (sentence := _wrong_transfer(transfer, row)) and len(wrong) < _MOST:
            wrong.append(Finding(0, f"transfer {row[0]} {sentence}"))
    if left:
        wrong += [Finding(0, f"{left} transfers are missing: {', '.join(_missing_transfers(fold, source))}")]
    return wrong


def wrong_postings(fold: Fold, source: AuditSource) -> list[Finding]:
    """Limits, too: those that were in force."""
    return _wrong_digests(fold.postings, source.postings(), "its postings are not its entries")


def wrong_changes(fold: Fold, source: AuditSource) -> list[Finding]:
    return _wrong_digests(fold.changes, source.changes(), "its line in the history of changes is not what it says")


def wrong_parties(fold: Fold, source: AuditSource) -> list[Finding]:
    return _wrong_digests(fold.parties, source.parties(), "its further parties are not those of its legs")


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


def _wrong_transfer(transfer: AuditedTransfer | None, row: tuple[Any, ...]) -> str | None:
    """What is wrong with a row; its columns are those of AuditSource.transfers."""
    (_, kind, direction, initiator, payer, payee, amount, status, version, reversed_by, legs, position, expires_at,
     reverses, reminded, description, reference, initiated_at, *ending) = row  # fmt: skip
    if transfer is None:
        return "is in no event"
    t = transfer
    told = (t.kind, t.direction, t.initiator, t.payer, t.payee, t.amount, t.status, t.version, t.reversed_by)
    stored = (kind, direction, initiator, payer, payee, amount, status, version, reversed_by)
    if stored != told:
        return f"is {stored}, the events say {told}"
    if _legs(legs, payer, payee, amount) != t.legs:
        return "has other legs than the events say"
    if (position, expires_at, reverses, reminded) != (t.position, t.expires_at, t.reverses, t.reminded):
        return f"has another place, expiry, reminder or original: the events say {t.expires_at}, {t.reverses}"
    if hash((description, reference, initiated_at, expires_at)) != t.proposal:
        return "has another description, reference or time than the events say"
    if _ending(ending) != t.ending:
        return "ended otherwise than the events say"
    return None


def _ending(columns: list[Any]) -> int:
    """ended_at, accepted_by, consent, kind, code, reason, by."""
    ended_at, accepted_by, consent, *cancellation = columns
    if ended_at is None and not any((accepted_by, consent, *cancellation)):
        return 0
    return hash((ended_at, accepted_by, consent_key(orjson.loads(consent)) if consent else None, *cancellation))


def _legs(text: str | None, payer: str, payee: str, amount: int) -> tuple[tuple[str, int], ...]:
    if text is None:
        return (payer, -amount), (payee, amount)
    return tuple((leg["account"], leg["amount"]) for leg in orjson.loads(text))


def _missing_transfers(fold: Fold, source: AuditSource) -> list[str]:
    there = {row[0] for row in source.transfers()}
    return [known for known in fold.transfers if known not in there][:_MOST]


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


def _wrong_digests(told: Mapping[int, int], rows: Iterable[tuple[Any, ...]], sentence: str) -> list[Finding]:
    """Rows are a position and what is digested."""
    left = dict(told)
    for position, *row in rows:
        # Equal digests cancel out: what is left differs.
        left[position] = left.get(position, 0) ^ digest([tuple(row)])
    return [Finding(position, sentence) for position in sorted(p for p, rest in left.items() if rest)[:_MOST]]

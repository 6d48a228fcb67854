"""Accounts: opened once, limits, standing and what it ends, closing at zero, consent (invariants 5 and 16)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .state import AuditedAccount, RuleKey, rule_key

if TYPE_CHECKING:
    from .fold import Fold

_STANDINGS = {"trading", "frozen", "closed"}


def opened(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    fold.require(data["account"] not in fold.accounts, position, "opens an account for the second time")
    fold.require(data["standing"] in _STANDINGS, position, "gives a standing that there is not")
    _require_limits(fold, position, data)
    fold.accounts[data["account"]] = AuditedAccount(
        data["entity_id"], 0, data["max_negative"], data["max_positive"], data["standing"], position
    )


def limits_changed(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    account = fold.accounts[data["account"]]
    _require_limits(fold, position, data)
    previous = data["previous"]
    same = (account.max_negative, account.max_positive) == (previous["max_negative"], previous["max_positive"])
    fold.require(same, position, "names other previous limits")
    account.max_negative, account.max_positive = data["max_negative"], data["max_positive"]
    account.version = position


def standing_changed(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    account, standing, closing = fold.accounts[data["account"]], data["standing"], bool(data.get("closing"))
    fold.require(standing in _STANDINGS, position, "gives a standing that there is not")
    fold.require(account.standing == data["previous"], position, "names another previous standing")
    fold.require(standing != "closed" or account.balance == 0, position, "closes an account that has a balance")
    sound = not closing or (standing == "frozen" and account.balance != 0)
    fold.require(sound, position, "lets an account wait for its zero that is not frozen or is at zero")
    waited = account.closing and account.balance == 0
    fold.require(standing == "closed" or not waited, position, "does not close an account that waited for its zero")
    account.standing, account.closing, account.version = standing, closing, position
    if standing != "trading":
        for known in account.open:
            fold.due["ledger.transfer-cancelled.v1", known] = f"{known} must be cancelled, its party may not trade"


def consent_changed(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    account = fold.accounts[data["account"]]
    rules = tuple(map(rule_key, data["rules"]))
    fold.require(_is_sound(rules), position, "gives a consent that may not be given")
    named = {party for party, _, _ in rules if party != "any"}
    known = named <= fold.accounts.keys() and data["account"] not in named
    fold.require(known, position, "consents to an account that there is not, or to itself")
    account.consent, account.version = rules, position


def _is_sound(rules: Sequence[RuleKey]) -> bool:
    """Requests only of named ones and up to an amount; one rule for each party and direction."""
    if len({rule[:2] for rule in rules}) < len(rules):
        return False
    for party, direction, most in rules:
        if direction not in ("pay", "request") or (most is not None and most < 1):
            return False
        if direction == "request" and (party == "any" or most is None):
            return False
    return True


def _require_limits(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    fold.require(min(data["max_negative"], data["max_positive"]) >= 0, position, "sets a negative limit")

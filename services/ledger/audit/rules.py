"""The book's own rules, and the legs that they make of a transfer."""

from typing import TYPE_CHECKING, Any

from .state import Leg

if TYPE_CHECKING:
    from .fold import Fold

_WHOLE = 10_000
_RANGES = {
    "default_max_negative": (0, 10**11),
    "default_max_positive": (0, 10**11),
    "expires_after_days": (1, 366),
    "reminder_days": (0, 30),
    "warning_percent": (1, 100),
}


def fee_rules_changed(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    for rule in data["rules"]:
        account = fold.accounts.get(rule["account"])
        fold.require(account is not None, position, "lets fees go to an account that there is not")
        trading = account is None or account.standing == "trading"
        fold.require(trading, position, "lets fees go to an account that may not trade")
        sound = rule["side"] in ("payer", "payee") and 0 <= rule["basis_points"] <= _WHOLE and rule["fixed"] >= 0
        fold.require(sound, position, "makes a fee rule that may not be made")
    fold.fee_rules = data["rules"]


def policy_changed(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    for name, (least, most) in _RANGES.items():
        fold.require(least <= data[name] <= most, position, f"sets `{name}` to what it may not be")
    fold.policy = {name: data[name] for name in _RANGES}


def legs_due(fold: "Fold", payer: str, payee: str, amount: int) -> list[Leg]:
    """What completion must move by the rules in force; fees come after payer and payee, in order of account."""
    if not fold.fee_rules:
        return [(payer, -amount), (payee, amount)]
    paid, received = -amount, amount
    fees: dict[str, int] = {}
    for rule in fold.fee_rules:
        taker = rule["account"]
        if taker in (payer, payee):
            continue
        fee = rule["fixed"] + half_even(amount * rule["basis_points"])
        fees[taker] = fees.get(taker, 0) + fee
        if rule["side"] == "payer":
            paid -= fee
        else:
            received -= fee
    return [(payer, paid), (payee, received), *sorted((taker, fee) for taker, fee in fees.items() if fee)]


def half_even(parts: int) -> int:
    """Whole units of so many ten-thousandths, a half to the even neighbour."""
    return (parts + _WHOLE // 2 - 1 + parts // _WHOLE % 2) // _WHOLE

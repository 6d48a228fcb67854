"""What a transfer costs, and the legs that it therefore has. Integers only; percentages are rounded half-even."""

from collections.abc import Iterable, Sequence

from events.ledger import FeeRule, FeeSide, Leg
from services.ledger.domain import MAX_AMOUNT, FeeExceedsAmount

_WHOLE = 10_000


def fee_of(rule: FeeRule, amount: int) -> int:
    """What `rule` takes of a transfer of `amount`."""
    whole, rest = divmod(amount * rule.basis_points, _WHOLE)
    rounds_up = rest * 2 > _WHOLE or (rest * 2 == _WHOLE and whole % 2 == 1)
    return rule.fixed + whole + rounds_up


def legs_of(rules: Iterable[FeeRule], *, payer: str, payee: str, amount: int) -> tuple[Leg, ...]:
    """Payer, payee, then each account that takes a fee; Σ 0. Who takes a fee pays none to itself.

    Raises FeeExceedsAmount when nothing is left for the payee.
    """
    fees: dict[str, int] = {}
    paid = {"payer": 0, "payee": 0}
    for rule in applying(rules, payer, payee):
        fee = fee_of(rule, amount)
        paid[rule.side] += fee
        fees[rule.account] = fees.get(rule.account, 0) + fee
    if paid["payee"] >= amount:
        raise FeeExceedsAmount("The fees would take all of that amount: propose a larger one.")
    return (
        Leg(account=payer, amount=-amount - paid["payer"]),
        Leg(account=payee, amount=amount - paid["payee"]),
        *(Leg(account=account, amount=fee) for account, fee in fees.items() if fee),
    )


def largest_amount(rules: Sequence[FeeRule], side: FeeSide, room: int) -> int:
    """An amount whose leg on `side`, fees included, fits into `room`, while one unit more does not.

    0 when fees would take all of it. (Where several rules of a side round up at the same amount its leg may shrink by
    a unit or two as amounts grow: a little more may pass by such luck.)
    """
    sign = 1 if side == "payer" else -1
    low, high = 0, MAX_AMOUNT
    while low < high:
        middle = (low + high + 1) // 2
        if middle + sign * _taken(rules, side, middle) <= room:
            low = middle
        else:
            high = middle - 1
    return low if low > _taken(rules, "payee", low) else 0


def _taken(rules: Iterable[FeeRule], side: FeeSide, amount: int) -> int:
    return sum(fee_of(rule, amount) for rule in rules if rule.side == side)


def applying(rules: Iterable[FeeRule], payer: str, payee: str) -> list[FeeRule]:
    """The rules for a transfer between two accounts."""
    return [rule for rule in rules if rule.account not in (payer, payee)]

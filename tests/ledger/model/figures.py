"""Figures of the model: fees by fractions, and what "the most" means. Integers of the smallest unit."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

MOST = 99_999_999_999


def fee(rule: Any, amount: int) -> int:
    return rule.fixed + round(Fraction(amount * rule.basis_points, 10_000))


def possible(rules: Sequence[Any], side: str, room: int) -> Callable[[int], bool]:
    """Whether a figure is the most that a side with `room` can pay or receive, fees included."""

    def leg(amount: int) -> int:
        fees = sum(fee(rule, amount) for rule in rules if rule.side == side)
        return amount + fees if side == "payer" else amount - fees

    def all_taken(amount: int) -> bool:
        return amount <= sum(fee(rule, amount) for rule in rules if rule.side == "payee")

    def is_most(figure: int) -> bool:
        if figure == 0:
            return leg(1) > room or any(leg(edge) <= room < leg(edge + 1) and all_taken(edge) for edge in range(5000))
        return leg(figure) <= room and not all_taken(figure) and (figure == MOST or leg(figure + 1) > room)

    return is_most

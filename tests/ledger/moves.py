"""Any command that somebody could think of, mostly sensible, at the edges of what is allowed. All chance is `rng`'s."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from events.ledger import ConsentRule, FeeRule, Leg
from services.ledger.domain import (
    AcceptTransfer,
    AdminTransfer,
    Authority,
    CancelTransfer,
    CommandBatch,
    ExpireTransfer,
    InitiateTransfer,
    OpenAccount,
    RejectTransfer,
    RemindOfTransfer,
    ReverseTransfer,
    SetConsent,
    SetFeeRules,
    SetLimits,
    SetPolicy,
    SetStanding,
)
from tests.ledger.model import Model
from tests.ledger.model.figures import MOST
from tests.ledger.model.state import text_of

Move = tuple[Any, Authority]
NUMBERS = [f"{number}".rjust(16, "1") for number in range(6)]
UNKNOWN_ACCOUNT = "9" * 16
UNKNOWN_TRANSFER = "0190a8a0-0000-7000-8000-000000000000"
LATEST = 25


class Moves:
    """Draws moves for the book that `model` describes."""

    def __init__(self, model: Model, rng: Random, numbers: Sequence[str] = NUMBERS) -> None:
        self._model, self._rng, self._numbers = model, rng, numbers

    def one(self, names: Sequence[str], weights: Sequence[int]) -> Move:
        """A single command of the kinds named."""
        (name,) = self._rng.choices(names, weights)
        move: Callable[[], Move] = getattr(self, name)
        return move()

    def many(self, names: Sequence[str], weights: Sequence[int]) -> Move:
        """A batch of them under one authority."""
        moves = [self.one(names, weights) for _ in range(self._rng.randint(1, 6))]
        accounts = frozenset().union(*(authority.accounts for _, authority in moves))
        admin = self._chance(0.5) or any(authority.is_admin for _, authority in moves)
        commands = tuple(command for command, _ in moves)
        return CommandBatch(commands=commands, atomic=self._chance(0.5)), _acting(*accounts, admin=admin)

    def propose(self) -> Move:
        mine, other = self._account(), self._account()
        if mine == other and self._chance(0.8):
            mine, other = self._rng.sample(self._numbers, 2)
        command = InitiateTransfer(
            initiator=mine,
            counterparty=other,
            direction=self._rng.choice(("pay", "request")),
            amount=self._amount(mine),
            description=self._rng.choice(("", "eggs")),
            reference=self._rng.choice((None, "INV 1")),
            expires_at=self._expiry(),
        )
        return command, self._acting_for(mine)

    def accept(self) -> Move:
        return self._step(AcceptTransfer, answers=True)

    def reject(self) -> Move:
        return self._step(RejectTransfer, answers=True, reason=self._rng.choice(("", "no")))

    def cancel(self) -> Move:
        return self._step(CancelTransfer, answers=False, reason=self._rng.choice(("", "no")))

    def expire(self) -> Move:
        return ExpireTransfer(transfer_id=self._transfer("initiated")), _acting()

    def remind(self) -> Move:
        return RemindOfTransfer(transfer_id=self._transfer("initiated")), _acting()

    def reverse(self) -> Move:
        known = self._transfer("completed")
        transfer = self._model.transfers.get(known)
        mine = transfer["payee"] if transfer and self._chance(0.8) else self._account()
        return ReverseTransfer(transfer_id=known, reason="a mistake"), self._acting_for(mine, admin=0.5)

    def admin_transfer(self) -> Move:
        count = self._rng.choice((2, 2, 2, 3, 4, 5, 6))
        numbers = self._rng.sample(self._numbers, min(count, len(self._numbers)))
        if self._chance(0.05):
            numbers[-1] = self._rng.choice((numbers[0], UNKNOWN_ACCOUNT))
        amounts = [self._sign() * self._amount(number) for number in numbers[:-1]]
        if self._chance(0.3) and numbers[0] in self._model.accounts:
            # All that there is: what settles an account that is to be closed.
            amounts[0] = -self._model.accounts[numbers[0]]["balance"]
        amounts.append(-sum(amounts) + self._chance(0.02))
        legs = [Leg(account=number, amount=amount) for number, amount in zip(numbers, amounts, strict=True)]
        if self._chance(0.02):
            legs = self._rng.choice((legs[:1], legs * 11))
        command = AdminTransfer(legs=tuple(legs), description="tidy", settle=self._chance(0.5))
        return command, self._acting_for(numbers[0], admin=0.95)

    def set_limits(self) -> Move:
        limits = {name: self._limit() for name in ("max_negative", "max_positive") if self._chance(0.8)}
        return SetLimits(account=self._account(), reason="asked", **limits), _acting(admin=self._chance(0.95))

    def set_standing(self) -> Move:
        standing = self._rng.choices(("trading", "frozen", "closed"), (6, 2, 2))[0]
        return SetStanding(account=self._account(), standing=standing, reason="asked"), _acting()

    def set_consent(self) -> Move:
        mine = self._account()
        rules = []
        for _ in range(self._rng.choice((0, 1, 1, 1, 2, 3))):
            direction = self._rng.choice(("pay", "request"))
            party = "any" if direction == "pay" and self._chance(0.4) else self._account()
            most = self._rng.choice((1, 20, 100, 0 if self._chance(0.05) else 300))
            unbounded = direction == "pay" and self._chance(0.5)
            rules.append(ConsentRule(party=party, direction=direction, max_amount=None if unbounded else most))
        if rules and self._chance(0.03):
            rules[0] = ConsentRule(party="any", direction="request", max_amount=None)
        return SetConsent(account=mine, rules=tuple(rules)), self._acting_for(mine)

    def set_fees(self) -> Move:
        sides, points = ("payer", "payee"), (0, 0, 50, 333, 1000, 2500, 5000)
        rules = [
            FeeRule(
                account=self._account(), side=self._rng.choice(sides), fixed=self._rng.choice((0, 0, 1, 3)),
                basis_points=self._rng.choice(points),
            )
            for _ in range(self._rng.choice((0, 0, 1, 1, 1, 2, 3)))
        ]  # fmt: skip
        rules = [rule for rule in rules if rule.fixed or rule.basis_points or self._chance(0.02)]
        return SetFeeRules(rules=tuple(rules), reason="asked"), _acting(admin=self._chance(0.95))

    def set_policy(self) -> Move:
        choices = {
            "default_max_negative": (0, 100, -1 if self._chance(0.1) else 5),
            "default_max_positive": (50_000, 200, 300),
            "expires_after_days": (1, 30, 366, 367 if self._chance(0.1) else 2),
            "reminder_days": (0, 3, 30, 31 if self._chance(0.1) else 1),
            "warning_percent": (80, 100, 0 if self._chance(0.1) else 1),
        }
        wished = {name: self._rng.choice(values) for name, values in choices.items() if self._chance(0.4)}
        return SetPolicy(reason="asked", **wished), _acting(admin=self._chance(0.95))

    def open_account(self) -> Move:
        number, standing = self._rng.choice(self._numbers), self._rng.choice(("trading", "frozen"))
        limits = {name: self._limit() for name in ("max_negative", "max_positive") if self._chance(0.5)}
        limits = {name: abs(limit) for name, limit in limits.items()}
        return OpenAccount(account=number, entity_id=f"e-{number}", standing=standing, **limits), _acting()

    def _step(self, command: type, *, answers: bool, **more: str) -> Move:
        known = self._transfer("initiated")
        transfer = self._model.transfers.get(known)
        sides = [self._account(), self._account()]
        if transfer:
            sides = [transfer["payer"], transfer["payee"]]
            if (transfer["initiator"] == transfer["payer"]) == answers:
                sides.reverse()
        # The one whose step it is, rarely the other side or anybody.
        mine = self._rng.choices((*sides, self._account()), (16, 2, 1))[0]
        return command(transfer_id=known, **more), self._acting_for(mine, admin=0.08)

    def _account(self) -> str:
        return UNKNOWN_ACCOUNT if self._chance(0.01) else self._rng.choice(self._numbers)

    def _transfer(self, status: str) -> str:
        latest = [t for t in self._model.transfers.values() if t["status"] == status][-LATEST:]
        if latest and self._chance(0.9):
            return str(self._rng.choice(latest)["transfer_id"])
        everything = list(self._model.transfers)[-LATEST:]
        if not everything or self._chance(0.05):
            return UNKNOWN_TRANSFER
        return self._rng.choice(everything)

    def _amount(self, number: str) -> int:
        account = self._model.accounts.get(number)
        if account and self._chance(0.3):
            # Just what it can, one less, one more; and what brings it to zero.
            edge = self._rng.choice((account["can_pay"], account["can_receive"], abs(account["balance"])))
            return int(min(MOST, edge + self._rng.choice((-1, 0, 0, 1))))
        return self._rng.choice((0, -1, MOST + 1, MOST)) if self._chance(0.02) else self._rng.randint(1, 120)

    def _limit(self) -> int:
        return self._rng.choice((-1, MOST + 1)) if self._chance(0.01) else self._rng.randint(0, 250)

    def _expiry(self) -> str | None:
        if self._chance(0.7):
            return None
        if self._chance(0.03):
            return "soon"
        choices = (
            timedelta(seconds=1), timedelta(hours=1), timedelta(days=1), timedelta(days=5), timedelta(days=360),
            timedelta(0), timedelta(seconds=-1), timedelta(days=367), timedelta(days=366),
        )  # fmt: skip
        return text_of(self._model.now + self._rng.choices(choices, (4, 4, 6, 6, 2, 1, 1, 1, 1))[0])

    def _acting_for(self, mine: str, admin: float = 0.03) -> Authority:
        is_admin = self._chance(admin)
        accounts = [] if is_admin and self._chance(0.7) else [mine]
        if self._chance(0.1):
            accounts = [self._account()] + (accounts if self._chance(0.5) else [])
        return _acting(*accounts, admin=is_admin)

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _sign(self) -> int:
        return self._rng.choice((1, -1))


def _acting(*accounts: str, admin: bool = False) -> Authority:
    return Authority(actor="admin:a" if admin else "user:u", accounts=frozenset(accounts), is_admin=admin)

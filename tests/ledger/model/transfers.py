"""Commands about transfers, each by the name of its class."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.ledger.domain import Authority
from tests.ledger.model.figures import MOST, fee, possible
from tests.ledger.model.state import Refusal, State, text_of

_LONGEST = timedelta(days=366)


class Transfers(State):
    """Propose, answer, take back, what the clock does, and what administrators do."""

    def initiate_transfer(self, command: Any, authority: Authority) -> Any:
        mine, other, amount = command.initiator, command.counterparty, command.amount
        if not 1 <= amount <= MOST:
            raise Refusal("request.invalid")
        expires_at = self._expiry(command.expires_at)
        for number in (mine, other):
            self._known(number)
        if mine == other:
            raise Refusal("transfer.same_account")
        if mine not in authority.accounts:
            raise Refusal("auth.forbidden")
        sides = {"initiator": mine, "counterparty": other}
        if stopped := {name: 1 for name, number in sides.items() if self._stops(number)}:
            raise Refusal("account.not_trading", stopped)
        payer, payee = (mine, other) if command.direction == "pay" else (other, mine)
        legs = self._legs(payer, payee, amount)
        self._require_room(legs, mine)
        rule = self._consent(self.accounts[other], mine, command.direction, amount)
        known = self._proposed(
            legs, kind="transfer", direction=command.direction, initiator=mine, payer=payer, payee=payee,
            amount=amount, description=command.description, reference=command.reference,
            expires_at=None if rule else expires_at,
        )  # fmt: skip
        return self._completed(known, by_consent=True) if rule else self.transfers[known]

    def _expiry(self, wished: str | None) -> str:
        if wished is None:
            return text_of(self.now + timedelta(days=self.policy["expires_after_days"]))
        try:
            at = datetime.fromisoformat(wished)
        except ValueError:
            raise Refusal("request.invalid") from None
        if at <= self.now or at - self.now > _LONGEST:
            raise Refusal("request.invalid")
        return text_of(at.astimezone(UTC))

    def _legs(self, payer: str, payee: str, amount: int) -> list[tuple[str, int]]:
        rules = [rule for rule in self.fees if rule.account not in (payer, payee)]
        taken = {side: sum(fee(rule, amount) for rule in rules if rule.side == side) for side in ("payer", "payee")}
        if taken["payee"] >= amount:
            raise Refusal("transfer.fee_exceeds_amount")
        fees: dict[str, int] = {}
        for rule in rules:
            fees[rule.account] = fees.get(rule.account, 0) + fee(rule, amount)
        legs = [(payer, -amount - taken["payer"]), (payee, amount - taken["payee"])]
        legs += [(number, amount) for number, amount in fees.items() if amount]
        if any(self._stops(number) for number, _ in legs[2:]):
            raise Refusal("transfer.fee_account")
        return legs

    def _require_room(self, legs: Sequence[tuple[str, int]], own: str) -> None:
        (payer, _), (payee, _), *fees = legs
        mine, other = (legs[0], legs[1]) if own == payer else (legs[1], legs[0])
        if not self._fits(*mine):
            rules = [rule for rule in self.fees if rule.account not in (payer, payee)]
            side = "payer" if own == payer else "payee"
            raise Refusal("transfer.limit_exceeded", max_possible=possible(rules, side, self._room(*mine)))
        if not self._fits(*other):
            raise Refusal("transfer.counterparty_limit")
        if not all(self._fits(*leg) for leg in fees):
            raise Refusal("transfer.fee_account")

    @staticmethod
    def _consent(account: dict[str, Any], party: str, direction: str, amount: int) -> bool:
        return any(
            rule["direction"] == direction
            and rule["party"] in ("any", party)
            and (rule["max_amount"] is None or amount <= rule["max_amount"])
            for rule in account["consent"]
        )

    def accept_transfer(self, command: Any, authority: Authority) -> Any:
        transfer, other = self._to_answer(command.transfer_id, authority)
        code = self._hindrance(transfer)
        if code:
            kind = "expired" if code == "expired" else "system"
            ended = self._cancelled(transfer["transfer_id"], kind, code)
            raise Refusal("transfer.cancelled_by_system", transfer=ended)
        return self._completed(transfer["transfer_id"], accepted_by=other)

    def _hindrance(self, transfer: dict[str, Any]) -> str:
        if transfer["expires_at"] is not None and transfer["expires_at"] <= text_of(self.now):
            return "expired"
        legs = [(leg["account"], leg["amount"]) for leg in transfer["legs"]]
        if any(self._stops(number) for number, _ in legs[:2]):
            return "account_not_trading"
        if not all(self._fits(*leg) for leg in legs[:2]):
            return "limit_exceeded"
        if any(self._stops(number) or not self._fits(number, amount) for number, amount in legs[2:]):
            return "fee_account"
        return ""

    def reject_transfer(self, command: Any, authority: Authority) -> Any:
        transfer, other = self._to_answer(command.transfer_id, authority)
        return self._cancelled(transfer["transfer_id"], "rejected", "declined", other, command.reason)

    def cancel_transfer(self, command: Any, authority: Authority) -> Any:
        transfer = self._mine(command.transfer_id, authority)
        mine = transfer["initiator"] in authority.accounts
        if not mine and not authority.is_admin:
            raise Refusal("transfer.not_yours")
        self._open(transfer)
        code = "withdrawn" if mine else "cancelled_by_administrator"
        by = transfer["initiator"] if mine else None
        return self._cancelled(transfer["transfer_id"], "cancelled", code, by, command.reason)

    def expire_transfer(self, command: Any, _: Authority) -> Any:
        transfer = self._open(self.transfers.get(command.transfer_id))
        if transfer["expires_at"] > text_of(self.now):
            raise Refusal("request.invalid")
        return self._cancelled(transfer["transfer_id"], "expired", "expired")

    def remind_of_transfer(self, command: Any, _: Authority) -> Any:
        transfer = self._open(self.transfers.get(command.transfer_id))
        if transfer["transfer_id"] not in self.reminded:
            self._event("transfer-expiring")
            self.reminded |= {transfer["transfer_id"]}
            return self._transfer(transfer["transfer_id"])
        return transfer

    def admin_transfer(self, command: Any, authority: Authority) -> Any:
        legs = [(leg.account, leg.amount) for leg in command.legs]
        amounts = [amount for _, amount in legs]
        if not 2 <= len(legs) <= 20 or any(not 1 <= abs(a) <= MOST for a in amounts) or sum(amounts):
            raise Refusal("request.invalid")
        for number, _ in legs:
            self._known(number)
        if len(dict(legs)) < len(legs):
            raise Refusal("transfer.same_account")
        if not authority.is_admin:
            raise Refusal("auth.forbidden")
        self._require_possible(legs, frozen_too=command.settle)
        known = self._at_once("admin", legs, description=command.description, reference=command.reference)
        return self._completed(known)

    def _require_possible(self, legs: Sequence[tuple[str, int]], *, frozen_too: bool) -> None:
        fine = ("trading", "frozen") if frozen_too else ("trading",)
        if stopped := sum(self.accounts[number]["standing"] not in fine for number, _ in legs):
            raise Refusal("account.not_trading", {"legs": stopped})
        for number, amount in legs:
            if not self._fits(number, amount):
                raise Refusal("transfer.limit_exceeded", account=number, max_possible=self._room(number, amount))

    def _at_once(self, kind: str, legs: Sequence[tuple[str, int]], **given: Any) -> str:
        payer = next(number for number, amount in legs if amount < 0)
        payee = next(number for number, amount in legs if amount > 0)
        total = sum(amount for _, amount in legs if amount > 0)
        defaults = {"initiator": "", "payer": payer, "payee": payee, "amount": total}
        return self._proposed(legs, kind=kind, **(defaults | given))

    def reverse_transfer(self, command: Any, authority: Authority) -> Any:
        original = self._mine(command.transfer_id, authority)
        simple = original["kind"] == "transfer" and len(original["legs"]) == 2
        if not authority.is_admin and not (simple and original["payee"] in authority.accounts):
            raise Refusal("transfer.not_yours")
        if original["status"] != "completed":
            raise Refusal("transfer.not_completed", transfer_status=original["status"])
        if original["kind"] == "reversal":
            raise Refusal("transfer.not_reversible")
        if original["reversed_by"]:
            raise Refusal("transfer.already_reversed", reversed_by=original["reversed_by"])
        legs = [(leg["account"], -leg["amount"]) for leg in original["legs"]]
        if authority.is_admin:
            self._require_possible(legs, frozen_too=True)
        else:
            self._require_return(original)
        initiator = "" if authority.is_admin else original["payee"]
        known = self._at_once(
            "reversal", legs, initiator=initiator, description=command.reason, reverses=command.transfer_id
        )
        self._transfer(command.transfer_id, reversed_by=known)
        return self._completed(known)

    def _require_return(self, original: dict[str, Any]) -> None:
        """What the payee gives back costs no fee."""
        payer, payee, amount = original["payee"], original["payer"], original["amount"]
        sides = {"initiator": payer, "counterparty": payee}
        if stopped := {name: 1 for name, number in sides.items() if self._stops(number)}:
            raise Refusal("account.not_trading", stopped)
        if not self._fits(payer, -amount):
            raise Refusal("transfer.limit_exceeded", max_possible=self._room(payer, -amount))
        if not self._fits(payee, amount):
            raise Refusal("transfer.counterparty_limit")

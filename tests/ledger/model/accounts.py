"""Commands about accounts and the rules of the book, each by the name of its class."""

from typing import Any

from services.ledger.domain import Authority
from tests.ledger.model.figures import MOST
from tests.ledger.model.state import Refusal, State


class Accounts(State):
    """Open, limits, standing, consent, fees, policy."""

    def open_account(self, command: Any, _: Authority) -> Any:
        if command.account not in self.accounts:
            low, high = command.max_negative, command.max_positive
            self._event("account-opened")
            self.accounts[command.account] = {
                "account": command.account,
                "entity_id": command.entity_id,
                "balance": 0,
                "max_negative": self.policy["default_max_negative"] if low is None else low,
                "max_positive": self.policy["default_max_positive"] if high is None else high,
                "standing": command.standing,
                "closing": False,
                "consent": [],
            }
            self._account(command.account)
        return self.accounts[command.account]

    def set_limits(self, command: Any, authority: Authority) -> Any:
        wished = {"max_negative": command.max_negative, "max_positive": command.max_positive}
        wished = {name: limit for name, limit in wished.items() if limit is not None}
        if any(not 0 <= limit <= MOST for limit in wished.values()):
            raise Refusal("request.invalid")
        account = self._known(command.account)
        if not authority.is_admin:
            raise Refusal("auth.forbidden")
        if account | wished != account:
            self._event("account-limits-changed")
            self._account(command.account, **wished)
        return self.accounts[command.account]

    def set_standing(self, command: Any, _: Authority) -> Any:
        account = self._known(command.account)
        standing, closing = command.standing, False
        if standing == "closed" and account["balance"] != 0:
            standing, closing = "frozen", True
        if (standing, closing) != (account["standing"], account["closing"]):
            self._event("account-standing-changed")
            self._account(command.account, standing=standing, closing=closing)
        for transfer in self.pending(command.account) if standing != "trading" else ():
            self._cancelled(transfer["transfer_id"], "system", "account_not_trading")
        return self.accounts[command.account]

    def set_consent(self, command: Any, authority: Authority) -> Any:
        rules, seen = command.rules, set()
        for rule in rules:
            repeated = (rule.party, rule.direction) in seen
            seen.add((rule.party, rule.direction))
            too_open = rule.direction == "request" and (rule.party == "any" or rule.max_amount is None)
            if repeated or too_open or not 1 <= (1 if rule.max_amount is None else rule.max_amount) <= MOST:
                raise Refusal("request.invalid")
        if len(rules) > 100:
            raise Refusal("request.invalid")
        account = self._known(command.account)
        named = [rule.party for rule in rules if rule.party != "any"]
        for number in named:
            self._known(number)
        if command.account in named:
            raise Refusal("transfer.same_account")
        if command.account not in authority.accounts:
            raise Refusal("auth.forbidden")
        shown = [{"party": r.party, "direction": r.direction, "max_amount": r.max_amount} for r in rules]
        if shown != account["consent"]:
            self._event("account-consent-changed")
            self._account(command.account, consent=shown)
        return self.accounts[command.account]

    def set_fee_rules(self, command: Any, authority: Authority) -> Any:
        rules = command.rules
        for rule in rules:
            nothing = rule.fixed == rule.basis_points == 0
            if nothing or not 0 <= rule.fixed <= MOST or not 0 <= rule.basis_points <= 10_000:
                raise Refusal("request.invalid")
        if len(rules) > 10 or sum(rule.basis_points for rule in rules if rule.side == "payee") >= 10_000:
            raise Refusal("request.invalid")
        for rule in rules:
            self._known(rule.account)
        if not authority.is_admin:
            raise Refusal("auth.forbidden")
        if stopped := sum(self._stops(rule.account) for rule in rules):
            raise Refusal("account.not_trading", {"rules": stopped})
        if tuple(rules) != self.fees:
            self._event("fee-rules-changed")
            self.fees = tuple(rules)
        names = ("account", "side", "fixed", "basis_points")
        return {"rules": [{name: getattr(rule, name) for name in names} for rule in rules]}

    def set_policy(self, command: Any, authority: Authority) -> Any:
        ranges = {"expires_after_days": (1, 366), "reminder_days": (0, 30), "warning_percent": (1, 100)}
        wished = {name: getattr(command, name) for name in self.policy if getattr(command, name) is not None}
        for name, value in wished.items():
            least, most = ranges.get(name, (0, MOST))
            if not least <= value <= most:
                raise Refusal("request.invalid")
        if not authority.is_admin:
            raise Refusal("auth.forbidden")
        if self.policy | wished != self.policy:
            self._event("book-policy-changed")
            self.policy = self.policy | wished
        return self.policy

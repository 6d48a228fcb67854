"""The ledger, as far as administrators rule it: transfers of their own, policy, fees, limits of many."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.gateway.calling import Document, given
from services.gateway.part import Part, segment


class Ruling(Part):
    """For administrators, some of it for auditors. Amounts in minor units."""

    def administer(self, wanted: Mapping[str, Any], *, key: str | None = None) -> Document:
        """`{legs: [{account, amount}], description?, reference?, settle?}` → Transfer, completed."""
        return self._write("POST", "/admin-transfers", wanted, key)

    def reverse(self, transfer_id: str, *, reason: str, key: str | None = None) -> Document:
        """Undo a completed transfer by a new one: the reversal. Refused: transfer.not_completed, .already_reversed."""
        return self._write("POST", f"/transfers/{segment(transfer_id)}/reverse", {"reason": reason}, key)

    def account_changes(self, number: str, **asked: Any) -> Document:
        """`{changes, next}`: how the account came to be as it is, newest first. Asked: type, before, limit."""
        return self._get(f"/accounts/{segment(number)}/history", **asked)

    def changes(self, subject: str, **asked: Any) -> Document:
        """`{changes, next}` of `policy` or `fee-rules`, newest first. Asked: before, limit."""
        return self._get("/changes", subject=subject, **asked)

    def policy(self) -> Document:
        """`{default_max_negative, default_max_positive, expires_after_days, reminder_days, warning_percent, unit}`."""
        return self._get("/policy")

    def set_policy(self, changes: Mapping[str, Any], *, key: str | None = None) -> Document:
        """Some of them and `reason` → the policy as it is then."""
        return self._write("PATCH", "/policy", given(changes), key)

    def fees(self) -> list[Document]:
        """`[{account, side, fixed, basis_points}]`: what new proposals cost."""
        found: list[Document] = self._get("/fees")["rules"]
        return found

    def set_fees(self, rules: Sequence[Document], *, reason: str, key: str | None = None) -> list[Document]:
        """The complete list."""
        found: list[Document] = self._write("PUT", "/fees", {"rules": list(rules), "reason": reason}, key)["rules"]
        return found

    def near_limits(self, *, page: int = 1, page_size: int = 1) -> Document:
        """`{percent, accounts: [Account + used_percent], total}`: outside of a limit or near one, worst first."""
        return self._get("/near-limits", page=page, page_size=page_size)

    def traded(self, since: str) -> Document:
        """`{transfers, volume, accounts}`: completed of what members proposed since then."""
        return self._get("/traded", since=since)

    def simulate_limits(self, wanted: Mapping[str, Any]) -> Document:
        """`{max_negative?, max_positive?, accounts?}` → `{outside: [{account, entity_id, balance, by}], count, total}`.

        Changes nothing.
        """
        return self._write("POST", "/limit-simulations", given(wanted), None)

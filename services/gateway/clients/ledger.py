"""The ledger: accounts and transfers."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from services.gateway.calling import Document, given
from services.gateway.clients.ruling import Ruling
from services.gateway.part import segment
from services.gateway.proofs import Proofs

BATCH_SECONDS = 10.0


class Ledger(Proofs, Ruling):
    """Accounts and transfers. Amounts in minor units."""

    SERVICE: ClassVar[str] = "ledger"

    def accounts(self, numbers: Sequence[str]) -> list[Document]:
        """Accounts in the order asked; unknown ones are left out."""
        return self._get("/accounts", numbers=",".join(numbers))["accounts"] if numbers else []

    def account(self, number: str) -> Document:
        """One Account: balance, max_negative, max_positive, standing, can_pay, can_receive."""
        return self._get(f"/accounts/{segment(number)}")

    def set_limits(
        self,
        number: str,
        *,
        max_negative: int | None = None,
        max_positive: int | None = None,
        reason: str | None = None,
        key: str | None = None,
    ) -> Document:
        """Change what is given; answers the Account. For administrators."""
        body = given({"max_negative": max_negative, "max_positive": max_positive, "reason": reason})
        return self._write("PATCH", f"/accounts/{segment(number)}/limits", body, key)

    def statement(
        self,
        number: str,
        *,
        since: str | None = None,
        until: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        before: int | None = None,
        after: int | None = None,
        limit: int | None = None,
        **only: Any,
    ) -> Document:
        """Statement, newest first; `before` is the `next` of the page before, `after` the `previous` of an older one.

        The period is of instants, or of positions that are both included: the same statement for ever.
        `only`: counterparty, text, min_amount, max_amount, sign.
        """
        query = {
            "from": since, "to": until, "from_position": from_position, "to_position": to_position,
            "before": before, "after": after, "limit": limit,
        }  # fmt: skip
        return self._get(f"/accounts/{segment(number)}/statement", **query, **only)

    def account_then(self, number: str, *, at: str | None = None, position: int | None = None) -> Document:
        """`{account, position, at, balance, max_negative, max_positive, standing}` as of then."""
        return self._get(f"/accounts/{segment(number)}/balance", at=at, position=position)

    def initiate(
        self,
        *,
        initiator: str,
        counterparty: str,
        direction: str,
        amount: int,
        description: str | None = None,
        reference: str | None = None,
        expires_at: str | None = None,
        key: str | None = None,
    ) -> Document:
        """Propose a transfer between two account numbers; `direction` is `pay` or `request`. Answers the Transfer."""
        body = {
            "initiator": initiator, "counterparty": counterparty, "direction": direction, "amount": amount,
            "description": description, "reference": reference, "expires_at": expires_at,
        }  # fmt: skip
        return self._write("POST", "/transfers", given(body), key)

    def preview(self, wanted: Mapping[str, Any]) -> Document:
        """A Preview of what `initiate` or `administer` would do; refused as that would be. Writes nothing."""
        return self._write("POST", "/preview", wanted, None)

    def batch(self, commands: Sequence[Mapping[str, Any]], *, atomic: bool, key: str | None = None) -> list[Document]:
        """`[{ok: true, document} or {ok: false, type, detail, errors?, max_possible?}]`. Refused: batch.refused."""
        body = {"atomic": atomic, "commands": list(commands)}
        found: list[Document] = self._write("POST", "/batches", body, key, BATCH_SECONDS)["results"]
        return found

    def consent(self, number: str) -> list[Document]:
        """`[{party, direction, max_amount}]`: what completes at once, without an answer of the account."""
        found: list[Document] = self._get(f"/accounts/{segment(number)}/consent")["consent"]
        return found

    def set_consent(self, number: str, rules: Sequence[Mapping[str, Any]], *, key: str | None = None) -> list[Document]:
        """The complete list; what holds now."""
        path = f"/accounts/{segment(number)}/consent"
        found: list[Document] = self._write("PUT", path, {"rules": list(rules)}, key)["consent"]
        return found

    def accept(self, transfer_id: str, *, key: str | None = None) -> Document:
        """Accept as the party that did not initiate. Answers the Transfer."""
        return self._write("POST", f"/transfers/{segment(transfer_id)}/accept", {}, key)

    def reject(self, transfer_id: str, *, reason: str | None = None, key: str | None = None) -> Document:
        """Decline as the party that did not initiate. Answers the Transfer."""
        return self._write("POST", f"/transfers/{segment(transfer_id)}/reject", given({"reason": reason}), key)

    def cancel(self, transfer_id: str, *, reason: str | None = None, key: str | None = None) -> Document:
        """Withdraw as the initiator, or as an administrator. Answers the Transfer."""
        return self._write("POST", f"/transfers/{segment(transfer_id)}/cancel", given({"reason": reason}), key)

    def transfers(
        self,
        *,
        account: str | None = None,
        status: str = "all",
        page: int = 1,
        page_size: int = 10,
        before: int | None = None,
        **only: Any,
    ) -> Document:
        """`{"transfers": [Transfer], "total": n, "next"}`, newest first; `before` is the `next` of the page before.

        `only`: counterparty, text, reference, kind, min_amount, max_amount, from, to.
        """
        paged = {"before": before} if before is not None else {"page": page}
        return self._get("/transfers", account=account, status=status, page_size=page_size, **paged, **only)

    def transfer(self, transfer_id: str) -> Document:
        """One Transfer."""
        return self._get(f"/transfers/{segment(transfer_id)}")

    def head(self) -> Document:
        """`{book, position, hash, time, accounts, sum_of_balances}`; for administrators and auditors."""
        return self._get("/head")

"""What is in a book, and what can happen to it.

Accounts and transfers are as the HTTP interface shows them; values are replaced, never changed, so that a copy of the
dictionaries is a way back. Sentences are not predicted, figures are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.ledger.domain import Authority

UNDONE = "undone-"
"""Begins the ids of transfers that a batch made and undid: no answer names them."""
_POLICY = {
    "default_max_negative": 0,
    "default_max_positive": 50_000,
    "expires_after_days": 30,
    "reminder_days": 3,
    "warning_percent": 80,
}


class Refusal(Exception):
    """`errors`: field to number of sentences. `most` tells whether an amount is possible, where a figure is given."""

    def __init__(self, code: str, errors: dict[str, int] | None = None, **extra: Any) -> None:
        super().__init__(code)
        self.code, self.errors, self.extra = code, errors, extra


@dataclass(slots=True)
class Answer:
    """What a command should come to."""

    ok: bool
    position: int | None = None
    document: dict[str, Any] | None = None
    code: str = ""
    errors: dict[str, int] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def line(self) -> dict[str, Any]:
        """As the answer of a batch lists it."""
        if self.ok:
            return {"ok": True, "document": self.document}
        found = {"ok": False, "type": self.code, **self.extra}
        return found | ({"errors": self.errors} if self.errors else {})


def text_of(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class State:
    """One book: what is in it, and what can happen to it."""

    def __init__(self) -> None:
        self.accounts: dict[str, dict[str, Any]] = {}
        self.transfers: dict[str, dict[str, Any]] = {}
        self.policy, self.fees = _POLICY, ()
        self.events: list[str] = []
        self.last = datetime.fromtimestamp(0, UTC)
        self.now = self.last
        self.reminded: frozenset[str] = frozenset()
        self.ids: list[str] = []
        self.touched: set[str] = set()
        self.seen: Counter[str] = Counter()

    def begin(self, clock: datetime, ids: Sequence[str] = ()) -> None:
        """A commit at `clock`; `ids` are those that the ledger gave to the transfers it makes."""
        self.now = max(clock, self.last + timedelta(microseconds=1))
        self.ids, self.touched = list(ids), set()

    def pending(self, number: str) -> list[dict[str, Any]]:
        return [t for t in self.transfers.values() if t["status"] == "initiated" and number in (t["payer"], t["payee"])]

    def _copy(self) -> tuple[Any, ...]:
        return (
            dict(self.accounts), dict(self.transfers), self.policy, self.fees, len(self.events), self.last,
            self.reminded,
        )  # fmt: skip

    def _restore(self, copy: tuple[Any, ...]) -> None:
        self.accounts, self.transfers, self.policy, self.fees, events, self.last, self.reminded = copy
        del self.events[events:]

    # What happens

    def _event(self, name: str) -> int:
        self.events.append(f"ledger.{name}.v1")
        self.last = self.now
        return len(self.events)

    def _account(self, number: str, **changes: Any) -> None:
        account = self.accounts[number] | changes | {"version": len(self.events)}
        low, balance, high = -account["max_negative"], account["balance"], account["max_positive"]
        account["outside_limits"] = balance < low or balance > high
        account["can_pay"], account["can_receive"] = max(0, balance - low), max(0, high - balance)
        self.accounts[number] = account
        self.touched.add(number)

    def _transfer(self, known: str, **changes: Any) -> dict[str, Any]:
        self.transfers[known] = self.transfers[known] | changes | {"version": len(self.events)}
        self.touched.add(known)
        return self.transfers[known]

    def _cancelled(self, known: str, kind: str, code: str, by: str | None = None, reason: str | None = None) -> Any:
        self._event("transfer-cancelled")
        why = {"kind": kind, "code": code, "reason": reason, "by": by}
        return self._transfer(known, status="cancelled", ended_at=text_of(self.now), cancellation=why)

    def _proposed(self, legs: Sequence[tuple[str, int]], **given: Any) -> str:
        version = self._event("transfer-initiated")
        known = self.ids.pop(0) if self.ids else f"{UNDONE}{version}"
        made = {
            "transfer_id": known,
            "direction": "pay",
            "legs": [{"account": number, "amount": amount} for number, amount in legs],
            "reference": None,
            "status": "initiated",
            "initiated_at": text_of(self.now),
            "expires_at": None,
            "ended_at": None,
            "accepted_by": None,
            "by_consent": False,
            "cancellation": None,
            "reverses": None,
            "reversed_by": None,
            "version": version,
        }
        self.transfers[known] = made | given
        self.touched.add(known)
        return known

    def _completed(self, known: str, **given: Any) -> dict[str, Any]:
        version = self._event("transfer-completed")
        legs = [(leg["account"], leg["amount"]) for leg in self.transfers[known]["legs"]]
        for number, amount in legs:
            self._account(number, balance=self.accounts[number]["balance"] + amount)
        self._transfer(known, status="completed", ended_at=text_of(self.now), **given)
        for number, _ in legs:
            if self.accounts[number]["closing"] and self.accounts[number]["balance"] == 0:
                self._event("account-standing-changed")
                self._account(number, standing="closed", closing=False)
        assert self.transfers[known]["version"] == version
        return self.transfers[known]

    # Questions

    def _known(self, number: str) -> dict[str, Any]:
        if number not in self.accounts:
            raise Refusal("account.unknown")
        return self.accounts[number]

    def _stops(self, number: str) -> bool:
        return bool(self.accounts[number]["standing"] != "trading")

    def _fits(self, number: str, amount: int) -> bool:
        account = self.accounts[number]
        after = account["balance"] + amount
        return bool(after >= -account["max_negative"] if amount < 0 else after <= account["max_positive"])

    def _room(self, number: str, amount: int) -> int:
        account = self.accounts[number]
        return int(account["can_pay"] if amount < 0 else account["can_receive"])

    def _mine(self, known: str, authority: Authority) -> dict[str, Any]:
        transfer = self.transfers.get(known)
        if transfer is None:
            raise Refusal("transfer.unknown")
        simple = transfer["kind"] == "transfer"
        seen_by = {transfer["payer"], transfer["payee"]} if simple else {leg["account"] for leg in transfer["legs"]}
        if not authority.is_admin and not seen_by & authority.accounts:
            raise Refusal("transfer.unknown")
        return transfer

    def _open(self, transfer: dict[str, Any] | None) -> dict[str, Any]:
        if transfer is None:
            raise Refusal("transfer.unknown")
        if transfer["status"] != "initiated":
            raise Refusal("transfer.already_closed", transfer_status=transfer["status"])
        return transfer

    def _to_answer(self, known: str, authority: Authority) -> tuple[dict[str, Any], str]:
        transfer = self._mine(known, authority)
        other = ({transfer["payer"], transfer["payee"]} - {transfer["initiator"]}).pop()
        if transfer["kind"] != "transfer" or other not in authority.accounts:
            raise Refusal("transfer.not_yours")
        return self._open(transfer), other

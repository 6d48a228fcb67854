"""The other services as the gateway sees them: one class each, methods named as use cases (docs/internal-api.md).

Every method answers the service's JSON document as a dict, or a list where the name says so, and raises
* `Refused` when the service said no (its problem document: status, code, sentence, field errors);
* `PartDown` when it gave no answer in time, is known to be down, or answered 5xx: a page shows that part as missing.

Amounts are integers of the smallest unit, times RFC 3339 text. `key` is the Idempotency-Key of a write; one is made
when it is left out, so that a write may be sent again after a broken connection.

Get the four of this request by `services.gateway.session.parts()`: they are bound to who is asking and to the
positions that the session has seen, which travel as `Min-Position` and grow with every answered `Position`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from services.chassis.tokens import Caller
from services.gateway.calling import PASSWORD_SECONDS, Asker, Document, Line, PartDown, Refused, Stream, given
from services.gateway.part import Part, segment
from services.gateway.proofs import Proofs

__all__ = [
    "THE_GATEWAY", "Asker", "Directory", "Document", "Ledger", "Line", "Lines", "Matcher", "Notifier", "PartDown",
    "Parts", "Refused", "Stream",
]  # fmt: skip


class Ledger(Proofs):
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
    ) -> Document:
        """Statement, newest first; `before` is the `next` of the page before, `after` the `previous` of an older one.

        The period is of instants, or of positions that are both included: the same statement for ever.
        """
        query = {
            "from": since, "to": until, "from_position": from_position, "to_position": to_position,
            "before": before, "after": after, "limit": limit,
        }  # fmt: skip
        return self._get(f"/accounts/{segment(number)}/statement", **query)

    def initiate(
        self,
        *,
        initiator: str,
        counterparty: str,
        direction: str,
        amount: int,
        description: str | None = None,
        reference: str | None = None,
        key: str | None = None,
    ) -> Document:
        """Propose a transfer between two account numbers; `direction` is `pay` or `request`. Answers the Transfer."""
        body = {
            "initiator": initiator, "counterparty": counterparty, "direction": direction, "amount": amount,
            "description": description, "reference": reference,
        }  # fmt: skip
        return self._write("POST", "/transfers", given(body), key)

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
        self, *, account: str | None = None, status: str = "all", page: int = 1, page_size: int = 10
    ) -> Document:
        """`{"transfers": [Transfer], "total": n}`, newest first."""
        return self._get("/transfers", account=account, status=status, page=page, page_size=page_size)

    def transfer(self, transfer_id: str) -> Document:
        """One Transfer."""
        return self._get(f"/transfers/{segment(transfer_id)}")

    def head(self) -> Document:
        """`{book, position, hash, time, accounts, sum_of_balances}`; for administrators and auditors."""
        return self._get("/head")


class Directory(Part):
    """People, businesses, sessions, search."""

    SERVICE: ClassVar[str] = "directory"

    def sign_up(
        self,
        *,
        user: Mapping[str, Any],
        entity: Mapping[str, Any],
        preferences: Mapping[str, Any] | None = None,
        address: str,
        key: str | None = None,
    ) -> Document:
        """`{user_id, entity_id, account, session}`.

        `user` has email, password, first_name, last_name, telephone; `entity` Profile fields, offers, wants.
        """
        body = given({"user": user, "entity": entity, "preferences": preferences, "address": address})
        return self._line.ask(self._as(Caller()), "POST", "/signup", body=body, key=key, seconds=PASSWORD_SECONDS)

    def open_session(self, *, email: str, password: str, kind: str, address: str) -> Document:
        """Log in: a Session. `kind` is `member` or `admin`. Refused: login.failed, login.locked."""
        body = {"email": email, "password": password, "kind": kind, "address": address}
        return self._line.ask(self._as(Caller()), "POST", "/sessions", body=body, seconds=PASSWORD_SECONDS)

    def session(self, session_id: str) -> Document:
        """A living Session. Refused: session.unknown when it has ended."""
        return self._line.ask(self._as(THE_GATEWAY), "GET", f"/sessions/{segment(session_id)}")

    def end_session(self, session_id: str) -> None:
        """End a session: its tokens are dead from now on."""
        self._line.ask(self._as(THE_GATEWAY), "DELETE", f"/sessions/{segment(session_id)}")

    def request_reset(self, *, email: str, kind: str = "member") -> None:
        """Have a reset link mailed; the same answer whether the address is known."""
        self._line.ask(self._as(Caller()), "POST", "/password-resets", body={"email": email, "kind": kind})

    def reset_kind(self, token: str) -> str:
        """`member` or `admin`, whose link this is. Refused: reset.invalid."""
        found = self._line.ask(self._as(Caller()), "GET", f"/password-resets/{segment(token)}")
        return str(found["kind"])

    def reset_password(self, token: str, *, password: str) -> str:
        """Set the password and end all the user's sessions; `member` or `admin`. Refused: reset.invalid."""
        path = f"/password-resets/{segment(token)}"
        body = {"password": password}
        return str(self._line.ask(self._as(Caller()), "POST", path, body=body, seconds=PASSWORD_SECONDS)["kind"])

    def user(self, user_id: str) -> Document:
        """A User: oneself, or anybody for administrators."""
        return self._get(f"/users/{segment(user_id)}")

    def change_user(self, user_id: str, changes: Mapping[str, Any], *, key: str | None = None) -> Document:
        """Change first_name, last_name, telephone (administrators: email). Answers the User."""
        return self._write("PATCH", f"/users/{segment(user_id)}", changes, key)

    def entities(
        self,
        *,
        ids: Sequence[str] | None = None,
        accounts: Sequence[str] | None = None,
        status: Sequence[str] | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> Document:
        """`{"entities": [EntityView], "total": n}`: by ids or accounts in the order asked (≤ 200, unknown ones left
        out), or for administrators by statuses, newest first."""
        if (ids is not None and not ids) or (accounts is not None and not accounts):
            return {"entities": [], "total": 0}
        lists = {"ids": ids, "accounts": accounts, "status": status}
        query = {name: ",".join(items) for name, items in lists.items() if items}
        return self._get("/entities", **query, page=page, page_size=page_size)

    def entity(self, entity_id: str) -> Document:
        """One EntityView."""
        return self._get(f"/entities/{segment(entity_id)}")

    def change_entity(self, entity_id: str, changes: Mapping[str, Any], *, key: str | None = None) -> Document:
        """Change Profile fields, offers, wants, preferences (administrators: status, reason, categories).

        Answers the EntityView; the session sees the change everywhere from now on.
        """
        return self._write("PATCH", f"/entities/{segment(entity_id)}", changes, key)

    def apply_for_trading(self, entity_id: str, body: Mapping[str, Any], *, key: str | None = None) -> Document:
        """The trading application of behaviour 3.1, from what profile and user say; `body` is empty.

        Answers the EntityView. Refused: trading_application.incomplete (names the fields), .wrong_status.
        """
        return self._write("POST", f"/entities/{segment(entity_id)}/trading-application", body, key)

    def search(
        self,
        *,
        offers: Sequence[str] = (),
        wants: Sequence[str] = (),
        name: str | None = None,
        category: str | None = None,
        tagged_since: str | None = None,
        status: Sequence[str] = (),
        page: int = 1,
        page_size: int = 10,
    ) -> Document:
        """`{"entities": [EntityView + why], "total": n}`, best first. PartDown: search.unavailable."""
        lists = {"offers": offers, "wants": wants, "status": status}
        query = {part: ",".join(items) for part, items in lists.items() if items}
        return self._get(
            "/search", **query, name=name, category=category, tagged_since=tagged_since, page=page, page_size=page_size
        )

    def tags(self, fragment: str) -> list[str]:
        """Suggestions for a tag."""
        found: list[str] = self._get("/tags", fragment=fragment)["tags"]
        return found


class Matcher(Part):
    """Who could trade with whom."""

    SERVICE: ClassVar[str] = "matcher"

    def matches(self, entity_id: str, *, since: str | None = None, limit: int | None = None) -> Document:
        """`{leads: [Match], suppliers: [Match]}`; `since`: tags added after that time alone."""
        return self._get(f"/entities/{segment(entity_id)}/matches", since=since, limit=limit)


class Notifier(Part):
    """The mail queue, for administrators."""

    SERVICE: ClassVar[str] = "notifier"

    def messages(self, *, state: str | None = None, page: int = 1, page_size: int = 10) -> Document:
        """`{"messages": [...], "total": n}`."""
        return self._get("/messages", state=state, page=page, page_size=page_size)

    def summary(self) -> Document:
        """Counts: `{queued, sending, sent, failed, dead}`."""
        return self._get("/messages/summary")


THE_GATEWAY = Caller(subject="gateway", roles=frozenset({"service"}))
"""The gateway on its own account: looks after sessions."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The four services, bound to one asker."""

    ledger: Ledger
    directory: Directory
    matcher: Matcher
    notifier: Notifier
    asker: Asker


@dataclass(frozen=True, slots=True)
class Lines:
    """The ways to the four services: made once per process."""

    ledger: Line
    directory: Line
    matcher: Line
    notifier: Line

    @property
    def all(self) -> tuple[Line, ...]:
        return (self.ledger, self.directory, self.matcher, self.notifier)

    def parts(self, caller: Caller, positions: Mapping[str, int] | None = None) -> Parts:
        """The services for one caller, who has seen `positions`."""
        asker = Asker(caller, dict(positions or {}))
        return Parts(
            Ledger(self.ledger, asker),
            Directory(self.directory, asker),
            Matcher(self.matcher, asker),
            Notifier(self.notifier, asker),
            asker,
        )

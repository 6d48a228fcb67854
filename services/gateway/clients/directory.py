"""The directory: people, businesses, sessions, search."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from services.chassis.tokens import Caller
from services.gateway.calling import PASSWORD_SECONDS, READ_SECONDS, Document, given
from services.gateway.clients.activity import Activity
from services.gateway.clients.catalogue import Catalogue
from services.gateway.clients.importing import Importing
from services.gateway.clients.keeping import Keeping
from services.gateway.clients.network import NetworkSettings
from services.gateway.clients.people import People
from services.gateway.clients.privacy import Privacy
from services.gateway.clients.searching import Searching
from services.gateway.clients.security import Security, Visit
from services.gateway.clients.service_accounts import ServiceAccounts
from services.gateway.clients.tokens import Tokens
from services.gateway.part import segment

THE_GATEWAY = Caller(subject="gateway", roles=frozenset({"service"}))
"""The gateway on its own account: looks after sessions."""


class Directory(
    Activity,
    Catalogue,
    Keeping,
    NetworkSettings,
    People,
    Privacy,
    Security,
    Tokens,
    ServiceAccounts,
    Searching,
    Importing,
):
    """People, businesses, sessions, search."""

    SERVICE: ClassVar[str] = "directory"

    def sign_up(
        self,
        *,
        user: Mapping[str, Any],
        entity: Mapping[str, Any],
        preferences: Mapping[str, Any] | None = None,
        terms_version: str = "",
        visit: Visit,
        key: str | None = None,
    ) -> Document:
        """`{user_id, entity_id, account, session}`; `terms_version` is of the terms that were agreed to.

        `user` has email, password, first_name, last_name, telephone; `entity` Profile fields, offers, wants.
        """
        agreed = {"terms_version": terms_version or None}
        body = given({"user": user, "entity": entity, "preferences": preferences, **agreed}) | dict(visit)
        return self._line.ask(self._as(Caller()), "POST", "/signup", body=body, key=key, seconds=PASSWORD_SECONDS)

    def open_session(self, *, email: str, password: str, kind: str, visit: Visit) -> Document:
        """Log in: a Session. `kind` is `member` or `admin`.

        Refused: login.failed, login.locked, login.code_needed (`ticket` in `extra`: enter_code).
        """
        body = {"email": email, "password": password, "kind": kind, **visit}
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

    def reset_password(self, token: str, *, password: str, device: str | None = None) -> str:
        """Set the password and end all the user's sessions; `member` or `admin`. Refused: reset.invalid."""
        path = f"/password-resets/{segment(token)}"
        body = given({"password": password, "device": device})
        return str(self._line.ask(self._as(Caller()), "POST", path, body=body, seconds=PASSWORD_SECONDS)["kind"])

    def user(self, user_id: str) -> Document:
        """A User: oneself, or anybody for administrators."""
        return self._get(f"/users/{segment(user_id)}")

    def change_user(self, user_id: str, changes: Mapping[str, Any], *, key: str | None = None) -> Document:
        """Change first_name, last_name, telephone (administrators: email, password, entities). Answers the User."""
        seconds = PASSWORD_SECONDS if "password" in changes else READ_SECONDS
        return self._write("PATCH", f"/users/{segment(user_id)}", changes, key, seconds)

    def entities(
        self,
        *,
        ids: Sequence[str] | None = None,
        accounts: Sequence[str] | None = None,
        status: Sequence[str] | None = None,
        page: int | None = None,
        page_size: int | None = None,
        after: str | None = None,
    ) -> Document:
        """`{"entities": [EntityView], "total": n}`: by ids or accounts in the order asked (≤ 200, unknown ones left
        out), or for administrators by statuses, newest first, with the `next` that `after` goes on behind."""
        if (ids is not None and not ids) or (accounts is not None and not accounts):
            return {"entities": [], "total": 0}
        lists = {"ids": ids, "accounts": accounts, "status": status}
        query = {name: ",".join(items) for name, items in lists.items() if items}
        return self._get("/entities", **query, page=page, page_size=page_size, after=after)

    def entity(self, entity_id: str, querying_entity_id: str | None = None) -> Document:
        """One EntityView; with `is_favourite` in the eyes of a business of one's own."""
        return self._get(f"/entities/{segment(entity_id)}", querying_entity_id=querying_entity_id)

    def change_entity(
        self,
        entity_id: str,
        changes: Mapping[str, Any],
        *,
        key: str | None = None,
        expected: Sequence[int] | None = None,
    ) -> Document:
        """Change Profile fields, offers, wants, preferences (administrators: status, reason, categories, users).

        Answers the EntityView; the session sees the change everywhere from now on. Refused: precondition.failed when
        it has none of the versions `expected`.
        """
        known = {} if expected is None else {"expected_versions": list(expected)}
        return self._write("PATCH", f"/entities/{segment(entity_id)}", {**changes, **known}, key)

    def apply_for_trading(self, entity_id: str, body: Mapping[str, Any], *, key: str | None = None) -> Document:
        """The trading application of behaviour 3.1, from what profile and user say; `body` may have `terms_version`.

        Answers the EntityView. Refused: trading_application.incomplete (names the fields), .wrong_status.
        """
        return self._write("POST", f"/entities/{segment(entity_id)}/trading-application", body, key)

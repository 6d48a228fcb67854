"""API tokens in MongoDB, by the SHA-256 digest of each: who reads the database can't use one."""

from dataclasses import asdict
from datetime import datetime, timedelta

from services.directory.domain.api_tokens import ApiToken
from services.directory.store.collection import Document, Stored
from services.directory.store.logins import digest

PAYMENTS_KEPT = timedelta(days=90)
"""As long as a key is known."""
_NAME, _PAYMENTS = "api_tokens", "token_payments"
_INNER = frozenset({"_id", "gone_after", "day", "moved"})


class ApiTokens(Stored):
    """What programs log in with. One that has expired stays listed until its user or the schedule removes it."""

    def add(self, secret: str, token: ApiToken) -> None:
        """Store a new one by its digest."""
        document = {"_id": digest(secret), **asdict(token)}
        if token.expires_at is not None:
            document["gone_after"] = datetime.fromisoformat(token.expires_at) + timedelta(days=30)
        self._collection(_NAME).insert_one(document, session=self._session)

    def find(self, secret: str) -> ApiToken | None:
        """The one that `secret` is."""
        return _token(self._collection(_NAME).find_one({"_id": digest(secret)}, session=self._session))

    def of_user(self, user_id: str) -> list[ApiToken]:
        """All of a user, newest first."""
        return self.of_users([user_id])

    def of_users(self, user_ids: list[str]) -> list[ApiToken]:
        """All of several, newest first."""
        found = self._collection(_NAME).find({"user_id": {"$in": user_ids}}, session=self._session)
        return [token for each in found.sort([("created_at", -1), ("token_id", -1)]) if (token := _token(each))]

    def revoke(self, user_id: str, token_id: str) -> ApiToken | None:
        """Remove one of a user's, in one step; None if it is not there."""
        wanted = {"user_id": user_id, "token_id": token_id}
        return _token(self._collection(_NAME).find_one_and_delete(wanted, session=self._session))

    def revoke_all(self, user_id: str) -> int:
        """Remove all of a user; how many there were."""
        return self._collection(_NAME).delete_many({"user_id": user_id}, session=self._session).deleted_count

    def used(self, token: ApiToken, now: datetime) -> None:
        """Note that it is used: written at most once a minute, and not waited for."""
        self._note_use(_NAME, {"token_id": token.token_id}, token.last_used_at, now)

    def counted(self, token_id: str, day: str) -> tuple[ApiToken | None, int]:
        """The one of that id, and what it moved out that day."""
        found = self._collection(_NAME).find_one({"token_id": token_id}, session=self._session)
        return _token(found), int(found["moved"]) if found and found.get("day") == day else 0

    def add_moved(self, token_id: str, day: str, amount: int) -> None:
        """Count what it moves, or (less than nothing) does not move after all; in a transaction."""
        begun = {"$cond": [{"$eq": ["$day", day]}, "$moved", 0]}
        change = [{"$set": {"moved": {"$add": [begun, amount]}, "day": day}}]
        self._collection(_NAME).update_one({"token_id": token_id}, change, session=self._session)

    def payment(self, token_id: str, key: str) -> Document | None:
        """`{day, asked, kept}` of what was counted under a key."""
        return self._collection(_PAYMENTS).find_one({"_id": _payment_id(token_id, key)}, session=self._session)

    def keep_payment(self, token_id: str, key: str, payment: Document, now: datetime) -> None:
        """Remember it."""
        document = {**payment, "token_id": token_id, "gone_after": now + PAYMENTS_KEPT}
        which = {"_id": _payment_id(token_id, key)}
        self._collection(_PAYMENTS).replace_one(which, document, upsert=True, session=self._session)

    def about(self, subject: str) -> list[Document]:
        """What is kept about `user/<id>`; no digest."""
        kind, _, key = subject.partition("/")
        return [asdict(token) for token in self.of_user(key)] if kind == "user" else []

    def forget(self, subject: str) -> None:
        """Remove it all."""
        kind, _, key = subject.partition("/")
        if kind == "user":
            self.revoke_all(key)


def _token(document: Document | None) -> ApiToken | None:
    if document is None:
        return None
    known = {name: value for name, value in document.items() if name not in _INNER}
    return ApiToken(**{**known, "scopes": tuple(known["scopes"])})


def _payment_id(token_id: str, key: str) -> str:
    return f"{token_id}/{digest(key)}"

"""Changes of mail addresses that are under way, in MongoDB. Links are stored as digests alone."""

from dataclasses import asdict
from datetime import datetime

from pymongo import ReturnDocument

from services.directory.domain.email_change import EmailChange, Side
from services.directory.store.collection import Document, Stored
from services.directory.store.logins import digest

_NAME = "email_changes"
_KEPT = ("old_token", "new_token", "until")


class EmailChanges(Stored):
    """At most one of each user. They end with their last confirmation, when they are stopped, or after an hour."""

    def begin(self, change: EmailChange, *, old_token: str, new_token: str) -> None:
        """Store one; the links of an earlier one of the same user are dead from now on."""
        document = asdict(change) | {
            "old_token": digest(old_token),
            "new_token": digest(new_token),
            "until": datetime.fromisoformat(change.expires_at),
        }
        del document["user_id"]
        self._collection(_NAME).replace_one({"_id": change.user_id}, document, upsert=True, session=self._session)

    def of_user(self, user_id: str, now: datetime) -> EmailChange | None:
        """The one that is under way."""
        wanted = {"_id": user_id, "until": {"$gt": now}}
        found = self._collection(_NAME).find_one(wanted, session=self._session)
        return _change(found) if found else None

    def find(self, token: str, now: datetime) -> tuple[EmailChange, Side] | None:
        """What a link that can be used belongs to, and whose it is."""
        known = digest(token)
        wanted = {"$or": [{"old_token": known}, {"new_token": known}], "until": {"$gt": now}}
        found = self._collection(_NAME).find_one(wanted, session=self._session)
        return (_change(found), "old" if found.get("old_token") == known else "new") if found else None

    def confirm(self, token: str, now: datetime) -> tuple[EmailChange, Side] | None:
        """Use a link up and note its confirmation, in one step: of several at once one gets it. As it is then."""
        sides: tuple[Side, ...] = ("old", "new")
        for side in sides:
            found = self._collection(_NAME).find_one_and_update(
                {f"{side}_token": digest(token), "until": {"$gt": now}},
                {"$set": {f"{side}_confirmed": True}, "$unset": {f"{side}_token": ""}},
                return_document=ReturnDocument.AFTER,
                session=self._session,
            )
            if found is not None:
                return _change(found), side
        return None

    def stop(self, token: str, now: datetime) -> EmailChange | None:
        """End the request that a link to the old address belongs to, in one step."""
        wanted = {"old_token": digest(token), "until": {"$gt": now}}
        found = self._collection(_NAME).find_one_and_delete(wanted, session=self._session)
        return _change(found) if found else None

    def end(self, user_id: str) -> None:
        """Its links are dead; no matter if there is none."""
        self._collection(_NAME).delete_one({"_id": user_id}, session=self._session)

    def about(self, subject: str) -> list[Document]:
        """What is kept about `user/<id>`; no digest."""
        kind, _, key = subject.partition("/")
        found = self._collection(_NAME).find_one({"_id": key}, session=self._session) if kind == "user" else None
        hidden = ("session",)
        return [{n: v for n, v in asdict(_change(found)).items() if n not in hidden}] if found else []

    def forget(self, subject: str) -> None:
        """Remove it."""
        kind, _, key = subject.partition("/")
        if kind == "user":
            self.end(key)


def _change(document: Document) -> EmailChange:
    known = {name: value for name, value in document.items() if name not in ("_id", *_KEPT)}
    return EmailChange(user_id=document["_id"], **known)

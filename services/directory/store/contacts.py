"""That one business wrote to another, in MongoDB: for limits and reports of abuse. Never what was written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import DESCENDING

from services.directory.store.collection import Document, Stored
from services.directory.store.logins import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One message: from which business, by which user, to which business."""

    message_id: str
    sender: str
    user: str
    receiver: str
    at: datetime


class Contacts(Stored):
    """Messages of the last half year."""

    def newest(self, of: str, contact: Contact, limit: int) -> Sequence[datetime]:
        """When the newest were sent that count together with `contact`: same user, sender, pair or receiver."""
        fields = ("sender", "receiver") if of == "pair" else (of,)
        wanted = {name: getattr(contact, name) for name in fields}
        found = self._collection("contacts").find(wanted, {"at": True}, session=self._session)
        return [each["at"] for each in found.sort("at", DESCENDING).limit(limit)]

    def add(self, contact: Contact, token: str) -> None:
        """Keep one, and the digest of the token that reports it."""
        document = {name: getattr(contact, name) for name in ("sender", "user", "receiver", "at")}
        document |= {"token": digest(token), "reported": False}
        self._collection("contacts").insert_one({"_id": contact.message_id, **document}, session=self._session)

    def of_token(self, token: str) -> tuple[Contact, bool] | None:
        """The message that a token reports, and whether it is reported already."""
        found = self._collection("contacts").find_one({"token": digest(token)}, session=self._session)
        if found is None:
            return None
        fields = {name: found[name] for name in ("sender", "user", "receiver", "at")}
        return Contact(message_id=found["_id"], **fields), bool(found["reported"])

    def report(self, message_id: str) -> None:
        """It was reported."""
        self._collection("contacts").update_one(
            {"_id": message_id}, {"$set": {"reported": True}}, session=self._session
        )

    def about(self, subject: str) -> list[Document]:
        """The messages of a user, or of and to a business; not whose the other end was."""
        found = self._collection("contacts").find(_of(subject), {"token": False}, session=self._session)
        what, _, key = subject.partition("/")
        return [_own_end(each, what, key) for each in found]

    def forget(self, subject: str) -> None:
        """Erase them."""
        self._collection("contacts").delete_many(_of(subject), session=self._session)


def _of(subject: str) -> Document:
    what, _, key = subject.partition("/")
    return {"user": key} if what == "user" else {"$or": [{"sender": key}, {"receiver": key}]}


def _own_end(document: Document, what: str, key: str) -> Document:
    mine = what == "user" or document["sender"] == key
    return {"message_id": document["_id"], "at": document["at"], "direction": "sent" if mine else "received"}

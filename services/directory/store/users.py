"""Users in MongoDB."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from pymongo.errors import BulkWriteError, DuplicateKeyError

from services.directory.domain import EmailTaken, Login, User, email_identity
from services.directory.domain.paging import Window
from services.directory.store.collection import Document, Stored, selector
from services.mongo.paging import behind

STAFF_KINDS = ["admin", "coordinator", "auditor"]
DUPLICATE = 11_000
"""MongoDB's code for it."""
_BY_NAME = [("last_name", 1), ("_id", 1)]
_APART = frozenset(
    {
        "_id",
        "last_login",
        "previous_login",
        "created_at",
        "kind",
        "expires_at",
        "two_factor",
        "suspended",
        "terms_version",
    }
)
"""What is written by other ways than with an event."""


class Users(Stored):
    """Everybody who can log in, one document each; the address is unique."""

    def add(self, user: User) -> None:
        """Raises EmailTaken (the transaction is lost then)."""
        try:
            self._collection("users").insert_one(_document(user), session=self._session)
        except DuplicateKeyError as error:
            raise EmailTaken("This email address is registered already.") from error

    def add_many(self, users: Sequence[User]) -> None:
        """Several in one request. Raises EmailTaken (the transaction is lost then)."""
        try:
            self._collection("users").insert_many([_document(user) for user in users], session=self._session)
        except BulkWriteError as error:
            if any(each["code"] == DUPLICATE for each in error.details["writeErrors"]):
                raise EmailTaken("This email address is registered already.") from error
            raise

    def every(self) -> Iterator[User]:
        """All that were not erased, for an export."""
        for document in self._collection("users").find({"email": {"$nin": ["", None]}}).sort("_id", 1):
            if user := _user(document):
                yield user

    def known_emails(self, emails: Sequence[str]) -> set[str]:
        """Those of the addresses that somebody has."""
        found = self._collection("users").find({"email": {"$in": list(emails)}}, {"email": 1}, session=self._session)
        return {str(document["email"]) for document in found}

    def save(self, user: User) -> None:
        """Write what may change by an event. Raises EmailTaken."""
        document = _document(user)
        for name in _APART:
            del document[name]
        try:
            self._collection("users").update_one({"_id": user.user_id}, {"$set": document}, session=self._session)
        except DuplicateKeyError as error:
            raise EmailTaken("This email address is registered already.") from error

    def find(self, user_id: str) -> User | None:
        """A user by id."""
        return _user(self._collection("users").find_one({"_id": user_id}, session=self._session))

    def of_email(self, email: str) -> User | None:
        """A user by the address in its one form (domain.email_identity)."""
        return _user(self._collection("users").find_one({"email": email}, session=self._session))

    def of_ids(self, user_ids: Sequence[str]) -> list[User]:
        """Those that exist, oldest first."""
        found = self._collection("users").find({"_id": {"$in": list(user_ids)}}, session=self._session)
        return [user for document in found.sort("_id", 1) if (user := _user(document))]

    def logged_in(self, user_id: str, login: Login) -> User | None:
        """Note a login: the last one becomes the previous one, in one step. The user as it is now."""
        self._collection("users").update_one(
            {"_id": user_id},
            [{"$set": {"previous_login": "$last_login", "last_login": {"$literal": asdict(login)}}}],
            session=self._session,
        )
        return self.find(user_id)

    def touched(self, user_id: str, position: int) -> None:
        """An event about the user changed nothing in it but its version."""
        self._collection("users").update_one({"_id": user_id}, {"$set": {"version": position}}, session=self._session)

    def give_access(self, user_id: str, expires_at: str | None, *, suspended: bool = False) -> None:
        """Until that moment (RFC 3339), None: without end; or not for now."""
        changes = {"expires_at": expires_at, "suspended": suspended}
        self._collection("users").update_one({"_id": user_id}, {"$set": changes}, session=self._session)

    def staff(self) -> list[User]:
        """Everybody who works for the network, by address."""
        found = self._collection("users").find({"kind": {"$in": STAFF_KINDS}}, session=self._session)
        return [user for document in found.sort("email", 1) if (user := _user(document))]

    def administered(self) -> bool:
        """Whether there is an administrator, with access or without."""
        return self._collection("users").find_one({"kind": "admin"}, {"_id": True}, session=self._session) is not None

    def remove(self, user_id: str) -> None:
        """Gone; no matter if it was."""
        self._collection("users").delete_one({"_id": user_id}, session=self._session)

    def search(self, *, last_name: str, email: str, part: str, window: Window) -> tuple[list[User], int]:
        """A page of members by the beginning of the last name, any case, the address, or a part of it; by name."""
        wanted: Document = {"kind": "member"}
        if last_name.strip():
            # Escaped: what somebody types must never act as a pattern.
            wanted["last_name"] = {"$regex": f"^{re.escape(last_name.strip())}", "$options": "i"}
        if email.strip():
            wanted["email"] = email_identity(email)
        elif part.strip():
            wanted["email"] = {"$regex": re.escape(email_identity(part))}
        page = self._collection("users").find(behind(wanted, _BY_NAME, window.after)).sort(_BY_NAME)
        found = page.skip(window.skip).limit(window.limit)
        total = self._collection("users").count_documents(wanted)
        return [user for document in found if (user := _user(document))], total

    def agreed(self, user_id: str, version: str) -> None:
        """To which version of the terms last."""
        self._collection("users").update_one(
            {"_id": user_id}, {"$set": {"terms_version": version}}, session=self._session
        )

    def about(self, subject: str) -> list[Document]:
        """The user with the last logins, without the password's hash."""
        if not (wanted := selector(subject, {"user": "_id"})):
            return []
        hidden = {"password_hash": False}
        return list(self._collection("users").find(wanted, hidden, session=self._session))

    def forget(self, subject: str) -> None:
        """Delete the user: the address is free again, a login fails like an unknown one."""
        if wanted := selector(subject, {"user": "_id"}):
            self._collection("users").delete_one(wanted, session=self._session)

    def set_password(self, user_id: str, hashed: str) -> None:
        """A new password's hash."""
        self._set(user_id, {"password_hash": hashed})

    def set_two_factor(self, user_id: str, on: bool) -> None:
        """Whether a second factor is on: kept here too, since every request asks."""
        self._set(user_id, {"two_factor": on})

    def _set(self, user_id: str, changes: Document) -> None:
        self._collection("users").update_one({"_id": user_id}, {"$set": changes}, session=self._session)

    def rehash(self, user_id: str, before: str, after: str) -> None:
        """Replace a password's hash by another one of the same password, unless it was changed meanwhile."""
        self._collection("users").update_one(
            {"_id": user_id, "password_hash": before}, {"$set": {"password_hash": after}}, session=self._session
        )


def _document(user: User) -> Document:
    document = asdict(user)
    document["_id"] = document.pop("user_id")
    return document


def _user(document: Document | None) -> User | None:
    if document is None:
        return None
    known = {name: value for name, value in document.items() if name != "_id"}
    known |= {name: _login(known[name]) for name in ("last_login", "previous_login")}
    return User(user_id=document["_id"], **known)


def _login(document: Document | None) -> Login | None:
    return Login(document["at"], document["address"]) if document else None

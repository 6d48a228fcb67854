"""Sessions, failed attempts and password resets in MongoDB. Secrets are stored as digests alone.

These follow the machine's clock, never development's: a session must not outlive its day because demo data did.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.directory.store.collection import Document, Stored, selector

SLIDING = timedelta(hours=24)
ABSOLUTE = timedelta(days=30)
RENEW_EVERY = timedelta(minutes=5)
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that lives: whose, and until when unless it is used."""

    user_id: str
    expires_at: datetime
    acting: Document | None = None
    """`{entity_id, reason, until}` while an administrator acts for a member."""

    def acts_for(self, now: datetime) -> Document | None:
        """Whom for, unless its time is over."""
        return self.acting if self.acting and now < self.acting["until"] else None


@dataclass(frozen=True, slots=True)
class Opening:
    """What is kept of a login with its session: shown to its owner alone."""

    device: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """One counted attempt: the how-manieth it is, and when the lock ends if it is one too many."""

    count: int
    locked_until: datetime | None


class Sessions(Stored):
    """Logins that last: 24 hours from the last use, at most 30 days (design.md 6)."""

    def open(self, session_id: str, user_id: str, now: datetime, opening: Opening = Opening()) -> OpenSession:
        """Begin a session. Its id is a secret of whoever holds it: here is its digest."""
        opened = OpenSession(user_id, now + SLIDING)
        self._collection("sessions").insert_one(
            {
                "_id": digest(session_id),
                "user_id": user_id,
                "opened_at": now,
                "expires_at": opened.expires_at,
                "verified_at": now,
                "used_at": now,
                **asdict(opening),
            },
            session=self._session,
        )
        return opened

    def use(self, session_id: str, now: datetime) -> OpenSession | None:
        """The session if it lives; using it makes it last longer."""
        wanted = {"_id": digest(session_id), "expires_at": {"$gt": now}}
        found = self._collection("sessions").find_one(wanted, session=self._session)
        if found is None:
            return None
        until = min(now + SLIDING, found["opened_at"] + ABSOLUTE)
        # Not at every request: a few minutes of a day are not worth a write.
        if now - (found.get("used_at") or found["opened_at"]) < RENEW_EVERY:
            return OpenSession(found["user_id"], found["expires_at"], found.get("acting"))
        step = {"$max": {"expires_at": until, "used_at": now}}
        self._collection("sessions").update_one(wanted, step, session=self._session)
        return OpenSession(found["user_id"], until, found.get("acting"))

    def act_for(self, session_id: str, user_id: str, entity_id: str, reason: str, until: datetime) -> bool:
        """A user's session acts for a business until then; False when the session has ended."""
        acting = {"entity_id": entity_id, "reason": reason, "until": until}
        wanted = {"_id": digest(session_id), "user_id": user_id}
        done = self._collection("sessions").update_one(wanted, {"$set": {"acting": acting}}, session=self._session)
        return done.matched_count == 1

    def act_for_nobody(self, session_id: str, user_id: str) -> str:
        """The id of the business that it acted for; empty when it was none."""
        wanted = {"_id": digest(session_id), "user_id": user_id, "acting": {"$exists": True}}
        found = self._collection("sessions").find_one_and_update(
            wanted, {"$unset": {"acting": ""}}, session=self._session
        )
        return str(found["acting"]["entity_id"]) if found else ""

    def verified_at(self, session_id: str, user_id: str, now: datetime) -> datetime | None:
        """When a user's living session was last verified by password or code."""
        wanted = {"_id": digest(session_id), "user_id": user_id, "expires_at": {"$gt": now}}
        found = self._collection("sessions").find_one(wanted, {"verified_at": 1}, session=self._session)
        return found.get("verified_at") if found else None

    def verify(self, session_id: str, user_id: str, now: datetime) -> bool:
        """A user's living session is verified now; False when it has ended."""
        wanted = {"_id": digest(session_id), "user_id": user_id, "expires_at": {"$gt": now}}
        done = self._collection("sessions").update_one(wanted, {"$set": {"verified_at": now}}, session=self._session)
        return done.matched_count == 1

    def holder(self, session_id: str) -> str | None:
        """Whose session it is, if it has not ended."""
        found = self._collection("sessions").find_one({"_id": digest(session_id)}, {"user_id": 1})
        return str(found["user_id"]) if found else None

    def end(self, session_id: str) -> bool:
        """End one; False if it had ended before."""
        ended = self._collection("sessions").delete_one({"_id": digest(session_id)}, session=self._session)
        return ended.deleted_count == 1

    def end_all(self, user_id: str) -> None:
        """End every session of a user."""
        self._collection("sessions").delete_many({"user_id": user_id}, session=self._session)

    def end_others(self, user_id: str, keep: str) -> int:
        """End every session of a user but the one with the digest `keep`; how many there were."""
        others = {"user_id": user_id, "_id": {"$ne": keep}}
        return self._collection("sessions").delete_many(others, session=self._session).deleted_count

    def end_one(self, user_id: str, handle: str) -> bool:
        """End one of a user's sessions by its handle; False when there is none."""
        wanted = {"_id": handle, "user_id": user_id}
        return self._collection("sessions").delete_one(wanted, session=self._session).deleted_count == 1

    def of_user(self, user_id: str, now: datetime) -> list[Document]:
        """A user's living sessions, the one used last first. `_id` is a handle, good for ending it and nothing else."""
        living = {"user_id": user_id, "expires_at": {"$gt": now}}
        found = self._collection("sessions").find(living, session=self._session)
        return list(found.sort([("used_at", -1), ("_id", 1)]).limit(_SHOWN))

    def about(self, subject: str) -> list[Document]:
        """Sessions that live, without what they are used with."""
        if not (wanted := selector(subject, {"user": "user_id"})):
            return []
        return list(self._collection("sessions").find(wanted, {"_id": False}, session=self._session))

    def forget(self, subject: str) -> None:
        """End them."""
        if wanted := selector(subject, {"user": "user_id"}):
            self._collection("sessions").delete_many(wanted, session=self._session)


class Attempts(Stored):
    """How often something was tried lately. Counted before the try, so that parallel ones can't slip through."""

    def admit(self, key: str, most: int, window: timedelta, now: datetime) -> datetime | None:
        """Count one attempt; None if it may go on, else when the lock ends.

        The window slides with each counted attempt. Attempts while locked count nothing, or a stranger could
        prolong a lock for ever.
        """
        return self.attempt(key, most, window, now).locked_until

    def attempt(self, key: str, most: int, window: timedelta, now: datetime) -> Try:
        """The same, and how many there were: whoever fails at the last that is allowed begins the lock."""
        counted = self._count(digest(key), most, window, now)
        return Try(counted["count"], counted["expires_at"] if counted["count"] > most else None)

    def take_back(self, key: str) -> None:
        """The attempt succeeded: it doesn't count."""
        self._collection("attempts").update_one({"_id": digest(key), "count": {"$gt": 0}}, {"$inc": {"count": -1}})

    def forget(self, key: str) -> None:
        """Start from nothing."""
        self._collection("attempts").delete_one({"_id": digest(key)})

    def _count(self, key: str, most: int, window: timedelta, now: datetime) -> Document:
        live = {"$gt": [{"$ifNull": ["$expires_at", now]}, now]}
        full = {"$and": [live, {"$gte": [{"$ifNull": ["$count", 0]}, most]}]}
        counted = {"$cond": [live, {"$add": ["$count", 1]}, 1]}
        step = {
            "count": {"$cond": [full, most + 1, counted]},
            "expires_at": {"$cond": [full, "$expires_at", now + window]},
        }
        attempts = self._collection("attempts")
        for _ in range(2):
            try:
                found: Any = attempts.find_one_and_update(
                    {"_id": key}, [{"$set": step}], upsert=True, return_document=ReturnDocument.AFTER
                )
                return dict(found)
            except DuplicateKeyError:
                continue  # another made the first one at the same moment: it is there now
        raise AssertionError("an upsert by _id fails once at most")


class Resets(Stored):
    """One-time links for a new password."""

    def add(self, token: str, user_id: str | None, kind: str, expires_at: datetime) -> None:
        """Store a token's digest. Without a user it is a decoy: the work of an unknown address is the same."""
        self._collection("resets").insert_one(
            {"_id": digest(token), "user_id": user_id, "kind": kind, "expires_at": expires_at},
            session=self._session,
        )

    def add_many(self, tokens: Mapping[str, str], kind: str, expires_at: datetime) -> None:
        """Tokens and whose they are, in one request."""
        documents = [
            {"_id": digest(token), "user_id": user_id, "kind": kind, "expires_at": expires_at}
            for token, user_id in tokens.items()
        ]
        self._collection("resets").insert_many(documents, session=self._session)

    def find(self, token: str, now: datetime) -> Document | None:
        """`{user_id, kind}` of a token that can be used."""
        return self._collection("resets").find_one(_usable(token, now), session=self._session)

    def take(self, token: str, now: datetime) -> Document | None:
        """Use a token up, in one step: of several at once one gets it. The user's other tokens go too."""
        taken = self._collection("resets").find_one_and_delete(_usable(token, now), session=self._session)
        if taken is not None:
            self._collection("resets").delete_many({"user_id": taken["user_id"]}, session=self._session)
        return taken

    def drop(self, user_id: str) -> None:
        """The user's links can't be used any more."""
        self._collection("resets").delete_many({"user_id": user_id}, session=self._session)

    def about(self, subject: str) -> list[Document]:
        """The links that can be used, without what they are used with."""
        if not (wanted := selector(subject, {"user": "user_id"})):
            return []
        return list(self._collection("resets").find(wanted, {"_id": False}, session=self._session))

    def forget(self, subject: str) -> None:
        """They can't be used any more."""
        if wanted := selector(subject, {"user": "user_id"}):
            self._collection("resets").delete_many(wanted, session=self._session)

    def end_all(self, user_id: str) -> None:
        """No link of a user works any more."""
        self._collection("resets").delete_many({"user_id": user_id}, session=self._session)


def _usable(token: str, now: datetime) -> Document:
    return {"_id": digest(token), "user_id": {"$ne": None}, "expires_at": {"$gt": now}}


def digest(secret: str) -> str:
    """How a secret of 128 bits and more is stored: SHA-256 is enough for what can't be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""Second factors and known devices in MongoDB. Whatever may be used once is used in one atomic step."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.directory.store.collection import Document, Stored, selector
from services.directory.store.logins import digest

DEVICE_LIFETIME = timedelta(days=400)
"""As long as a browser keeps a cookie."""
SETUP_LIFETIME = timedelta(minutes=30)
TICKET_LIFETIME = timedelta(minutes=5)


class Factors(Stored):
    """Secrets of second factors (sealed), the steps used, and digests of recovery codes."""

    def begin(self, user_id: str, sealed: str, now: datetime) -> None:
        """Keep the secret of a factor that is not confirmed yet; the one before is dropped."""
        setup = {"secret": sealed, "expires_at": now + SETUP_LIFETIME}
        self._collection("factor_setups").update_one(
            {"_id": user_id}, {"$set": setup}, upsert=True, session=self._session
        )

    def begun(self, user_id: str, now: datetime) -> str | None:
        """The sealed secret that waits for its confirmation."""
        wanted = {"_id": user_id, "expires_at": {"$gt": now}}
        found = self._collection("factor_setups").find_one(wanted, session=self._session)
        return str(found["secret"]) if found else None

    def confirm(self, user_id: str, sealed: str, step: int, codes: Sequence[str], now: datetime) -> None:
        """The factor counts from now on; the code of `step` is used up."""
        hashed = [_digest_for(user_id, code) for code in codes]
        factor = {"_id": user_id, "secret": sealed, "step": step, "since": now, "recovery": hashed}
        self._collection("factors").replace_one({"_id": user_id}, factor, upsert=True, session=self._session)
        self._collection("factor_setups").delete_one({"_id": user_id}, session=self._session)

    def find(self, user_id: str) -> Document | None:
        """`{secret (sealed), step, since, recovery: [digests that are left]}`."""
        return self._collection("factors").find_one({"_id": user_id}, session=self._session)

    def use_step(self, user_id: str, step: int, sealed: str) -> bool:
        """Use a step of 30 seconds up, and all before it; False when it is used already. Keeps the secret as sealed."""
        unused = {"_id": user_id, "step": {"$lt": step}}
        done = self._collection("factors").update_one(
            unused, {"$set": {"step": step, "secret": sealed}}, session=self._session
        )
        return done.modified_count == 1

    def use_recovery(self, user_id: str, code: str) -> bool:
        """Use a recovery code up; False when there is none such (any more)."""
        hashed = _digest_for(user_id, code)
        done = self._collection("factors").update_one(
            {"_id": user_id, "recovery": hashed}, {"$pull": {"recovery": hashed}}, session=self._session
        )
        return done.modified_count == 1

    def renew_recovery(self, user_id: str, codes: Sequence[str]) -> None:
        """New recovery codes; the ones before work no more."""
        hashed = [_digest_for(user_id, code) for code in codes]
        self._collection("factors").update_one({"_id": user_id}, {"$set": {"recovery": hashed}}, session=self._session)

    def remove(self, user_id: str) -> None:
        """There is no second factor any more, nor one that waits."""
        for name in ("factors", "factor_setups"):
            self._collection(name).delete_one({"_id": user_id}, session=self._session)

    def about(self, subject: str) -> list[Document]:
        """Since when there is one, without what it is made of."""
        if not (wanted := selector(subject, {"user": "_id"})):
            return []
        return list(self._collection("factors").find(wanted, {"_id": 0, "since": 1}, session=self._session))

    def forget(self, subject: str) -> None:
        """Remove it."""
        if wanted := selector(subject, {"user": "_id"}):
            self.remove(wanted["_id"])


class Tickets(Stored):
    """The first step of a login is done: good for the second one, for five minutes, and for nothing else."""

    def add(self, ticket: str, user_id: str, now: datetime) -> None:
        """Store a ticket's digest."""
        self._collection("tickets").insert_one(
            {"_id": digest(ticket), "user_id": user_id, "expires_at": now + TICKET_LIFETIME}, session=self._session
        )

    def holder(self, ticket: str, now: datetime) -> str | None:
        """Whose ticket it is, if it can be used."""
        wanted = {"_id": digest(ticket), "expires_at": {"$gt": now}}
        found = self._collection("tickets").find_one(wanted, session=self._session)
        return str(found["user_id"]) if found else None

    def take(self, ticket: str) -> bool:
        """Use it up; False when it was used before."""
        return self._collection("tickets").delete_one({"_id": digest(ticket)}, session=self._session).deleted_count == 1

    def drop(self, user_id: str) -> None:
        """All of a user's: the password that they came from is no more."""
        self._collection("tickets").delete_many({"user_id": user_id}, session=self._session)

    def about(self, subject: str) -> list[Document]:  # noqa: ARG002 -- as every keeper has it
        """Nothing: they live five minutes, and say nothing but whose they are."""
        return []

    def forget(self, subject: str) -> None:
        """Remove them."""
        if wanted := selector(subject, {"user": "user_id"}):
            self.drop(wanted["user_id"])


class Devices(Stored):
    """What each user logged in from before. A device is recognised by a secret of its own, stored as a digest."""

    def knows(self, user_id: str, mark: str) -> bool:
        """Whether this user logged in from there."""
        return self._collection("devices").find_one({"_id": _digest_for(user_id, mark)}, {"_id": 1}) is not None

    def remember(self, user_id: str, mark: str, name: str, now: datetime) -> bool:
        """This user logs in from there; True when it is for the first time."""
        step = {
            "$set": {"name": name, "last_seen": now, "expires_at": now + DEVICE_LIFETIME},
            "$setOnInsert": {"user_id": user_id, "first_seen": now},
        }
        done = self._collection("devices").update_one(
            {"_id": _digest_for(user_id, mark)}, step, upsert=True, session=self._session
        )
        return done.upserted_id is not None

    def about(self, subject: str) -> list[Document]:
        """Names and times, without what they are recognised by."""
        if not (wanted := selector(subject, {"user": "user_id"})):
            return []
        return list(self._collection("devices").find(wanted, {"_id": False}, session=self._session))

    def forget(self, subject: str) -> None:
        """Remove them."""
        if wanted := selector(subject, {"user": "user_id"}):
            self._collection("devices").delete_many(wanted, session=self._session)


def _digest_for(user_id: str, secret: str) -> str:
    # With the user in it, so that the same device of two people can't be told to be the same.
    return digest(f"{user_id}/{secret}")

"""What came of commands with an idempotency key: kept in the transaction of what they did, told again to a repeat.

Of a key a digest is kept, of what was asked another. `key` has its scope before it (`user:<id>/<key>`): nobody meets
another's.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from pymongo import ASCENDING
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.mongo.lease import Document

OUTCOMES = "outcomes"
KEPT = timedelta(days=90)
"""How long services that promise nothing for ever know a key."""

REUSED = "This Idempotency-Key belongs to another command: use a new one."
GONE = "This was done before, and what it answered is not kept any more: look at what is there now."


class OutcomeKnown(Exception):
    """The same key was used at the same moment: read what came of it."""


class KeyReused(Exception):
    """The key belongs to another command."""


class AnswerGone(Exception):
    """The command was carried out, and its answer has been deleted since."""


class RefusedBefore(Exception):
    """The command was refused by a rule. `told`: how, `{status, code, detail, …}`."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__(told["code"])
        self.told = told


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a command answers."""

    document: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    sealed: Mapping[str, str] = field(default_factory=dict)
    """Members that are secret, under a key of the service: they are not stored otherwise."""
    subjects: Collection[str] = ()
    """Whom it tells of: when one of them is forgotten the answer goes."""
    kept: bool = True
    """False for what may be done again as often as one likes: the answer is worked out anew, and stored nowhere."""


def fingerprint(asked: Any) -> str:
    """What tells one command from another, as a digest."""
    return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()


class Outcomes:
    """All outcomes of a service, seen from inside a transaction if there is a session."""

    def __init__(self, database: Database[Document], session: ClientSession | None = None) -> None:
        self._outcomes, self._session = database[OUTCOMES], session

    def migrate(self) -> None:
        """Create indices, for services that know a key for a while; may be repeated."""
        self._outcomes.create_index([("subjects", ASCENDING)], name="subjects")
        self._outcomes.create_index([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0)

    def find(self, key: str) -> Document | None:
        """What was kept under a key, with its `fingerprint`."""
        return self._outcomes.find_one({"_id": _digest(key)}, session=self._session)

    def keep(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Store an outcome. Raises OutcomeKnown if the key has one already (the transaction is lost then)."""
        try:
            self._outcomes.insert_one({"_id": _digest(key), **outcome}, session=self._session)
        except DuplicateKeyError as error:
            raise OutcomeKnown from error

    def touch(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Store an outcome unless the key has one."""
        first = {"$setOnInsert": dict(outcome)}
        self._outcomes.update_one({"_id": _digest(key)}, first, upsert=True, session=self._session)

    def forget(self, *subjects: str) -> None:
        """Empty the answers that tell of one of these; that the commands were given stays known."""
        if subjects:
            emptied: Document = {"$set": {"answer": {}, "emptied": True}, "$unset": {"answered_at": "", "sealed": ""}}
            self._outcomes.update_many({"subjects": {"$in": list(subjects)}}, emptied, session=self._session)


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its key (scope/key), whose outcome is known for a while from `now` on."""

    key: str
    fingerprint: str
    now: datetime

    def again(self, outcomes: Outcomes) -> Told | None:
        """What it answered before; None when it must be done, for the first time or anew.

        Raises KeyReused, AnswerGone, RefusedBefore.
        """
        known = outcomes.find(self.key)
        if known is None:
            return None
        if known["fingerprint"] != self.fingerprint:
            raise KeyReused(REUSED)
        if known.get("emptied"):
            raise AnswerGone(GONE)
        if refusal := known.get("refusal"):
            raise RefusedBefore(refusal)
        if "answer" not in known:
            return None
        return Told(document=known["answer"], status=known["status"], sealed=known.get("sealed", {}))

    def keep(self, outcomes: Outcomes, told: Told) -> None:
        """Store what it answers. Raises OutcomeKnown."""
        if told.kept:
            answer = {"answer": dict(told.document), "status": told.status, "sealed": dict(told.sealed)}
            outcomes.keep(self.key, {**self._outcome(), **answer, "subjects": sorted(told.subjects)})
        else:
            outcomes.touch(self.key, self._outcome())

    def refuse(self, outcomes: Outcomes, refusal: Mapping[str, Any]) -> None:
        """Store how it was refused, unless the same command ran beside this one and was first."""
        outcomes.touch(self.key, {**self._outcome(), "refusal": dict(refusal)})

    def _outcome(self) -> Document:
        return {"fingerprint": self.fingerprint, "expires_at": self.now + KEPT}


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()

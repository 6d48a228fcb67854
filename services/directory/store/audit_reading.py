"""Reading the audit log: pages of what was asked for, everything in order for checks and exports."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.read_concern import ReadConcern

from services.directory.domain.audit import Head
from services.directory.domain.audit_search import CATEGORIES, AuditQuery
from services.directory.store.audit import AUDIT
from services.directory.store.collection import Document, Stored

_BATCH = 1_000
_LAST_CHECK = "audit-check"
COUNTED_MOST = 10_000
"""Nobody pages further: beyond, a total is 'more than'."""


class AuditReading(Stored):
    """The log, for those who look."""

    def head(self) -> Head:
        """Where the log stands, by its counter."""
        counters = self._database.get_collection("counters", read_concern=ReadConcern("majority"))
        found = counters.find_one({"_id": AUDIT}) or {}
        return Head(position=int(found["position"]), hash=str(found["hash"])) if found else Head()

    def newest_position(self) -> int:
        """The number of the last entry that is there."""
        found = self._log().find_one({"_id": {"$type": "number"}}, {"_id": True}, sort=[("_id", DESCENDING)])
        return int(found["_id"]) if found else 0

    def stray(self) -> Any:
        """The number of an entry that no entry can have (a text, 0, less). None: there is none."""
        wrong = {"$or": [{"_id": {"$not": {"$type": "number"}}}, {"_id": {"$lt": 1}}]}
        found = self._log().find_one(wrong, {"_id": True})
        return found["_id"] if found else None

    def at(self, position: int) -> Document | None:
        """One entry as it is stored."""
        found: Document | None = self._log().find_one({"_id": position})
        return found

    def in_order(self, after: int, up_to: int, wanted: Mapping[str, Any] | None = None) -> Iterator[Document]:
        """Entries as they are stored, oldest first, a batch in memory at a time."""
        asked = {"$and": [{"_id": {"$gt": after, "$lte": up_to}}, dict(wanted or {})]}
        yield from self._log().find(asked, batch_size=_BATCH).sort("_id", ASCENDING)

    def newest_first(self, wanted: Mapping[str, Any], before: int | None, skip: int, limit: int) -> Iterator[Document]:
        """Entries as they are stored, newest first."""
        found = self._log().find(_before(wanted, before), batch_size=min(limit, _BATCH))
        yield from found.sort("_id", DESCENDING).skip(skip).limit(limit)

    def count(self, wanted: Mapping[str, Any]) -> int:
        """How many there are, counted to COUNTED_MOST."""
        return int(self._log().count_documents(dict(wanted), limit=COUNTED_MOST))

    def is_told(self, wanted: Mapping[str, Any]) -> bool:
        """Whether there is such an entry, as the transaction sees it."""
        return self._collection(AUDIT).find_one(dict(wanted), {"_id": True}, session=self._session) is not None

    def told_of(self, subjects: Sequence[str], action: str) -> dict[str, Document]:
        """By subject: the newest entry with that action, as the transaction sees it."""
        wanted = {"subject": {"$in": list(subjects)}, "action": action}
        found = self._collection(AUDIT).find(wanted, session=self._session).sort("_id", ASCENDING)
        return {document["subject"]: document for document in found}

    def last_check(self) -> Document | None:
        """What the last scheduled check came to."""
        return self._collection("settings").find_one({"_id": _LAST_CHECK}, {"_id": False})

    def keep_check(self, told: Mapping[str, Any]) -> None:
        """In place of the one before."""
        self._collection("settings").replace_one({"_id": _LAST_CHECK}, dict(told), upsert=True)

    def _log(self) -> Any:
        # Majority: what a change of primary would roll back is neither shown nor held against a head.
        return self._database.get_collection(AUDIT, read_concern=ReadConcern("majority"))


def selector_of(asked: AuditQuery) -> Document:
    """The filter of everything but the text. What is typed is compared, or escaped."""
    parts: list[Document] = []
    if asked.actor:
        parts.append({"$or": [{"actor": asked.actor}, {"on_behalf_of": asked.actor}]})
    if asked.subject:
        parts.append({"subject": asked.subject})
    if asked.concerns:
        parts.append(about(asked.concerns))
    if asked.action:
        parts.append({"action": _action(asked.action)})
    if asked.categories:
        # As ranges: they are looked up in the index, an alternative of patterns is not.
        parts.append({"$or": [_beginning("actor", CATEGORIES[each]) for each in asked.categories]})
    if asked.person is not None:
        actors = [f"{kind}:{asked.person}" for kind in ("user", "admin")]
        parts.append({"$or": [{"actor": {"$in": actors}}, *about(f"user/{asked.person}")["$or"]]})
    if asked.correlation_id:
        parts.append({"correlation_id": asked.correlation_id})
    span = {sign: moment for sign, moment in (("$gte", asked.since), ("$lt", asked.until)) if moment}
    parts += [{"time": span}] if span else []
    return {"$and": parts} if parts else {}


def about(*subjects: str) -> Document:
    """Entries about one of these: as subject, or as one concerned."""
    return {"$or": [{name: {"$in": list(subjects)}} for name in ("subject", "concerns")]}


def _beginning(name: str, begin: str) -> Document:
    return {name: {"$gte": begin, "$lt": begin[:-1] + chr(ord(begin[-1]) + 1)}}


def _action(asked: str) -> Any:
    begin = asked.removesuffix("*")
    return {"$regex": f"^{re.escape(begin)}"} if asked.endswith((".", "*")) else asked


def _before(wanted: Mapping[str, Any], before: int | None) -> Document:
    return dict(wanted) if before is None else {"$and": [{"_id": {"$lt": before}}, dict(wanted)]}

"""Renames and removals on their way to every business that has the name, and who must be indexed again.

A propagation is written in the transaction of its command. It needs no cursor: the businesses that still have the old
name are what is left to do, whoever was killed in between.
"""

import secrets
from collections.abc import Mapping, Sequence

from pymongo import UpdateOne

from services.directory.domain.catalogue import Aliases, Kind, Propagation
from services.directory.domain.values import Entity
from services.directory.store.catalogue import has
from services.directory.store.collection import Document, Stored
from services.directory.store.entities import NEW_REVISION, Entities


class Propagations(Stored):
    """What goes on, oldest first, and what is done."""

    def begin(self, started: Propagation, now: str) -> None:
        """From now on everybody is to have the new name."""
        document = {"_id": started.position, "kind": started.kind, "name": started.name, "to": started.to}
        document |= {"rewritten": 0, "started_at": now, "done": False}
        self._collection("propagations").insert_one(document, session=self._session)

    def running(self) -> list[Propagation]:
        """Those that go on, oldest first."""
        found = self._collection("propagations").find({"done": False}, session=self._session)
        return [_propagation(each) for each in found.sort("_id", 1)]

    def aliases(self) -> Mapping[Kind, Aliases]:
        """What the names that are on their way out are called now."""
        known: dict[Kind, dict[str, str | None]] = {"tags": {}, "categories": {}}
        for each in self.running():
            known[each.kind][each.name] = each.to
        return known

    def left(self, going_on: Propagation, limit: int) -> list[Entity]:
        """Some of the businesses that still have the old name."""
        return Entities(self._database, self._session).having(has(going_on.kind, going_on.name), limit)

    def rewrite(self, entities: Sequence[Entity]) -> None:
        """Write the names that businesses have now, and have the index see them again."""
        if not entities:
            return
        updates = [UpdateOne({"_id": each.entity_id}, {"$set": _names(each), **NEW_REVISION}) for each in entities]
        self._collection("entities").bulk_write(updates, session=self._session)
        marks = [
            # A new mark each time: taking an older one away must not take this one.
            UpdateOne({"_id": each.entity_id}, {"$set": {"mark": secrets.token_hex(8)}}, upsert=True)
            for each in entities
        ]
        self._collection("unindexed").bulk_write(marks, session=self._session)

    def advance(self, going_on: Propagation, rewritten: int, *, done: bool, now: str) -> None:
        """So many businesses more are rewritten; whether that was all."""
        update: Document = {"$inc": {"rewritten": rewritten}, "$set": {"done": done}}
        if done:
            update["$set"]["done_at"] = now
        self._collection("propagations").update_one({"_id": going_on.position}, update, session=self._session)

    def unindexed(self, limit: int) -> dict[str, str]:
        """Some of the businesses that the index must see again, each with its mark."""
        found = self._collection("unindexed").find(session=self._session).sort("_id", 1).limit(limit)
        return {each["_id"]: each["mark"] for each in found}

    def indexed(self, marks: Mapping[str, str]) -> None:
        """The index has seen them, unless they were marked again since."""
        for entity_id, mark in marks.items():
            self._collection("unindexed").delete_one({"_id": entity_id, "mark": mark}, session=self._session)


def _names(entity: Entity) -> Document:
    tags = {
        side: [{"name": tag.name, "added_at": tag.added_at} for tag in getattr(entity, side)]
        for side in ("offers", "wants")
    }
    return {**tags, "categories": list(entity.categories)}


def _propagation(document: Document) -> Propagation:
    known = {name: document[name] for name in ("kind", "name", "to")}
    return Propagation(position=document["_id"], **known)

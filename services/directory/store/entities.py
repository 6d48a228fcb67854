"""Entities, memberships and the tags in use, in MongoDB."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pymongo import DESCENDING, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from events.directory import Place, Profile
from services.directory.domain import Entity, Membership, Preferences, Tag
from services.directory.domain.figures import AccountNews, Figures
from services.directory.domain.paging import Window
from services.directory.domain.places import ExactPlace
from services.directory.domain.statuses import Application, StatusDecision
from services.directory.store.catalogue import tag_use
from services.directory.store.collection import Document, Stored, selector
from services.directory.store.users import DUPLICATE
from services.mongo.paging import behind

_PAGE = 1_000

NEW_REVISION: Document = {"$inc": {"revision": 1}}
"""Part of every update of an entity: the index knows by the revision which of two documents is newer (ADR 0013)."""

NEWEST_FIRST = [("created_at", DESCENDING), ("_id", DESCENDING)]


_SIDES = ("offers", "wants")
_LEFT = ("_id", "account", "status", "created_at", "member_started_at", "version", "closed_at", "forgotten_at")
"""What stays of an entity that is forgotten."""


_KEPT = ("_id", "revision", "figures")
"""What no command writes: a revision only grows, and figures are the ledger's."""


class AccountTaken(Exception):
    """The account number belongs to another entity: try with a new one."""


class Entities(Stored):
    """Businesses, who belongs to them, and what all of them together offer and want."""

    def add(self, entity: Entity, membership: Membership) -> None:
        """Raises AccountTaken (the transaction is lost then)."""
        try:
            self._collection("entities").insert_one(
                {**_document(entity), "revision": entity.version or 1, "figures": None}, session=self._session
            )
        except DuplicateKeyError as error:
            raise AccountTaken from error
        self._collection("memberships").insert_one(
            {"_id": f"{membership.entity_id}/{membership.user_id}", **asdict(membership)}, session=self._session
        )

    def add_many(self, entities: Sequence[Entity], memberships: Sequence[Membership]) -> None:
        """Several in two requests. Raises AccountTaken (the transaction is lost then)."""
        documents = [{**_document(entity), "revision": entity.version or 1, "figures": None} for entity in entities]
        joined = [{"_id": f"{each.entity_id}/{each.user_id}", **asdict(each)} for each in memberships]
        try:
            self._collection("entities").insert_many(documents, session=self._session)
        except BulkWriteError as error:
            if any(each["code"] == DUPLICATE for each in error.details["writeErrors"]):
                raise AccountTaken from error
            raise
        self._collection("memberships").insert_many(joined, session=self._session)

    def save(self, entity: Entity) -> None:
        """Write an entity as it is now: a new revision of it."""
        document = {name: value for name, value in _document(entity).items() if name not in _KEPT}
        self._collection("entities").update_one(
            {"_id": entity.entity_id}, {"$set": document, **NEW_REVISION}, session=self._session
        )

    def take_figures(self, news: Sequence[AccountNews]) -> None:
        """Keep what the ledger says of accounts, in one request; news that is known already changes nothing."""
        updates = [
            UpdateOne(
                {"account": each.account, "figures.position": {"$not": {"$gte": each.position}}},
                [
                    {
                        "$set": {
                            "figures": {"$mergeObjects": ["$figures", {"$literal": _figures_of(each)}]},
                            "revision": {"$add": [{"$ifNull": ["$revision", "$version"]}, 1]},
                        }
                    }
                ],
            )
            for each in news
        ]
        if updates:
            self._collection("entities").bulk_write(updates, ordered=False)

    def find(self, entity_id: str) -> Entity | None:
        """An entity by id."""
        found = self._collection("entities").find_one({"_id": entity_id}, session=self._session)
        return _entity(found) if found else None

    def of_ids(self, entity_ids: Sequence[str]) -> list[Entity]:
        """Those that exist, in the order asked."""
        return self._in_order("_id", entity_ids)

    def of_accounts(self, accounts: Sequence[str]) -> list[Entity]:
        """Those that exist, in the order asked."""
        return self._in_order("account", accounts)

    def ids_of_accounts(self, accounts: Sequence[str]) -> dict[str, str]:
        """Account number to entity id, of those that exist."""
        shown = {"account": True}
        found = self._collection("entities").find({"account": {"$in": list(accounts)}}, shown, session=self._session)
        return {document["account"]: document["_id"] for document in found}

    def names_of(self, entity_ids: Sequence[str]) -> dict[str, str]:
        """Entity id to name, of those that exist."""
        found = self._collection("entities").find({"_id": {"$in": list(entity_ids)}}, {"profile.name": True})
        return {document["_id"]: document["profile"]["name"] for document in found}

    def newest(self, statuses: Sequence[str], window: Window) -> tuple[list[Entity], int]:
        """A page of those with one of the statuses, newest first, and how many there are."""
        wanted: Document = {"status": {"$in": list(statuses)}}
        page = self._collection("entities").find(behind(wanted, NEWEST_FIRST, window.after)).sort(NEWEST_FIRST)
        found = [_entity(document) for document in page.skip(window.skip).limit(window.limit)]
        return found, self._collection("entities").count_documents(wanted)

    def every(self) -> Iterator[Entity]:
        """All of them, for a rebuild of the index."""
        for document in self._collection("entities").find(batch_size=_PAGE).sort("_id", 1):
            yield _entity(document)

    def having(self, wanted: Document, limit: int) -> list[Entity]:
        """Some of those that fit a query, in the order of ids."""
        found = self._collection("entities").find(wanted, session=self._session).sort("_id", 1).limit(limit)
        return [_entity(document) for document in found]

    def count(self) -> int:
        """About how many there are."""
        return int(self._collection("entities").estimated_document_count())

    def revisions(self, after: str, limit: int) -> dict[str, int]:
        """A page of ids after one, in their order, with the revision of each."""
        found = self._collection("entities").find({"_id": {"$gt": after}}, {"revision": True}).sort("_id", 1)
        return {document["_id"]: document.get("revision", 0) for document in found.limit(limit)}

    def revisions_of(self, entity_ids: Sequence[str]) -> dict[str, int]:
        """The revisions of those that exist."""
        found = self._collection("entities").find({"_id": {"$in": list(entity_ids)}}, {"revision": True})
        return {document["_id"]: document.get("revision", 0) for document in found}

    def overtake(self, revisions: Mapping[str, int]) -> None:
        """Let revisions be greater than the given ones: after a restore an index may be ahead of the truth."""
        updates = [UpdateOne({"_id": id_}, {"$max": {"revision": known + 1}}) for id_, known in revisions.items()]
        if updates:
            self._collection("entities").bulk_write(updates, ordered=False)

    def memberships_of(self, user_id: str) -> list[Membership]:
        """What a user belongs to, oldest first."""
        return self._memberships({"user_id": user_id})

    def members_of(self, entity_id: str) -> list[Membership]:
        """Who belongs to an entity, oldest first."""
        return self._memberships({"entity_id": entity_id})

    def use_tags(self, offers: Sequence[str], wants: Sequence[str], now: str) -> None:
        """Make tags of listed entities known for suggestions, or new again."""
        updates = [
            tag_use(name, side, now)
            for tags, side in ((offers, "offer_added_at"), (wants, "want_added_at"))
            for name in tags
        ]
        if updates:
            self._collection("tags").bulk_write(updates, session=self._session)

    def tags_like(self, fragment: str, limit: int) -> list[str]:
        """Known tags that contain a normalised fragment, those that begin with it first."""
        # Escaped: what somebody types must never act as a pattern.
        like = re.escape(fragment)
        begin = self._tags({"_id": {"$regex": f"^{like}"}}, limit)
        rest = self._tags({"_id": {"$regex": like, "$not": re.compile(f"^{like}")}}, limit - len(begin))
        return begin + rest

    def about(self, subject: str) -> list[Document]:
        """The entity with everything that it says of itself."""
        if not (wanted := selector(subject, {"entity": "_id"})):
            return []
        return list(self._collection("entities").find(wanted, session=self._session))

    def forget(self, subject: str) -> None:
        """Leave id, account number, status and dates."""
        if wanted := selector(subject, {"entity": "_id"}):
            for document in self._collection("entities").find(wanted, session=self._session):
                left = {name: document[name] for name in _LEFT if name in document}
                emptied = _document(Entity(profile=Profile(name=""), offers=(), wants=(), **_named(left)))
                self.save(_entity(emptied))
                self._forget_tags({tag["name"] for side in _SIDES for tag in document.get(side, ())})

    def _forget_tags(self, tags: Iterable[str]) -> None:
        """Those that nobody else has: a word that only one business used may tell of it."""
        for name in tags:
            used = {"$or": [{f"{side}.name": name} for side in _SIDES]}
            if self._collection("entities").find_one(used, {"_id": True}, session=self._session) is None:
                self._collection("tags").delete_one({"_id": name}, session=self._session)

    def _tags(self, wanted: Document, limit: int) -> list[str]:
        if limit < 1:
            return []
        return [found["_id"] for found in self._collection("tags").find(wanted).sort("_id", 1).limit(limit)]

    def _memberships(self, wanted: Document) -> list[Membership]:
        found = self._collection("memberships").find(wanted, {"_id": False}, session=self._session)
        return [Membership(**document) for document in found.sort("_id", 1)]

    def _in_order(self, field: str, asked: Sequence[str]) -> list[Entity]:
        found = self._collection("entities").find({field: {"$in": list(asked)}}, session=self._session)
        known = {document[field]: document for document in found}
        return [_entity(known[each]) for each in dict.fromkeys(asked) if each in known]


def _document(entity: Entity) -> Document:
    document = asdict(entity)
    document["_id"] = document.pop("entity_id")
    return document


def _named(document: Document) -> dict[str, Any]:
    return {"entity_id" if name == "_id" else name: value for name, value in document.items()}


def _entity(document: Document) -> Entity:
    known: dict[str, Any] = {name: value for name, value in document.items() if name != "_id"}
    known["profile"] = _profile(known["profile"])
    known["preferences"] = Preferences(**known["preferences"])
    exact = known.get("exact_place")
    known["exact_place"] = ExactPlace(**exact) if exact else None
    known["figures"] = Figures(**known["figures"]) if known.get("figures") else None
    known["categories"] = tuple(known["categories"])
    known["decisions"] = tuple(StatusDecision(**decision) for decision in known.get("decisions", ()))
    known["application"] = Application(**applied) if (applied := known.get("application")) else None
    for side in ("offers", "wants"):
        known[side] = tuple(Tag(**tag) for tag in known[side])
    return Entity(entity_id=document["_id"], **known)


def _figures_of(news: AccountNews) -> Document:
    return {**news.changed, "position": news.position}


def _profile(document: Document) -> Profile:
    place = document["place"]
    return Profile(**{**document, "place": Place(**place) if place else None})

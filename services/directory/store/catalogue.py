"""Tags and categories in MongoDB: one document each under its normalised name, which makes the name unique.

Who has them is in the businesses; how many that are is counted when somebody asks.
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from pymongo import UpdateOne
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.directory.domain.catalogue import Kind, Term, letter_of, plain_label
from services.directory.domain.values import LISTED
from services.directory.store.collection import Document, Stored

_DISMISSED_MAX = 10_000
_SUGGESTED = "tag-suggestions"

FIELDS: Mapping[Kind, tuple[str, ...]] = {"tags": ("offers.name", "wants.name"), "categories": ("categories",)}
"""Where a business has the names of a kind."""


class NameTaken(Exception):
    """There is such a tag or category already (the transaction is lost then)."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How many listed businesses have a name. A category counts in `businesses` alone."""

    offers: int = 0
    wants: int = 0
    businesses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tags or categories."""

    prefix: str = ""
    fragment: str = ""
    letter: str = ""
    unused: bool = False
    after: str = ""
    """Names that come after this one: a page goes on there whatever comes or goes before it."""
    skip: int = 0
    limit: int = 10


class Catalogue(Stored):
    """All tags and categories."""

    def find(self, kind: Kind, term_id: str) -> Term | None:
        """By id."""
        found = self._collection(kind).find_one({"term_id": term_id}, session=self._session)
        return _term(found) if found else None

    def named(self, kind: Kind, name: str) -> Term | None:
        """By normalised name."""
        found = self._collection(kind).find_one({"_id": name}, session=self._session)
        return _term(found) if found else None

    def add(self, kind: Kind, term: Term) -> None:
        """Raises NameTaken."""
        try:
            self._collection(kind).insert_one(_document(term), session=self._session)
        except DuplicateKeyError as error:
            raise NameTaken from error

    def save(self, kind: Kind, term: Term) -> None:
        """Write one as it is now, under the name that it has."""
        self._collection(kind).replace_one({"_id": term.name}, _document(term), session=self._session)

    def remove(self, kind: Kind, name: str) -> None:
        """Take one away."""
        self._collection(kind).delete_one({"_id": name}, session=self._session)

    def ensure(self, names: Iterable[str], now: str) -> list[str]:
        """Make the categories that are not there yet; which those were."""
        made = []
        for name in names:
            fresh = _document(
                Term(term_id=new_term_id(), name=name, label=plain_label(name), created_at=now, updated_at=now)
            )
            del fresh["_id"]
            answer = self._collection("categories").update_one(
                {"_id": name}, {"$setOnInsert": fresh}, upsert=True, session=self._session
            )
            made += [name] if answer.upserted_id is not None else []
        return made

    def labels(self, names: Sequence[str]) -> dict[str, str]:
        """What categories are called for people; those that are known."""
        found = self._collection("categories").find({"_id": {"$in": list(names)}}, {"label": True})
        return {each["_id"]: each["label"] for each in found}

    def page(self, kind: Kind, wanted: Wanted) -> tuple[list[Term], int]:
        """A page in the order of names, and how many there are."""
        asked = self._asked(kind, wanted)
        further = {"$and": [asked, {"_id": {"$gt": wanted.after}}]} if wanted.after else asked
        found = self._collection(kind).find(further).sort("_id", 1).skip(wanted.skip).limit(wanted.limit)
        return [_term(each) for each in found], self._collection(kind).count_documents(asked)

    def letters(self) -> dict[str, int]:
        """How many categories there are under each letter."""
        grouped = self._collection("categories").aggregate([{"$group": {"_id": "$letter", "count": {"$sum": 1}}}])
        return {each["_id"]: each["count"] for each in grouped}

    def usage(self, kind: Kind, names: Sequence[str]) -> dict[str, Usage]:
        """How many listed businesses have each of some names."""
        counts: dict[str, dict[str, int]] = {name: {} for name in names}
        for path in FIELDS[kind]:
            side = path.partition(".")[0] if kind == "tags" else "businesses"
            for each in self._collection("entities").aggregate(_counting(path, names)):
                counts[each["_id"]][side] = each["count"]
        return {name: Usage(**found) for name, found in counts.items()}

    def most_used(self, limit: int) -> dict[str, Usage]:
        """The tags that most listed businesses have."""
        names = [each["_id"] for each in self._collection("entities").aggregate(_most_used(limit))]
        return self.usage("tags", names)

    def ids_of(self, names: Sequence[str]) -> dict[str, str]:
        """The ids of tags that are there, by name."""
        found = self._collection("tags").find({"_id": {"$in": list(names)}}, {"term_id": True})
        return {each["_id"]: each["term_id"] for each in found}

    def dismissed(self) -> set[frozenset[str]]:
        """Pairs of tags that are not the same thing."""
        return {frozenset(each["names"]) for each in self._collection("dismissed").find().limit(_DISMISSED_MAX)}

    def dismiss(self, pair: Sequence[str], now: str) -> bool:
        """Keep a pair; whether it is new."""
        key = {"_id": "|".join(sorted(pair))}
        fresh = {"$setOnInsert": {"names": sorted(pair), "at": now}}
        answer = self._collection("dismissed").update_one(key, fresh, upsert=True, session=self._session)
        return answer.upserted_id is not None

    def keep_suggestions(self, pairs: Sequence[Document]) -> None:
        """Pairs `{keep, merge, why}` of names, in place of those before."""
        self._collection("settings").replace_one({"_id": _SUGGESTED}, {"pairs": list(pairs)}, upsert=True)

    def kept_suggestions(self) -> list[Document]:
        """What was kept last."""
        found = self._collection("settings").find_one({"_id": _SUGGESTED})
        return list(found["pairs"]) if found else []

    def holders(self, kind: Kind, name: str) -> int:
        """How many businesses of all statuses have a name."""
        return self._collection("entities").count_documents(has(kind, name), session=self._session)

    def _asked(self, kind: Kind, wanted: Wanted) -> Document:
        # Escaped: what somebody types must never act as a pattern (behaviour.md 6.3, 27).
        like = f"^{re.escape(wanted.prefix)}" if wanted.prefix else ""
        like += f".*{re.escape(wanted.fragment)}" if wanted.fragment and like else re.escape(wanted.fragment)
        asked: list[Document] = [{"_id": {"$regex": like}}] if like else []
        if wanted.letter:
            asked.append({"letter": wanted.letter})
        if wanted.unused:
            # Names in use come from the index alone, without reading the businesses.
            used = {name for path in FIELDS[kind] for name in self._collection("entities").distinct(path)}
            asked.append({"_id": {"$nin": sorted(used - {None})}})
        return {"$and": asked} if asked else {}


def complete(database: Database[Document]) -> None:
    """Give an id to tags of an earlier version, and a document to the categories that businesses have."""
    tags = database["tags"]
    for found in tags.find({"term_id": {"$exists": False}}):
        dates = [found[side] for side in ("offer_added_at", "want_added_at") if found.get(side)]
        fresh = _document(
            Term(
                term_id=new_term_id(),
                name=found["_id"],
                label=found["_id"],
                created_at=min(dates, default=""),
                updated_at="",
            )
        )
        tags.update_one({"_id": found["_id"], "term_id": {"$exists": False}}, {"$set": {**fresh, **found}})
    # An index knows those without any under None.
    used = set(database["entities"].distinct("categories")) - {None, *database["categories"].distinct("_id")}
    Catalogue(database, None).ensure(sorted(used), "")


def has(kind: Kind, name: str) -> Document:
    """The businesses that have a name."""
    return {"$or": [{path: name} for path in FIELDS[kind]]}


def tag_use(name: str, side: str, now: str) -> UpdateOne:
    """A listed business has a tag now that it did not have before: the tag is there, and new again on that side."""
    fresh = _document(Term(term_id=new_term_id(), name=name, label=name, created_at=now, updated_at=now))
    for field in ("_id", side):
        del fresh[field]
    return UpdateOne({"_id": name}, {"$set": {side: now}, "$setOnInsert": fresh}, upsert=True)


def new_term_id() -> str:
    """An id that can be part of an address."""
    return secrets.token_hex(12)


def _counting(path: str, names: Sequence[str]) -> list[Document]:
    array = path.partition(".")[0]
    among = {path: {"$in": list(names)}}
    return [
        {"$match": {**among, "status": {"$in": sorted(LISTED)}}},
        {"$unwind": f"${array}"},
        {"$match": among},
        {"$group": {"_id": f"${path}", "count": {"$sum": 1}}},
    ]


def _most_used(limit: int) -> list[Document]:
    both = {"$setUnion": ["$offers.name", "$wants.name"]}
    return [
        {"$match": {"status": {"$in": sorted(LISTED)}}},
        {"$project": {"name": both}},
        {"$unwind": "$name"},
        {"$group": {"_id": "$name", "count": {"$sum": 1}}},
        {"$sort": {"count": -1, "_id": 1}},
        {"$limit": limit},
    ]


def _document(term: Term) -> Document:
    document = asdict(term)
    return {"_id": document.pop("name"), "letter": letter_of(term.name), **document}


def _term(document: Document) -> Term:
    texts = ("label", "created_at", "updated_at", "offer_added_at", "want_added_at")
    known = {name: document.get(name) or "" for name in texts}
    return Term(term_id=document["term_id"], name=document["_id"], **known)

"""What has been given of each recipient domain's time, shared by all senders."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from pymongo import ASCENDING, UpdateOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from services.notifier.pacing import Domain

_FORGOTTEN_AFTER_SECONDS = 24 * 3600
_DUPLICATE_KEY = 11000
_REMEMBERED_VERSIONS = 50
"""So many other senders may write between a sender's write and its look whether it was in time."""

Document = dict[str, Any]
Result = TypeVar("Result")


class Domains:
    """Documents that several senders change at once: each change is made on what it was decided on, or again."""

    def __init__(self, database: Database[Document]) -> None:
        self._domains = database["domains"]

    def migrate(self) -> None:
        """Create indices; may be repeated."""
        # Who is written to is not kept for longer than it is of use.
        self._domains.create_index(
            [("free_at", ASCENDING)], name="forgotten", expireAfterSeconds=_FORGOTTEN_AFTER_SECONDS
        )

    def change(self, names: Iterable[str], decide: Callable[[str, Domain], tuple[Result, Domain]]) -> dict[str, Result]:
        """Replace each domain by what `decide` makes of it; its other results. Three round trips, however many."""
        results: dict[str, Result] = {}
        while left := set(names) - results.keys():
            known = {row["_id"]: row for row in self._domains.find({"_id": {"$in": list(left)}})}
            decided = {name: decide(name, _domain(known.get(name))) for name in left}
            for name in self._swapped(known, {name: domain for name, (_, domain) in decided.items()}):
                results[name] = decided[name][0]
        return results

    def _swapped(self, known: Mapping[str, Document], made: Mapping[str, Domain]) -> list[str]:
        """The names of those that nobody else changed meanwhile."""
        token = uuid.uuid4().hex
        writes = [
            UpdateOne(
                {"_id": name, "version": known[name]["version"] if name in known else None},
                {
                    "$set": asdict(domain) | {"version": token},
                    "$push": {"versions": {"$each": [token], "$slice": -_REMEMBERED_VERSIONS}},
                },
                upsert=name not in known,
            )
            for name, domain in made.items()
        ]
        try:
            self._domains.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if any(each["code"] != _DUPLICATE_KEY for each in error.details["writeErrors"]):
                raise
        return [row["_id"] for row in self._domains.find({"_id": {"$in": list(made)}, "versions": token}, {"_id": 1})]


def _domain(row: Document | None) -> Domain:
    return Domain(**{name: row[name] for name in Domain.__slots__}) if row else Domain()

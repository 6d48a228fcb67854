"""What is known of timed jobs: when each was last begun and ended, how often it failed, and a place to go on from.

Every write says under which epoch of the lease it is made: a process that doesn't lead any more changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.directory.store.collection import Document, Stored

JOBS = "jobs"


class Deposed(Exception):
    """Another process leads: this one's work does not count any more."""


@dataclass(frozen=True, slots=True)
class JobState:
    """One job. A run that was begun and not ended was cut off: it is due again."""

    begun_at: datetime | None = None
    ended_at: datetime | None = None
    """When the last good run was over."""
    failed_at: datetime | None = None
    failures: int = 0
    """One after the other, until a good run."""
    place: Mapping[str, Any] | None = None
    """Where a job that works in pieces goes on. Its own affair."""


class Jobs(Stored):
    """All timed jobs, one document each."""

    def states(self) -> dict[str, JobState]:
        """By name; a job that never ran is not there."""
        return {found["_id"]: _state(found) for found in self._collection(JOBS).find()}

    def begun(self, name: str, epoch: int, at: datetime) -> None:
        """Raises Deposed."""
        self._write(name, epoch, {"$set": {"begun_at": at}})

    def ended(self, name: str, epoch: int, at: datetime) -> None:
        """A good run. Raises Deposed."""
        self._write(name, epoch, {"$set": {"ended_at": at, "failures": 0}, "$unset": {"begun_at": ""}})

    def failed(self, name: str, epoch: int, at: datetime) -> None:
        """A run that raised. Raises Deposed."""
        self._write(name, epoch, {"$set": {"failed_at": at}, "$inc": {"failures": 1}, "$unset": {"begun_at": ""}})

    def keep_place(self, name: str, epoch: int, place: Mapping[str, Any]) -> None:
        """Where the next run, or this one after a crash, goes on. Raises Deposed."""
        self._write(name, epoch, {"$set": {"place": dict(place)}})

    def _write(self, name: str, epoch: int, update: Document) -> None:
        update.setdefault("$set", {})["epoch"] = epoch
        # With an upsert, a document of a later epoch doesn't match and can't be inserted again.
        mine = {"_id": name, "$or": [{"epoch": {"$lte": epoch}}, {"epoch": None}]}
        try:
            self._collection(JOBS).update_one(mine, update, upsert=True)
        except DuplicateKeyError as error:
            raise Deposed(name) from error


def _state(found: Document) -> JobState:
    return JobState(
        begun_at=found.get("begun_at"),
        ended_at=found.get("ended_at"),
        failed_at=found.get("failed_at"),
        failures=int(found.get("failures", 0)),
        place=found.get("place"),
    )

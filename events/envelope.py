"""The envelope around every event: CloudEvents 1.0 attributes and ours (events/README.md).

Plain values only: no framework, no driver, nothing of ours is imported here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

SPECVERSION = "1.0"
CONTENT_TYPE = "application/cloudevents+json"


class Event(Protocol):
    """What every event class has: its name on the wire, written out, and the aggregate that it is about."""

    TYPE: ClassVar[str]

    @property
    def subject(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One event as it travels. `sequence` is the gapless position within `partitionkey`, from 1."""

    id: str
    """UUIDv7, unique for ever."""
    source: str
    """`/ledger/main`: service and book."""
    type: str
    """`ledger.transfer-initiated.v1`."""
    time: str
    """RFC 3339 UTC with microseconds; never goes back along positions."""
    subject: str
    """`transfer/<id>`, `account/<number>`, `entity/<id>`, `user/<id>`."""
    sequence: int
    partitionkey: str
    correlationid: str
    actor: str
    """`user:<id>`, `admin:<id>`, `system:<what>`."""
    data: Mapping[str, Any]
    causationid: str | None = None
    onbehalfof: str | None = None

"""Names of the matcher's collections and their indices."""

from collections.abc import Mapping, Sequence

SCHEMA_VERSION = "3"
"""3: MongoDB instead of Elasticsearch."""

STATE = "state"
"""One document: which generation is read, and the revision of the last change."""
_REVISION = "revision"

DERIVED: Mapping[str, Sequence[str]] = {
    "entities": (_REVISION,),
    "accounts": (_REVISION,),
    "trades": (_REVISION,),
    # Transfers that are neither completed nor cancelled: a completion doesn't say who paid whom.
    "proposals": (),
    "positions": (),
}
"""What the topics say, with the fields that have an index. Each is there once a generation: `entities-1`."""

TRUTHS: Mapping[str, Sequence[str]] = {
    "words": (_REVISION,),
    "feedback": (_REVISION, "entity_id"),
    "searches": (_REVISION, "entity_id"),
    "announced": ("of",),
    "interests": ("members", "interested"),
    "outbox": (),
    "counters": (),
    "leases": (),
    # Where the consumer halted.
    "halts": (),
    "to_announce": (_REVISION,),
    # Answers to commands with a key, with indices of their own.
    "outcomes": (),
}
"""What nothing else knows, with the fields that have an index."""


def name_in(generation: int, derived: str) -> str:
    """The collection of a derived kind in a generation."""
    return f"{derived}-{generation}"


OF_AN_ENTITY: Mapping[str, Sequence[str]] = {
    "feedback": ("entity_id", "other_id"),
    "searches": ("entity_id",),
    "announced": ("of",),
    "interests": ("members",),
}
"""Truths that go when an entity is forgotten, with the fields that may name it."""

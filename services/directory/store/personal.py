"""Which collections keep data about people and businesses: how it is exported, and how it is forgotten.

Every collection of `schema.py` has a row (a test compares): either its keeper, with the two functions, or why there
is nothing personal in it. A subject is `user/<id>` or `entity/<id>`. See docs/privacy.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from services.directory.store.collection import Document
from services.directory.store.mongo import Store


class Keeper(Protocol):
    """A store class that keeps data about people or businesses."""

    def about(self, subject: str) -> list[Document]:
        """What is kept about a subject, for its export: no secrets, nothing about others."""

    def forget(self, subject: str) -> None:
        """Remove it, in the transaction of the store. Repeatable."""


@dataclass(frozen=True, slots=True)
class Personal:
    """A collection with personal data, and which part of the store answers for it."""

    keeper: Callable[[Store], Keeper]


@dataclass(frozen=True, slots=True)
class Impersonal:
    """A collection without, and why."""

    why: str


COLLECTIONS: Mapping[str, Personal | Impersonal] = {
    "users": Personal(lambda store: store.users),
    "sessions": Personal(lambda store: store.sessions),
    "entities": Personal(lambda store: store.entities),
    "consents": Personal(lambda store: store.consents),
    "memberships": Personal(lambda store: store.memberships),
    "invitations": Personal(lambda store: store.invitations),
    "favourites": Personal(lambda store: store.favourites),
    "contacts": Personal(lambda store: store.contacts),
    "notes": Personal(lambda store: store.notes),
    "categories": Impersonal("What kinds of business there are; made by administrators."),
    "propagations": Impersonal("Renames of tags and categories, and how far they have come."),
    "unindexed": Impersonal("Ids of businesses that the index must see again; a row goes as soon as it has."),
    "dismissed": Impersonal("Pairs of tags that are not the same thing, as administrators decided."),
    "tags": Impersonal("What all businesses together offer and want: no row says whose it is."),
    "resets": Personal(lambda store: store.resets),
    "api_tokens": Personal(lambda store: store.api_tokens),
    "service_accounts": Impersonal("What programs of the office act as: nobody is behind one. Who made it is an id."),
    "token_payments": Impersonal("What a token counted under a key; nobody's when the token is gone. Kept 90 days."),
    "imports": Personal(lambda store: store.imports),
    "import_rows": Personal(lambda store: store.import_rows),
    "email_changes": Personal(lambda store: store.email_changes),
    "factors": Personal(lambda store: store.factors),
    "factor_setups": Personal(lambda store: store.factors),
    "tickets": Personal(lambda store: store.tickets),
    "devices": Personal(lambda store: store.devices),
    "attempts": Impersonal("Counters under a digest of what was tried, deleted after minutes."),
    "outcomes": Personal(lambda store: store.outcomes),
    "counters": Impersonal("The newest position of each stream."),
    "outbox": Personal(lambda store: store.event_log),
    "messages": Impersonal("Encrypted for the notifier; a record goes as soon as Kafka has it, and there after a day."),
    "decoys": Impersonal("Written for addresses that nobody has; deleted after a minute."),
    "audit": Personal(lambda store: store.audit_details),
    "audit_heads": Impersonal("Signed heads of the audit log: positions, hashes, times."),
    "pictures.files": Personal(lambda store: store.pictures),
    "pictures.chunks": Impersonal("The content of the files above; goes with them."),
    "settings": Impersonal("Keys and settings of the service."),
    "leases": Impersonal("Which process leads."),
    "jobs": Impersonal("When timed work was last done, and from where it goes on."),
    "projections": Impersonal("How far a projection has come."),
}


def about(store: Store, subject: str) -> dict[str, list[Document]]:
    """Everything that is kept about a subject, by collection; collections with nothing are there too."""
    return {name: row.keeper(store).about(subject) for name, row in sorted(_personal().items())}


def forget(store: Store, subject: str) -> None:
    """Remove everything about a subject; inside a transaction. Account number, ids, status and dates stay."""
    for _, row in sorted(_personal().items()):
        row.keeper(store).forget(subject)


def _personal() -> dict[str, Personal]:
    return {name: row for name, row in COLLECTIONS.items() if isinstance(row, Personal)}

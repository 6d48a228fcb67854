"""What a notice says when it is shown: the subject of the mail of its kind, and where it leads. No names are kept.

Pure but for the names, which are looked up, each once for a page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notifier.addressing import Book, NotKnownYet, name_of, values_for
from services.notifier.languages import LANGUAGES
from services.notifier.mail import Stationery

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice as it is shown. `path`: where it leads on the pages, or empty."""

    notice_id: str
    kind: str
    text: str
    path: str
    entity_id: str
    """The business that it is to; empty: the person."""
    at: Any
    read: bool


def shown(
    records: Iterable[Document], reader: str, book: Book, stationery: Stationery, chosen: Mapping[str, Document]
) -> list[Notice]:
    """What these records say to the user `reader`. `chosen`: recipient to its preferences, for their language."""
    known = _Remembered(book)
    return [
        _shown(record, reader, known, stationery, chosen.get(record["recipient"], {}).get("language", ""))
        for record in records
    ]


def owners_of(user_id: str, entities: Iterable[str], accounts: Iterable[str]) -> set[str]:
    """The recipients whose notices somebody sees who acts for these."""
    businesses = {f"entity:{entity}" for entity in entities} | {f"account:{account}" for account in accounts}
    return businesses | ({f"user:{user_id}"} if user_id else set())


def _shown(record: Document, reader: str, book: "_Remembered", stationery: Stationery, chosen: str) -> Notice:
    text, path = _said(record, book, stationery, stationery.language(chosen))
    return Notice(
        notice_id=record["_id"],
        kind=record["kind"],
        text=text,
        path=path,
        entity_id=book.entity_id(record["recipient"]),
        at=record["event_at"],
        read=reader in record["read_by"],
    )


def _said(record: Document, book: Book, stationery: Stationery, language: str) -> tuple[str, str]:
    recipient, facts = record["recipient"], record["facts"]
    try:
        values = values_for(recipient, facts, {}, book, _sealed, language)
        return stationery.headline(record["kind"], {**values, "name": name_of(recipient, book, language)}, language)
    except NotKnownYet:
        return LANGUAGES[language].news, ""


def _sealed(_: str) -> Mapping[str, str]:
    raise ValueError("a notice has nothing that is sealed")


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A book that is opened once for each name."""

    book: Book
    entities: dict[str, Document | None] = field(default_factory=dict)
    accounts: dict[str, Document | None] = field(default_factory=dict)
    users: dict[str, Document | None] = field(default_factory=dict)

    def entity(self, entity_id: str) -> Document | None:
        if entity_id not in self.entities:
            self.entities[entity_id] = self.book.entity(entity_id)
        return self.entities[entity_id]

    def entity_of(self, account: str) -> Document | None:
        if account not in self.accounts:
            self.accounts[account] = self.book.entity_of(account)
        return self.accounts[account]

    def user(self, user_id: str) -> Document | None:
        if user_id not in self.users:
            self.users[user_id] = self.book.user(user_id)
        return self.users[user_id]

    def entity_id(self, recipient: str) -> str:
        what, _, key = recipient.partition(":")
        if what == "account":
            return str((self.entity_of(key) or {}).get("_id", ""))
        return key if what == "entity" else ""

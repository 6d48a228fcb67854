"""What is remembered of entities, users, transfers, accounts and the book: names, addresses, who takes part."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.notifier.domain import Transfer
from services.notifier.knowledge import LISTED, THE_BOOK, Change
from services.notifier.limits import WARNING_PERCENT, Limits
from services.notifier.store.preferences import documents_of

Document = dict[str, Any]

_WHO_ADMINISTERS = {"kind": {"$in": ["admin", "coordinator"]}, "active": {"$ne": False}}


class Memory:
    """Who and what is known."""

    def __init__(self, database: Database[Document]) -> None:
        self._db = database

    def migrate(self) -> None:
        """Create indices; may be repeated."""
        self._db["entities"].create_index("account", name="account")
        self._db["users"].create_index("kind", name="kind")

    def change(self, session: ClientSession, changes: Iterable[Change]) -> None:
        writes: dict[str, list[UpdateOne]] = {}
        for change in changes:
            update: Document = {}
            if change.values:
                update["$set"] = dict(change.values)
            if change.gone:
                update["$unset"] = dict.fromkeys(change.gone, "")
            writes.setdefault(change.collection, []).append(UpdateOne({"_id": change.key}, update, upsert=True))
        for collection, updates in writes.items():
            self._db[collection].bulk_write(updates, session=session)

    def entity(self, entity_id: str) -> Document | None:
        """`{name, email, account, status, members}` as far as known."""
        return self._db["entities"].find_one({"_id": entity_id})

    def entity_of(self, account: str) -> Document | None:
        """The entity that holds `account`."""
        return self._db["entities"].find_one({"account": account})

    def user(self, user_id: str) -> Document | None:
        """`{email, first_name, last_name, kind}`."""
        return self._db["users"].find_one({"_id": user_id})

    def pages_of(self, entities: Collection[str], accounts: Collection[str], users: Collection[str]) -> "Pages":
        """What is known of these, asked for together; whoever else is looked up is asked for then, once."""
        whose = [{"_id": {"$in": list(entities)}}, {"account": {"$in": list(accounts)}}]
        found = list(self._db["entities"].find({"$or": whose})) if entities or accounts else []
        people = list(self._db["users"].find({"_id": {"$in": list(users)}})) if users else []
        pages = Pages(self)
        pages.entities |= dict.fromkeys(entities) | {entity["_id"]: entity for entity in found}
        pages.accounts |= dict.fromkeys(accounts) | {
            entity["account"]: entity for entity in found if "account" in entity
        }
        pages.users |= dict.fromkeys(users) | {user["_id"]: user for user in people}
        return pages


class Pages:
    """A part of what is remembered, as it was at one moment."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.entities: dict[str, Document | None] = {}
        self.accounts: dict[str, Document | None] = {}
        self.users: dict[str, Document | None] = {}

    def entity(self, entity_id: str) -> Document | None:
        if entity_id not in self.entities:
            self.entities[entity_id] = self._memory.entity(entity_id)
        return self.entities[entity_id]

    def entity_of(self, account: str) -> Document | None:
        if account not in self.accounts:
            self.accounts[account] = self._memory.entity_of(account)
        return self.accounts[account]

    def user(self, user_id: str) -> Document | None:
        if user_id not in self.users:
            self.users[user_id] = self._memory.user(user_id)
        return self.users[user_id]


class StoredReader:
    """What a transaction sees."""

    def __init__(self, db: Database[Document], session: ClientSession) -> None:
        self._db, self._session = db, session

    def admins(self) -> Sequence[str]:
        found = self._db["users"].find(_WHO_ADMINISTERS, {"_id": 1}, session=self._session)
        return sorted(user["_id"] for user in found)

    def transfers(self, ids: Iterable[str]) -> dict[str, Transfer]:
        found = self._db["transfers"].find({"_id": {"$in": list(ids)}}, session=self._session)
        return {row["_id"]: Transfer(transfer_id=row.pop("_id"), **row) for row in found}

    def entity(self, entity_id: str) -> Document:
        return self._db["entities"].find_one({"_id": entity_id}, session=self._session) or {}

    def user(self, user_id: str) -> Document:
        return self._db["users"].find_one({"_id": user_id}, session=self._session) or {}

    def preferences(self, recipients: Collection[str]) -> dict[str, Document]:
        return documents_of(self._db, recipients, self._session)

    def limits(self, accounts: Iterable[str]) -> dict[str, Limits]:
        found = self._db["accounts"].find({"_id": {"$in": list(accounts)}}, session=self._session)
        return {row.pop("_id"): Limits(**row) for row in found}

    def unlisted(self, entities: Iterable[str]) -> set[str]:
        off: Document = {"$or": [{"closed": True}, {"status": {"$exists": True, "$nin": list(LISTED)}}]}
        found = self._db["entities"].find(off | {"_id": {"$in": list(entities)}}, {"_id": 1}, session=self._session)
        return {entity["_id"] for entity in found}

    def warning_percent(self) -> int:
        book = self._db["books"].find_one({"_id": THE_BOOK}, session=self._session)
        return int(book["warning_percent"]) if book else WARNING_PERCENT

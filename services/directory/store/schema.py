"""Collections and indexes of MongoDB. `migrate` may run at any time, by several at once; a repeat changes nothing."""

from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.database import Database
from pymongo.errors import CollectionInvalid

from events import codec
from services.directory.store.audit import AUDIT, HEAD
from services.directory.store.audit_rules import RULES as AUDIT_RULES
from services.directory.store.catalogue import complete
from services.directory.store.collection import Document
from services.directory.store.outbox import DECOYS, EVENTS, MESSAGES

VERSION = "3"

INDEXES: Mapping[str, list[IndexModel]] = {
    "users": [
        IndexModel([("email", ASCENDING)], name="email", unique=True),
        IndexModel([("kind", ASCENDING), ("last_name", ASCENDING), ("_id", ASCENDING)], name="kind"),
    ],
    "sessions": [
        IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
        IndexModel([("user_id", ASCENDING)], name="user"),
    ],
    "entities": [
        IndexModel([("account", ASCENDING)], name="account", unique=True),
        IndexModel([("created_at", DESCENDING), ("_id", DESCENDING)], name="newest"),
        # Of each status in order, so that a page of few among many is read without the many.
        IndexModel([("status", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)], name="newest_of_status"),
        IndexModel([("offers.name", ASCENDING)], name="offers"),
        IndexModel([("wants.name", ASCENDING)], name="wants"),
        IndexModel([("categories", ASCENDING)], name="categories"),
    ],
    "consents": [
        IndexModel([("user_id", ASCENDING), ("at", ASCENDING)], name="user"),
        IndexModel([("entity_id", ASCENDING)], name="entity"),
    ],
    "memberships": [
        IndexModel([("user_id", ASCENDING)], name="user"),
        IndexModel([("entity_id", ASCENDING)], name="entity"),
    ],
    "favourites": [
        IndexModel([("entity_id", ASCENDING), ("added_at", DESCENDING), ("_id", ASCENDING)], name="newest"),
        IndexModel([("favourite_id", ASCENDING)], name="favourite"),
    ],
    "contacts": [
        IndexModel([("at", ASCENDING)], name="expiry", expireAfterSeconds=180 * 86_400),
        IndexModel([("token", ASCENDING)], name="token"),
        IndexModel([("user", ASCENDING), ("at", DESCENDING)], name="user"),
        IndexModel([("sender", ASCENDING), ("receiver", ASCENDING), ("at", DESCENDING)], name="pair"),
        IndexModel([("sender", ASCENDING), ("at", DESCENDING)], name="sender"),
        IndexModel([("receiver", ASCENDING), ("at", DESCENDING)], name="receiver"),
    ],
    "notes": [
        IndexModel([("entity_id", ASCENDING)], name="entity"),
        IndexModel([("about_id", ASCENDING)], name="about"),
        IndexModel([("edited_by", ASCENDING)], name="user"),
    ],
    "tags": [IndexModel([("term_id", ASCENDING)], name="term")],
    "categories": [
        IndexModel([("term_id", ASCENDING)], name="term"),
        IndexModel([("letter", ASCENDING), ("_id", ASCENDING)], name="letter"),
    ],
    "propagations": [IndexModel([("done", ASCENDING), ("_id", ASCENDING)], name="running")],
    "unindexed": [],
    "dismissed": [],
    "invitations": [
        IndexModel([("until", ASCENDING)], name="expiry", expireAfterSeconds=0),
        IndexModel([("token", ASCENDING)], name="token", unique=True),
        IndexModel([("entity_id", ASCENDING)], name="entity"),
        IndexModel([("invited_by", ASCENDING)], name="inviter"),
    ],
    "resets": [
        IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
        IndexModel([("user_id", ASCENDING)], name="user"),
    ],
    "factors": [],
    "factor_setups": [IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0)],
    "tickets": [
        IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
        IndexModel([("user_id", ASCENDING)], name="user"),
    ],
    "devices": [
        IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
        IndexModel([("user_id", ASCENDING)], name="user"),
    ],
    "attempts": [IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0)],
    "outcomes": [
        IndexModel([("subjects", ASCENDING)], name="subjects"),
        IndexModel([("answered_at", ASCENDING)], name="answered", sparse=True),
    ],
    "api_tokens": [
        IndexModel([("user_id", ASCENDING)], name="user"),
        IndexModel([("token_id", ASCENDING)], name="token", unique=True),
        # Shown as expired for a month, then gone.
        IndexModel([("gone_after", ASCENDING)], name="expiry", expireAfterSeconds=0),
    ],
    "service_accounts": [IndexModel([("name_key", ASCENDING)], name="name", unique=True)],
    "token_payments": [
        IndexModel([("gone_after", ASCENDING)], name="expiry", expireAfterSeconds=0),
    ],
    "imports": [
        IndexModel([("state", ASCENDING)], name="state"),
        IndexModel([("gone_after", ASCENDING)], name="expiry", expireAfterSeconds=0),
    ],
    "import_rows": [
        IndexModel([("values.user.email", ASCENDING)], name="email", sparse=True),
        IndexModel([("gone_after", ASCENDING)], name="expiry", expireAfterSeconds=0),
    ],
    "email_changes": [
        IndexModel([("until", ASCENDING)], name="expiry", expireAfterSeconds=0),
        IndexModel([("old_token", ASCENDING)], name="old", sparse=True),
        IndexModel([("new_token", ASCENDING)], name="new", sparse=True),
    ],
    "counters": [],
    "outbox": [IndexModel([("subject", ASCENDING), ("_id", ASCENDING)], name="subject")],
    "messages": [],
    "decoys": [IndexModel([("at", ASCENDING)], name="expiry", expireAfterSeconds=60)],
    "audit": [
        IndexModel([("subject", ASCENDING), ("_id", DESCENDING)], name="subject"),
        IndexModel([("concerns", ASCENDING), ("_id", DESCENDING)], name="concerns"),
        IndexModel([("actor", ASCENDING), ("_id", DESCENDING)], name="actor"),
        IndexModel([("on_behalf_of", ASCENDING), ("_id", DESCENDING)], name="on_behalf_of"),
        IndexModel([("action", ASCENDING), ("_id", DESCENDING)], name="action"),
        IndexModel([("time", DESCENDING)], name="time"),
        IndexModel([("correlation_id", ASCENDING), ("_id", DESCENDING)], name="correlation"),
        # An event of another service is told once, however often it is delivered.
        IndexModel([("source", ASCENDING)], name="source", unique=True, sparse=True),
    ],
    "audit_heads": [],
    "pictures.files": [
        IndexModel([("filename", ASCENDING), ("uploadDate", ASCENDING)], name="filename"),
        IndexModel([("metadata.name", ASCENDING)], name="name"),
        IndexModel([("metadata.entity_id", ASCENDING)], name="entity"),
    ],
    "pictures.chunks": [IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], name="content", unique=True)],
    "settings": [],
    "leases": [],
    "jobs": [],
    "projections": [],
}

COLLECTIONS = frozenset(INDEXES)
"""Each has a row in personal.py."""


def migrate(database: Database[Document]) -> None:
    """Make every collection and index that is missing. Raises PyMongoError."""
    present = set(database.list_collection_names())
    for name, indexes in INDEXES.items():
        if name not in present:
            _create(database, name)
        if indexes:
            database[name].create_indexes(indexes)
    for stream in (EVENTS, MESSAGES, DECOYS):
        # There before the first two writers meet: then they conflict on it in the ordinary way.
        database["counters"].update_one({"_id": stream}, {"$setOnInsert": {"position": 0}}, upsert=True)
    _name_subjects(database)
    database.command("collMod", AUDIT, validator=AUDIT_RULES, validationLevel="strict", validationAction="error")
    complete(database)
    # What was written before there were revisions was indexed under its version.
    database["entities"].update_many({"revision": None}, [{"$set": {"revision": "$version"}}])
    # Answers from before they had a time begin to age now.
    undated: Document = {"answered_at": None, "answer": {"$nin": [None, {}]}}
    database["outcomes"].update_many(undated, [{"$set": {"answered_at": "$$NOW"}}])
    database["counters"].update_one({"_id": AUDIT}, {"$setOnInsert": HEAD}, upsert=True)


def _create(database: Database[Any], name: str) -> None:
    # Made beforehand: making one inside a transaction conflicts with everybody else who does.
    try:
        database.create_collection(name)
    except CollectionInvalid:
        return  # somebody else made it at the same moment


def _name_subjects(database: Database[Document]) -> None:
    """Records of an earlier version don't say in a field of their own whom they are about."""
    outbox = database[EVENTS]
    for record in outbox.find({"subject": {"$exists": False}}):
        subject = codec.decode(bytes(record["value"])).subject
        outbox.update_one({"_id": record["_id"]}, {"$set": {"subject": subject}})

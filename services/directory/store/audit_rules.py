"""What MongoDB itself holds the audit log to: the shape of its entries, and what the service's user may do to them.

Neither can tell a forged entry of the right shape from a true one: that is for the chain (audit_checking.py).
"""

from typing import Any

from pymongo.database import Database

from services.directory.store.audit import AUDIT
from services.directory.store.audit_heads import AUDIT_HEADS
from services.directory.store.collection import Document

ROLE = "mccs-directory"
"""For the user that the directory's processes log in as (docs/audit.md)."""

_TEXT, _DIGEST = {"bsonType": "string"}, {"bsonType": "string", "pattern": "^[0-9a-f]{64}$"}
_FIELDS: Document = {
    "_id": {"bsonType": ["int", "long"], "minimum": 1},
    "position": {"bsonType": ["int", "long"], "minimum": 1},
    "time": {"bsonType": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T.*Z$"},
    "action": {"bsonType": "string", "pattern": r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"},
    "subject": {"bsonType": "string", "minLength": 1},
    "concerns": {"bsonType": "array", "items": _TEXT},
    "actor": {"bsonType": "string", "minLength": 1},
    "on_behalf_of": {"bsonType": ["string", "null"]},
    "origin": _TEXT,
    "correlation_id": _TEXT,
    "digest": _DIGEST,
    "previous": _DIGEST,
    "hash": _DIGEST,
    "details": {"bsonType": "object", "required": ["before", "after", "reason"]},
    "salt": {"bsonType": "string", "pattern": "^[0-9a-f]{32}$"},
    "source": _TEXT,
}
_ERASABLE = frozenset({"details", "salt", "source"})
RULES: Document = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": sorted(_FIELDS.keys() - _ERASABLE),
        "properties": _FIELDS,
        "additionalProperties": False,
        # Erased is both or none.
        "dependencies": {"details": ["salt"], "salt": ["details"]},
    },
    "$expr": {"$eq": ["$_id", "$position"]},
}


def make_role(database: Database[Any]) -> None:
    """Make or renew the role: everything in this database, but for the audit log reading, adding, and erasing details.

    Its signed heads are read and added. No right to delete entries, to drop the collection or to loosen its rules.
    Raises PyMongoError: by an administrator of the server alone.
    """
    name = database.name
    everywhere = ["find", "insert", "update", "remove", "changeStream", "listIndexes", "collStats"]
    others = [
        each
        for each in database.list_collection_names()
        if each not in (AUDIT, AUDIT_HEADS) and not each.startswith("system.")
    ]
    privileges: list[Document] = [
        {"resource": {"db": name, "collection": each}, "actions": everywhere} for each in sorted(others)
    ]
    adding = ["find", "insert", "update", "changeStream", "listIndexes", "collStats"]
    privileges.append({"resource": {"db": name, "collection": AUDIT}, "actions": adding})
    keeping = ["find", "insert", "listIndexes", "collStats"]
    privileges.append({"resource": {"db": name, "collection": AUDIT_HEADS}, "actions": keeping})
    privileges.append({"resource": {"db": name, "collection": ""}, "actions": ["listCollections"]})
    known = database.command("rolesInfo", ROLE)["roles"]
    database.command("updateRole" if known else "createRole", ROLE, privileges=privileges, roles=[])

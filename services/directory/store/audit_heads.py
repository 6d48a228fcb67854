"""Signed heads of the audit log in MongoDB: added once a day, never changed, each with the public key it names."""

from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING, DESCENDING

from services.directory.domain.audit import SignedHead
from services.directory.store.collection import Document, Stored

AUDIT_HEADS = "audit_heads"


class AuditHeads(Stored):
    """All of them, for ever: a few hundred bytes a day."""

    def every(self) -> list[Document]:
        """`{number, position, hash, time, kid, jws, jwk}`, oldest first."""
        found = self._collection(AUDIT_HEADS).find({}, session=self._session).sort("_id", ASCENDING)
        return [_named(document) for document in found]

    def newest(self) -> Document | None:
        """The last one that was signed."""
        found = self._collection(AUDIT_HEADS).find_one({}, sort=[("_id", DESCENDING)], session=self._session)
        return _named(found) if found else None

    def add(self, signed: SignedHead, jwk: Mapping[str, Any]) -> None:
        """Keep one. Raises DuplicateKeyError for a number that is there: another process was faster."""
        document = {
            "_id": signed.number,
            "position": signed.head.position,
            "hash": signed.head.hash,
            "time": signed.time,
            "kid": signed.kid,
            "jws": signed.jws,
            "jwk": dict(jwk),
        }
        self._collection(AUDIT_HEADS).insert_one(document, session=self._session)


def _named(document: Document) -> Document:
    return {"number": document["_id"], **{name: value for name, value in document.items() if name != "_id"}}

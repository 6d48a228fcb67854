"""What people agreed to: which version of which document, when. Kept until they are forgotten."""

from services.directory.store.collection import Document, Stored, selector

TERMS, AGREEMENT = "terms", "membership-agreement"
DOCUMENTS = (TERMS, AGREEMENT)

_SIDES = {"user": "user_id", "entity": "entity_id"}


class Consents(Stored):
    """One document for each version that somebody agreed to, for a business or for the own login."""

    def add(self, user_id: str, entity_id: str, document: str, version: str, now: str) -> bool:
        """Record it; False if it was recorded before: the first time counts."""
        key = f"{user_id}/{entity_id}/{document}/{version}"
        consent = {"user_id": user_id, "entity_id": entity_id, "document": document, "version": version, "at": now}
        added = self._collection("consents").update_one(
            {"_id": key}, {"$setOnInsert": consent}, upsert=True, session=self._session
        )
        return added.upserted_id is not None

    def of_user(self, user_id: str) -> list[Document]:
        """All that a user agreed to, oldest first."""
        found = self._collection("consents").find({"user_id": user_id}, {"_id": False}, session=self._session)
        return list(found.sort("at", 1))

    def about(self, subject: str) -> list[Document]:
        """What was agreed to by a user, or for a business."""
        if not (wanted := selector(subject, _SIDES)):
            return []
        return list(self._collection("consents").find(wanted, {"_id": False}, session=self._session))

    def forget(self, subject: str) -> None:
        """Delete them."""
        if wanted := selector(subject, _SIDES):
            self._collection("consents").delete_many(wanted, session=self._session)

"""Who belongs to which entity, as personal data: told to both sides, gone with either."""

from services.directory.store.collection import Document, Stored, selector

_SIDES = {"user": "user_id", "entity": "entity_id"}


class Memberships(Stored):
    """The export and the end of memberships; `Entities` has the rest."""

    def about(self, subject: str) -> list[Document]:
        """Who belongs, or belongs to what."""
        wanted = selector(subject, _SIDES)
        return (
            list(self._collection("memberships").find(wanted, {"_id": False}, session=self._session)) if wanted else []
        )

    def forget(self, subject: str) -> None:
        """Delete them."""
        if wanted := selector(subject, _SIDES):
            self._collection("memberships").delete_many(wanted, session=self._session)

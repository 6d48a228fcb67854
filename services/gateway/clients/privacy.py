"""The directory, as far as pictures, consent, one's own data and closing go."""

from services.gateway.calling import PASSWORD_SECONDS, STREAM_SECONDS, Document
from services.gateway.part import Part, segment


class Privacy(Part):
    """Pictures, consents, exports, closing."""

    def set_picture(self, entity_id: str, raw: bytes, *, key: str | None = None) -> Document:
        """Replace a business's picture: its EntityView. Refused: request.invalid on `picture`."""
        path = f"/entities/{segment(entity_id)}/picture"
        return self._line.ask(self._asker, "PUT", path, raw=raw, key=key, seconds=PASSWORD_SECONDS)

    def remove_picture(self, entity_id: str, *, key: str | None = None) -> Document:
        """Have none any more: EntityView."""
        return self._line.ask(self._asker, "DELETE", f"/entities/{segment(entity_id)}/picture", key=key)

    def picture(self, name: str, size: int) -> bytes:
        """One size of a picture, WebP. Refused: picture.unknown."""
        return self._line.fetch(self._asker, f"/pictures/{segment(name)}/{size}")

    def consents(self, user_id: str) -> list[Document]:
        """What a user agreed to, oldest first."""
        found: list[Document] = self._get(f"/users/{segment(user_id)}/consents")["consents"]
        return found

    def agree(self, user_id: str, *, document: str, version: str, key: str | None = None) -> list[Document]:
        """Agree to a version of a document; all that was agreed to."""
        body = {"document": document, "version": version}
        found: list[Document] = self._write("POST", f"/users/{segment(user_id)}/consents", body, key)["consents"]
        return found

    def user_data(self, user_id: str) -> Document:
        """Everything that is known of a person: `{subject, at, collections}`."""
        return self._line.ask(self._asker, "GET", f"/users/{segment(user_id)}/personal-data", seconds=STREAM_SECONDS)

    def entity_data(self, entity_id: str) -> Document:
        """Everything that is known of a business."""
        path = f"/entities/{segment(entity_id)}/personal-data"
        return self._line.ask(self._asker, "GET", path, seconds=STREAM_SECONDS)

    def close_entity(self, entity_id: str, *, reason: str = "", key: str | None = None) -> Document:
        """Close a business: EntityView. Refused: entity.balance_not_zero, entity.owners_only."""
        return self._write("POST", f"/entities/{segment(entity_id)}/closing", {"reason": reason}, key)

    def close_user(self, user_id: str) -> None:
        """End one's own login for good. Refused: user.belongs_to_open_entities."""
        self._write("POST", f"/users/{segment(user_id)}/closing", {}, None)

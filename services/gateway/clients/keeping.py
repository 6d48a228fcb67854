"""The directory: what a business keeps about others, and mail between them."""

from services.gateway.calling import Document
from services.gateway.part import Part, segment


class Keeping(Part):
    """Favourites, private notes, contact."""

    def favourites(self, entity_id: str, *, page: int = 1, page_size: int = 10, after: str | None = None) -> Document:
        """`{"entities": [EntityView], "total": n}`, the newest mark first."""
        return self._get(f"/entities/{segment(entity_id)}/favourites", page=page, page_size=page_size, after=after)

    def set_favourite(self, entity_id: str, other: str, *, favourite: bool, key: str | None = None) -> Document:
        """`{entity_id, is_favourite}`. Refused: favourites.too_many, entity.unknown."""
        path = f"/entities/{segment(entity_id)}/favourites/{segment(other)}"
        return self._write("PUT", path, {"favourite": favourite}, key)

    def note(self, entity_id: str, other: str) -> Document:
        """`{text, edited_by, edited_at}`; empty when there is none."""
        return self._get(f"/entities/{segment(entity_id)}/notes/{segment(other)}")

    def keep_note(self, entity_id: str, other: str, text: str, *, key: str | None = None) -> Document:
        """The note as it is now; an empty text removes it."""
        return self._write("PUT", f"/entities/{segment(entity_id)}/notes/{segment(other)}", {"text": text}, key)

    def contact(
        self, entity_id: str, *, receiver: str, body: str, copy_to_me: bool = False, key: str | None = None
    ) -> Document:
        """`{message_id}`. Refused: contact.not_accepted, contact.switched_off, contact.too_often."""
        asked = {"receiver": receiver, "body": body, "copy_to_me": copy_to_me}
        return self._write("POST", f"/entities/{segment(entity_id)}/contact-messages", asked, key)

    def report_contact(self, token: str) -> None:
        """Say that a message is abuse, by the link in it. Refused: reset.invalid."""
        self._write("POST", f"/contact-reports/{segment(token)}", {}, None)

"""The notifier: the mail queue, and what somebody was told."""

from typing import ClassVar

from services.gateway.calling import STREAM_SECONDS, Document
from services.gateway.part import Part, segment


class Notifier(Part):
    """The mail queue, for administrators; what somebody was told, for them."""

    SERVICE: ClassVar[str] = "notifier"

    def messages(self, *, state: str | None = None, page: int = 1, page_size: int = 10) -> Document:
        """`{"messages": [...], "total": n}`."""
        return self._get("/messages", state=state, page=page, page_size=page_size)

    def summary(self) -> Document:
        """Counts: `{queued, sending, sent, failed, dead}`."""
        return self._get("/messages/summary")

    def entity_data(self, entity_id: str) -> list[Document]:
        """The messages to and about a business, newest first."""
        return self._about(f"/entities/{segment(entity_id)}/personal-data")

    def user_data(self, user_id: str) -> list[Document]:
        """The messages to and about a person, newest first."""
        return self._about(f"/users/{segment(user_id)}/personal-data")

    def _about(self, path: str) -> list[Document]:
        found: list[Document] = self._line.ask(self._asker, "GET", path, seconds=STREAM_SECONDS)["messages"]
        return found

"""The notifier: the mail queue."""

from typing import ClassVar

from services.gateway.calling import Document
from services.gateway.part import Part


class Notifier(Part):
    """The mail queue, for administrators."""

    SERVICE: ClassVar[str] = "notifier"

    def messages(self, *, state: str | None = None, page: int = 1, page_size: int = 10) -> Document:
        """`{"messages": [...], "total": n}`."""
        return self._get("/messages", state=state, page=page, page_size=page_size)

    def summary(self) -> Document:
        """Counts: `{queued, sending, sent, failed, dead}`."""
        return self._get("/messages/summary")

"""The notifier: the mail queue, and what somebody was told."""

from collections.abc import Mapping
from typing import Any, ClassVar

from services.gateway.calling import STREAM_SECONDS, Document, given
from services.gateway.clients.webhooks import Webhooks
from services.gateway.part import segment

COUNT_SECONDS = 0.5


class Notifier(Webhooks):
    """The mail queue, for administrators; notices and what somebody was told, for them."""

    SERVICE: ClassVar[str] = "notifier"

    def messages(
        self, *, state: str | None = None, page: int = 1, page_size: int = 10, after: str | None = None
    ) -> Document:
        """`{"messages": [...], "total": n, "next"}`; `after` is the `next` of the page before."""
        return self._get("/messages", state=state, page=page, page_size=page_size, after=after)

    def summary(self) -> Document:
        """Counts: `{queued, sending, sent, failed, dead, expired, discarded}`."""
        return self._get("/messages/summary")

    def retry_message(self, message_id: str, *, key: str | None = None) -> None:
        """One that failed or was given up is due now."""
        self._write("POST", f"/messages/{segment(message_id)}/retry", {}, key)

    def discard_message(self, message_id: str, *, key: str | None = None) -> None:
        """One that waits or was given up is never sent."""
        self._write("POST", f"/messages/{segment(message_id)}/discard", {}, key)

    def take_sendgrid_events(self, *, payload: str, signature: str, timestamp: str) -> None:
        """What SendGrid tells, in base64. Refused when it is not signed."""
        told = {"payload": payload, "signature": signature, "timestamp": timestamp}
        self._write("POST", "/sendgrid/events", told, None)

    def suppressions(self, address: str = "", *, page: int = 1, page_size: int = 20) -> Document:
        """`{"suppressions": [{digest, reason, at}], "total": n}`; with an address whether it is one."""
        return self._write(
            "POST", "/suppressions/search", {"address": address, "page": page, "page_size": page_size}, None
        )

    def remove_suppression(self, digest: str, *, key: str | None = None) -> None:
        """It is written to again."""
        self._write("DELETE", f"/suppressions/{segment(digest)}", {}, key)

    def mail_kinds(self) -> Document:
        """`{"kinds": [{kind, group, channels, to}], "languages": [...]}`."""
        return self._get("/kinds")

    def mail_preview(self, kind: str, language: str | None = None, **said: str) -> Document:
        """`{subject, text, html, notice}` of a kind, with made up facts but for `said`: name, reason, previous."""
        return self._get(f"/kinds/{segment(kind)}/preview", language=language, **said)

    def notices(self, *, page: int = 1, page_size: int = 20, after: str | None = None) -> Document:
        """`{"notices": [...], "total": n, "unread": n, "next"}`, newest first: of the person and their businesses.

        `after` is the `next` of the page before.
        """
        return self._get("/notices", page=page, page_size=page_size, after=after)

    def unread_notices(self) -> int:
        """How many are unread, up to 100. Asked by every page: whoever does not answer soon is not waited for."""
        found = self._line.ask(self._asker, "GET", "/notices/unread", seconds=COUNT_SECONDS)
        return int(found["unread"])

    def read_notice(self, notice_id: str, *, key: str | None = None) -> Document:
        """The notice, which is read now."""
        return self._write("POST", f"/notices/{segment(notice_id)}/read", {}, key)

    def read_all_notices(self, until: str | None = None, *, key: str | None = None) -> None:
        """All that came until then are read."""
        self._write("POST", "/notices/read-all", given({"until": until}), key)

    def preferences(self, entity_id: str) -> Document:
        """`{groups: [{group, mail, notice}], quiet_hours, digest_hour, time_zone, language, languages}`."""
        return self._get(f"/entities/{segment(entity_id)}/preferences")

    def choose_preferences(self, entity_id: str, chosen: Document, *, key: str | None = None) -> Document:
        """`{mail, notice, quiet_hours, digest_hour, time_zone, language}`, all at once; what holds now."""
        return self._write("PUT", f"/entities/{segment(entity_id)}/preferences", chosen, key)

    def last_digest(self, entity_id: str) -> Document:
        """`{last_digest_at}`, or null. For one link of a page: whoever does not answer soon is not waited for."""
        path = f"/entities/{segment(entity_id)}/last-digest"
        return self._line.ask(self._asker, "GET", path, seconds=COUNT_SECONDS)

    def events(self, asked: Mapping[str, Any], *, wait: int = 0) -> Document:
        """`{events, cursors, cursor, whole}` after a cursor, waiting up to 5 s for the first; `asked`: {cursor, since,
        types, entity_id, limit}. Refused: events.gone with `oldest`, events.busy."""
        return self._line.wait(self._asker, "/events", query={**asked, "wait": wait}, seconds=wait)

    def unsubscription(self, token: str) -> Document:
        """`{group, name, stopped, all_stopped}`: what the link in a mail stops."""
        return self._get(f"/unsubscriptions/{segment(token)}")

    def unsubscribe(self, token: str, *, everything: bool) -> Document:
        """The same, stopped now: the link's group, or all but security for the address it went to."""
        return self._write("POST", f"/unsubscriptions/{segment(token)}", {"all": everything}, None)

    def entity_data(self, entity_id: str) -> Document:
        """`{"messages": [...], "preferences": {...}, "webhooks": [...]}` of a business, the messages newest first."""
        return self._about(f"/entities/{segment(entity_id)}/personal-data")

    def user_data(self, user_id: str) -> list[Document]:
        """The messages to and about a person, newest first."""
        found: list[Document] = self._about(f"/users/{segment(user_id)}/personal-data")["messages"]
        return found

    def _about(self, path: str) -> Document:
        return self._line.ask(self._asker, "GET", path, seconds=STREAM_SECONDS)

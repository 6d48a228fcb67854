"""The notifier, as far as webhooks go: those of the network for administrators, of a business for its owners."""

from collections.abc import Mapping
from typing import Any

from services.gateway.calling import Document, given
from services.gateway.part import Part, segment

MAKE_SECONDS = 10.0
"""The notifier looks up where the address leads."""


class Webhooks(Part):
    """Webhooks, what was delivered by them, and replays."""

    def webhooks(self, entity_id: str | None = None) -> Document:
        """`{"webhooks": [Webhook], "offered": [types]}` of a business, else of the network."""
        return self._get("/webhooks", entity_id=entity_id)

    def make_webhook(
        self, wanted: Mapping[str, Any], entity_id: str | None = None, *, key: str | None = None
    ) -> Document:
        """A Webhook with `secret`. Refused: webhooks.address_forbidden, webhooks.too_many."""
        body = {**wanted, **given({"entity_id": entity_id})}
        return self._write("POST", "/webhooks", body, key, MAKE_SECONDS)

    def webhook(self, webhook_id: str) -> Document:
        """A Webhook with `offered`."""
        return self._get(_path(webhook_id))

    def change_webhook(self, webhook_id: str, wanted: Mapping[str, Any], *, key: str | None = None) -> Document:
        """The Webhook. Refused: webhooks.address_forbidden."""
        return self._write("PATCH", _path(webhook_id), wanted, key, MAKE_SECONDS)

    def delete_webhook(self, webhook_id: str, *, key: str | None = None) -> None:
        self._write("DELETE", _path(webhook_id), {}, key)

    def rotate_webhook_secret(self, webhook_id: str, *, key: str | None = None) -> Document:
        """The Webhook with a new `secret`."""
        return self._write("POST", _path(webhook_id, "secret"), {}, key)

    def switch_webhook(self, webhook_id: str, action: str, *, key: str | None = None) -> None:
        """`pause`, `resume`, or `test`: send a test event."""
        self._write("POST", _path(webhook_id, segment(action)), {}, key)

    def deliveries(
        self, webhook_id: str, *, state: str | None, page: int, page_size: int, after: str | None = None
    ) -> Document:
        """`{"deliveries": [Delivery], "total": n, "next"}`, newest first; `after` is the `next` of the page before."""
        return self._get(_path(webhook_id, "deliveries"), state=state, page=page, page_size=page_size, after=after)

    def redeliver(self, webhook_id: str, delivery_id: str, *, key: str | None = None) -> None:
        """Refused: webhooks.nothing_to_send."""
        self._write("POST", _path(webhook_id, f"deliveries/{segment(delivery_id)}/redelivery"), {}, key)

    def replays(self, webhook_id: str) -> Document:
        """`{"replays": [Replay], "heads": {ledger, directory}}`, newest first."""
        return self._get(_path(webhook_id, "replays"))

    def replay(self, webhook_id: str, *, source: str, position: int, key: str | None = None) -> Document:
        """A Replay. Refused: webhooks.paused, webhooks.replaying, webhooks.position_ahead."""
        return self._write("POST", _path(webhook_id, "replays"), {"source": source, "position": position}, key)


def _path(webhook_id: str, below: str = "") -> str:
    return f"/webhooks/{segment(webhook_id)}{'/' if below else ''}{below}"

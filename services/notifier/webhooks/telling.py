"""Tells owners that their webhook was paused: a message like those of events, made here because no event says it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from events.envelope import Envelope
from services.chassis.clock import rfc3339
from services.notifier.domain import Known
from services.notifier.rules import messages_for
from services.notifier.store import Store
from services.notifier.webhooks.domain import NETWORK, PauseReason, Webhook, WebhookPaused
from services.notifier.webhooks.store import WebhookStore

_FRESH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Telling:
    """Queues the messages, once for a pause however often it is told."""

    store: Store
    webhooks: WebhookStore

    def paused(self, webhook: Webhook, reason: PauseReason, now: datetime) -> None:
        """A business is told, or the administrators: their webhooks are the network's."""
        event = WebhookPaused(
            webhook_id=webhook.webhook_id,
            entity_id="" if webhook.owner == NETWORK else webhook.owner.removeprefix("entity:"),
            host=urlsplit(webhook.url).hostname or "",
            reason=reason,
        )
        known = Known(admins=[] if event.entity_id else self.webhooks.administrators())
        made = messages_for(_envelope(webhook, event, now), event, known, now=now, max_age=_FRESH)
        self.store.tell(made, now)


TellPaused = Callable[[Webhook, PauseReason, datetime], None]


def _envelope(webhook: Webhook, event: WebhookPaused, now: datetime) -> Envelope:
    since = webhook.failing_since or now
    return Envelope(
        id=f"{event.subject}/{rfc3339(since)}",
        source="/notifier",
        type=event.TYPE,
        time=rfc3339(now),
        subject=event.subject,
        sequence=0,
        partitionkey="",
        correlationid=uuid.uuid4().hex,
        actor="system:notifier",
        data={},
    )

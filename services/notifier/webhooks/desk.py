"""What owners do with their webhooks: make, change, rotate, try, resume. Knows no HTTP of ours."""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from events import codec
from events.envelope import Envelope
from services.chassis.clock import Clock, rfc3339
from services.notifier.webhooks.domain import TEST, Secret, Webhook, rotated
from services.notifier.webhooks.posting import Poster
from services.notifier.webhooks.replays import ReplayStore
from services.notifier.webhooks.sealing import Seal, new_secret
from services.notifier.webhooks.store import Delivery, WebhookStore

_TEST_SOURCE = "notifier/test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where webhooks are kept. Addresses are checked by `poster` when they are named."""

    store: WebhookStore
    replays: ReplayStore
    seal: Seal
    poster: Poster
    clock: Clock

    def within(self, session: Any) -> "Desk":
        """The same inside a transaction."""
        return replace(self, store=self.store.within(session), replays=self.replays.within(session))

    def check(self, url: str) -> None:
        """Look up where an address leads, before a transaction. Raises Forbidden."""
        self.poster.check(url)

    def make(self, *, owner: str, account: str, url: str, types: Sequence[str], description: str) -> Webhook:
        """A webhook with its secret, which is told this once. `url` is checked. Raises TooManyWebhooks."""
        now = self.clock()
        webhook = Webhook(
            webhook_id=secrets.token_hex(12),
            owner=owner,
            account=account,
            url=url,
            types=sorted(set(types)),
            secrets=[Secret(sealed=self.seal.close(new_secret()), made_at=now)],
            created_at=now,
            description=description,
        )
        self.store.add(webhook)
        return webhook

    def change(self, webhook: Webhook, values: Mapping[str, Any]) -> Webhook | None:
        """Another address, which is checked, other types, another description."""
        types = {"types": sorted(set(values["types"]))} if "types" in values else {}
        return self.store.change(webhook.webhook_id, {**values, **types}) if values else webhook

    def delete(self, webhook: Webhook) -> None:
        """With its log, once `store.sweep` has followed."""
        self.store.delete(webhook.webhook_id)
        self.replays.delete(webhook.webhook_id)

    def rotate(self, webhook: Webhook) -> Webhook:
        """A new secret, told this once; the former signs beside it for a while."""
        kept = rotated(webhook, self.seal.close(new_secret()), self.clock())
        self.store.keep_secrets(webhook.webhook_id, kept)
        return replace(webhook, secrets=kept)

    def try_out(self, webhook: Webhook) -> str:
        """A test event on its way, once, also when it is paused; the delivery's id."""
        now = self.clock()
        event_id = str(uuid.uuid4())
        delivery = Delivery(
            webhook_id=webhook.webhook_id,
            event_id=event_id,
            type=TEST,
            source=_TEST_SOURCE,
            position=0,
            about=[],
            body=_test_event(webhook, event_id, now),
            once=True,
        )
        self.store.let_go(webhook.webhook_id)
        return self.store.queue(delivery, now)

    def redeliver(self, webhook: Webhook, delivery_id: str) -> bool:
        """False when there is no such delivery that has ended, or its body is gone."""
        self.store.let_go(webhook.webhook_id)
        return self.store.redeliver(webhook.webhook_id, delivery_id, self.clock())


def _test_event(webhook: Webhook, event_id: str, now: datetime) -> bytes:
    envelope = Envelope(
        id=event_id,
        source="/notifier",
        type=TEST,
        time=rfc3339(now),
        subject=f"webhook/{webhook.webhook_id}",
        sequence=0,
        partitionkey="test",
        correlationid=uuid.uuid4().hex,
        actor="system:notifier",
        data={"webhook_id": webhook.webhook_id},
    )
    return codec.encode(envelope)

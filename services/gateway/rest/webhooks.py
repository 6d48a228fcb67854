"""Webhooks: owners have their business's, administrators the network's. Tokens may only read."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.permissions import acts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import OF_ENTITIES, both
from services.gateway.schemas_webhooks import (
    DeliveriesQuery,
    Delivery,
    MadeWebhook,
    NewReplay,
    NewWebhook,
    Replay,
    Webhook,
    WebhookChange,
    WebhooksQuery,
)
from services.gateway.scopes import LOGIN


@bp.get("/webhooks")
@allow("member", "admin")
@acts("owner")
@operation(
    "The webhooks of a business, or of the network",
    query=WebhooksQuery(),
    data=Webhook(),
    listed=True,
    codes=both(OF_ENTITIES, {404: ("http.not_found",)}),
)
def webhooks(query: Document) -> Listed:
    """At most twenty."""
    return Listed.whole(session.parts().notifier.webhooks(query["entity_id"])["webhooks"])


@bp.post("/webhooks")
@allow("member", "admin")
@acts("owner")
@operation(
    "Make a webhook: its secret is in this answer alone",
    body=NewWebhook(),
    data=MadeWebhook(),
    scope=LOGIN,
    notes="A business gets the events of its own transfers.",
    codes=both(
        OF_ENTITIES, {404: ("http.not_found",), 409: ("webhooks.too_many",), 422: ("webhooks.address_forbidden",)}
    ),
    keyed=True,
)
def make_webhook(body: Document, key: str | None) -> Document:
    """What receivers can count on: docs/webhooks.md."""
    entity_id = body.pop("entity_id")
    return session.parts().notifier.make_webhook(body, entity_id, key=key)


@bp.get("/webhooks/<webhook_id>")
@allow("member", "admin")
@acts("owner")
@operation("One webhook", data=Webhook())
def webhook(webhook_id: str) -> Document:
    """Without its secret."""
    return session.parts().notifier.webhook(webhook_id)


@bp.patch("/webhooks/<webhook_id>")
@allow("member", "admin")
@acts("owner")
@operation(
    "Another address, other events",
    body=WebhookChange(),
    data=Webhook(),
    scope=LOGIN,
    codes={422: ("webhooks.address_forbidden",)},
    keyed=True,
    matched="etag",
)
def change_webhook(webhook_id: str, body: Document, key: str | None) -> Document:
    """What waits goes to the new address."""
    return session.parts().notifier.change_webhook(webhook_id, body, key=key)


@bp.delete("/webhooks/<webhook_id>")
@allow("member", "admin")
@acts("owner")
@operation("Delete a webhook with its log", scope=LOGIN, keyed=True, matched="etag")
def delete_webhook(webhook_id: str, key: str | None) -> None:
    """What waits is not delivered any more."""
    session.parts().notifier.delete_webhook(webhook_id, key=key)


@bp.post("/webhooks/<webhook_id>/secret")
@allow("member", "admin")
@acts("owner")
@operation("A new secret; the former one signs beside it for 24 hours", data=MadeWebhook(), scope=LOGIN, keyed=True)
def rotate_webhook_secret(webhook_id: str, key: str | None) -> Document:
    """In this answer alone."""
    return session.parts().notifier.rotate_webhook_secret(webhook_id, key=key)


@bp.post("/webhooks/<webhook_id>/<any(pause, resume, test):action>")
@allow("member", "admin")
@acts("owner")
@operation(
    "Pause a webhook, resume it with all that waits, or send it a test event",
    scope=LOGIN,
    codes={409: ("webhooks.paused",)},
    keyed=True,
)
def switch_webhook(webhook_id: str, action: str, key: str | None) -> None:
    """A test is sent while it is paused, too."""
    session.parts().notifier.switch_webhook(webhook_id, action, key=key)


@bp.get("/webhooks/<webhook_id>/deliveries")
@allow("member", "admin")
@acts("owner")
@operation(
    "What was delivered, and what was answered, newest first",
    query=DeliveriesQuery(),
    data=Delivery(),
    listed=True,
    cursor="after",
)
def deliveries(webhook_id: str, query: Document) -> Listed:
    """Kept for 30 days."""
    found = session.parts().notifier.deliveries(webhook_id, **query)
    return Listed(found["deliveries"], found["total"], query["page_size"], found.get("next"))


@bp.post("/webhooks/<webhook_id>/deliveries/<delivery_id>/redelivery")
@allow("member", "admin")
@acts("owner")
@operation("Send one again", scope=LOGIN, codes={409: ("webhooks.nothing_to_send",)}, keyed=True)
def redeliver(webhook_id: str, delivery_id: str, key: str | None) -> None:
    """409 while it waits, or when what it said has been deleted."""
    session.parts().notifier.redeliver(webhook_id, delivery_id, key=key)


@bp.get("/webhooks/<webhook_id>/replays")
@allow("member", "admin")
@acts("owner")
@operation("The newest replays", data=Replay(), listed=True)
def replays(webhook_id: str) -> Listed:
    """At most twenty."""
    return Listed.whole(session.parts().notifier.replays(webhook_id)["replays"])


@bp.post("/webhooks/<webhook_id>/replays")
@allow("member", "admin")
@acts("owner")
@operation(
    "Deliver again what happened from a position on",
    body=NewReplay(),
    data=Replay(),
    scope=LOGIN,
    notes="At most 100,000 positions, one replay of a webhook at a time.",
    codes={409: ("webhooks.paused", "webhooks.replaying"), 422: ("webhooks.position_ahead",)},
    keyed=True,
)
def replay(webhook_id: str, body: Document, key: str | None) -> Document:
    """Ask the list how far it is."""
    return session.parts().notifier.replay(webhook_id, **body, key=key)

"""The stand-ins furnished for the pages of webhooks."""

from typing import Any

from tests.gateway.network import FARM, NOW, Network

ALL = ["directory.entity-registered.v1", "ledger.transfer-completed.v1", "ledger.transfer-initiated.v1"]
SECRET = "whsec_shown-once"


def a_webhook(webhook_id: str = "webhook-1", **changes: Any) -> dict[str, Any]:
    known = {
        "webhook_id": webhook_id, "entity_id": None, "url": "https://books.example/mccs/a-rather-long-path-of-a-hook",
        "types": ALL[1:], "description": "Bookkeeping", "state": "active", "reason": "", "failures": 0,
        "failing_since": None, "held_until": None, "paused_at": None, "positions": {}, "created_at": NOW,
        "secrets": [{"made_at": NOW, "until": None}, {"made_at": NOW, "until": NOW}],
    }  # fmt: skip
    return known | changes


def a_delivery(delivery_id: str, **changes: Any) -> dict[str, Any]:
    tried = {"at": NOW, "status": None, "error": "timeout", "milliseconds": 10_003}
    known = {
        "delivery_id": delivery_id, "event_id": "event-1", "type": ALL[1], "source": "ledger.events/main",
        "position": 4711, "state": "delivered", "tries": 1, "created_at": NOW, "due_at": None, "ended_at": NOW,
        "status": 200, "error": "", "excerpt": "thanks", "milliseconds": 31, "again": True, "history": [tried],
    }  # fmt: skip
    return known | changes


def furnish_webhooks(network: Network, note: str = "thanks") -> None:
    """The network has one that works and one that fails; the farm's is paused. `note`: what a receiver answered."""
    works, fails = a_webhook(), a_webhook("webhook-3", description="", failures=7, failing_since=NOW)
    paused = a_webhook(
        "webhook-2", entity_id=FARM, state="paused", reason="failures", failures=50, paused_at=NOW,
        positions={"directory": 12, "ledger": 4711},
    )  # fmt: skip
    network.notifier.on("GET", "/webhooks", {"webhooks": [works, fails, paused], "offered": ALL})
    network.notifier.on("POST", "/webhooks", a_webhook("webhook-9", secret=SECRET))
    deliveries = [
        a_delivery("delivery-1", excerpt=note),
        a_delivery(
            "delivery-2", state="failed", status=None, error="timeout", tries=2, due_at=NOW, again=False, ended_at=None,
            history=[a_delivery("x")["history"][0]] * 2,
        ),
        a_delivery("delivery-3", type="notifier.webhook-test.v1", position=0, state="dead", status=500),
        a_delivery("delivery-4", state="queued", tries=0, status=None, again=False, excerpt="", history=[]),
    ]  # fmt: skip
    running = {
        "replay_id": "r-1", "source": "ledger", "first": 1, "last": 4711, "reached": 500, "queued": 321,
        "state": "running", "created_at": NOW,
    }  # fmt: skip
    replays = {"replays": [running, running | {"state": "done"}], "heads": {"ledger": 4711, "directory": 12}}
    for each in (works, fails, paused):
        path = f"/webhooks/{each['webhook_id']}"
        network.notifier.on("GET", path, each | {"offered": ALL})
        network.notifier.on("PATCH", path, each)
        network.notifier.on("DELETE", path, {})
        network.notifier.on("GET", f"{path}/deliveries", {"deliveries": deliveries, "total": 44})
        network.notifier.on("GET", f"{path}/replays", replays)
        network.notifier.on("POST", f"{path}/replays", running)
        network.notifier.on("POST", f"{path}/secret", each | {"secret": SECRET})
        network.notifier.on("POST", f"{path}/deliveries/delivery-1/redelivery", {"delivery_id": "delivery-1"})
        for action in ("pause", "resume", "test"):
            network.notifier.on("POST", f"{path}/{action}", each)


def no_webhooks(network: Network) -> None:
    """None yet; of one that was just made nothing was delivered."""
    network.notifier.on("GET", "/webhooks", {"webhooks": [], "offered": ALL})
    network.notifier.on("GET", "/webhooks/webhook-1/deliveries", {"deliveries": [], "total": 0})
    heads = {"replays": [], "heads": {"ledger": 0, "directory": 0}}
    network.notifier.on("GET", "/webhooks/webhook-1/replays", heads)

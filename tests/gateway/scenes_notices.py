"""The stand-ins furnished for the page of notices and its bell."""

from typing import Any

from tests.gateway.network import BAKERY, FARM, NOW, Network
from tests.gateway.standin import Asked, problem


def a_notice(notice_id: str = "notice-1", **changes: Any) -> dict[str, Any]:
    known = {
        "notice_id": notice_id, "kind": "transfer_initiated", "text": "Old Bakery wants to pay you 25.00 credits",
        "path": "/transfers/transfer-2", "entity_id": FARM, "at": NOW, "read": False,
    }  # fmt: skip
    return known | changes


def some_preferences(**changes: Any) -> dict[str, Any]:
    groups = [
        {"group": "requests", "mail": True, "notice": True}, {"group": "trades", "mail": False, "notice": True},
        {"group": "account", "mail": True, "notice": False}, {"group": "digest", "mail": True, "notice": None},
    ]  # fmt: skip
    known = {
        "groups": groups, "quiet_hours": {"from": "22:00", "to": "07:00"}, "digest_hour": 7,
        "time_zone": "Europe/London", "language": "en",
        "languages": [{"code": "en", "called": "English"}, {"code": "de", "called": "Deutsch"}],
    }  # fmt: skip
    return known | changes


def furnish_notices(network: Network, name: str = "Old Bakery") -> None:
    """Two unread ones, one read, one that leads nowhere."""
    notices = [
        a_notice(text=f"{name} wants to pay you 25.00 credits"),
        a_notice("notice-2", kind="limits_changed", text="Your limits have changed", path="/dashboard", read=True),
        a_notice("notice-3", kind="password_changed", text="Your password was changed", path="", entity_id=None),
        a_notice("notice-4", text=f"{name} accepted your payment", entity_id=BAKERY, read=True, path=""),
    ]
    network.notifier.on("GET", "/notices", {"notices": notices, "total": 44, "unread": 2, "as_of": NOW})
    network.notifier.on("GET", "/notices/unread", {"unread": 2})
    network.notifier.on("POST", "/notices/read-all", {})
    link = {"group": "trades", "name": name, "stopped": False, "all_stopped": False}
    network.notifier.on("GET", "/unsubscriptions/token-1", link)
    network.notifier.on("GET", "/unsubscriptions/token-2", link | {"stopped": True})
    network.notifier.on("POST", "/unsubscriptions/token-1", link | {"stopped": True})
    network.notifier.on("GET", f"/entities/{FARM}/preferences", some_preferences())
    network.notifier.on("PUT", f"/entities/{FARM}/preferences", some_preferences())
    for notice in notices:
        network.notifier.on("POST", f"/notices/{notice['notice_id']}/read", _read(notice))


def no_notices(network: Network) -> None:
    network.notifier.on("GET", "/notices", {"notices": [], "total": 0, "unread": 0, "as_of": NOW})
    network.notifier.on("GET", "/notices/unread", {"unread": 0})


def notifier_away(network: Network) -> None:
    for path in ("/notices", "/notices/unread", f"/entities/{FARM}/preferences"):
        network.notifier.on("GET", path, problem(503, "notifier.unavailable"))


def _read(notice: dict[str, Any]) -> Any:
    def answer(_: Asked) -> dict[str, Any]:
        return notice | {"read": True}

    return answer

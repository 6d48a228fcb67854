"""The stand-ins furnished for the administrators' page of mails."""

from typing import Any

from tests.gateway.network import BAKERY, NOW, Network


def a_mail(message_id: str = "mail-1", **changes: Any) -> dict[str, Any]:
    known = {
        "message_id": message_id, "kind": "welcome", "entity_id": BAKERY, "state": "sent", "tries": 1, "error": "",
        "created_at": NOW, "sent_at": NOW, "died_at": None, "due_at": None, "may_retry": False, "may_discard": False,
        "spent": False,
    }  # fmt: skip
    return known | changes


def furnish_mails(network: Network) -> None:
    """One of each sort."""
    decided = {"may_retry": True, "may_discard": True}
    mails = [
        a_mail(),
        a_mail("mail-2", state="dead", tries=3, error="refused: 550", died_at=NOW, **decided),
        a_mail("mail-3", state="failed", tries=2, error="temporary: 450", due_at=NOW, entity_id=None, **decided),
        a_mail("mail-4", kind="password_reset", state="dead", error="unresolved: email", spent=True, died_at=NOW,
            may_discard=True, entity_id=None),
    ]  # fmt: skip
    network.notifier.on("GET", "/messages", {"messages": mails, "total": 44})
    found = [{"digest": "a" * 64, "reason": "bounce", "at": NOW}, {"digest": "b" * 64, "reason": "spam", "at": NOW}]
    network.notifier.on("POST", "/suppressions/search", {"suppressions": found, "total": 44})
    network.notifier.on("DELETE", f"/suppressions/{'a' * 64}", {})
    network.notifier.on("POST", "/sendgrid/events", {"suppressed": 1})
    for mail in mails:
        for action in ("retry", "discard"):
            network.notifier.on("POST", f"/messages/{mail['message_id']}/{action}", {})


def no_mails(network: Network) -> None:
    network.notifier.on("GET", "/messages", {"messages": [], "total": 0})
    network.notifier.on("POST", "/suppressions/search", {"suppressions": [], "total": 0})

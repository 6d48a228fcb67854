"""The stand-ins furnished for the administrators' page of mails."""

from typing import Any

from tests.gateway.network import BAKERY, NOW, Network
from tests.gateway.standin import Asked, problem


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
    furnish_previews(network)
    for mail in mails:
        for action in ("retry", "discard"):
            network.notifier.on("POST", f"/messages/{mail['message_id']}/{action}", {})


def furnish_previews(network: Network) -> None:
    """Kinds of three groups, one of which the pages do not know, in two languages."""
    kinds = [
        {"kind": "transfer_initiated", "group": "requests", "channels": ["mail", "notice"], "to": "the other side"},
        {"kind": "welcome", "group": "account", "channels": ["mail", "notice"], "to": "the business"},
        {"kind": "password_reset", "group": "security", "channels": ["mail"], "to": "the person"},
        {"kind": "limits_changed", "group": "account", "channels": ["mail", "notice"], "to": "the business"},
        {"kind": "strange", "group": "unheard-of", "channels": ["mail", "pigeon"], "to": "the moon"},
    ]
    network.notifier.on("GET", "/kinds", {"kinds": kinds, "languages": ["en", "de"]})
    for each in kinds:
        network.notifier.on("GET", f"/kinds/{each['kind']}/preview", preview_of(str(each["kind"])))
    for decided in ("status_pending", "status_accepted", "status_rejected", "trading_accepted", "trading_rejected"):
        network.notifier.on("GET", f"/kinds/{decided}/preview", a_decision)
    network.notifier.on("GET", "/kinds/nothing/preview", problem(404, "http.not_found"))


def a_decision(asked: Asked) -> dict[str, Any]:
    """With the name and the reason that were asked for, as the notifier writes it."""
    name, reason = asked.query["name"], asked.query["reason"]
    because = f"\nThe reason given: {reason}\n" if reason else ""
    text = f"Hello {name},\n\nThe application of {name} has been decided.\n{because}\n--\nYour network\n"
    return {"subject": "About your application", "text": text, "html": "<p>x</p>", "notice": ""}


def preview_of(kind: str) -> dict[str, Any]:
    """A mail that looks like one."""
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mail</title></head>'
        '<body style="margin:0;padding:24px;background:#f4f5f2;color:#1d2521"><p>Hello Green Farm,</p>'
        '<p>Blue Bakery asks you for 25.00 credits.</p><p><a href="https://credit.test/" style="color:#1f5c43">'
        "Look at it</a></p></body></html>"
    )
    text = f"Hello Green Farm,\n\nBlue Bakery & Sons ask you for 25.00 credits.\n\nhttps://credit.test/{'x' * 120}\n"
    notice = "" if kind == "password_reset" else "Blue Bakery asks for 25.00 credits"
    return {"subject": "Blue Bakery asks for 25.00 credits", "text": text, "html": html, "notice": notice}


def no_mails(network: Network) -> None:
    network.notifier.on("GET", "/messages", {"messages": [], "total": 0})
    network.notifier.on("POST", "/suppressions/search", {"suppressions": [], "total": 0})

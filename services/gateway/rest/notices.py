"""What somebody was told while away, and what their business wants to hear of."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.permissions import acts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import must_own
from services.gateway.rest.operations import Listed, operation
from services.gateway.schemas import GoingOn
from services.gateway.schemas_notices import (
    Notice,
    ReadUntil,
    Stop,
    ToldPreferences,
    Unread,
    Unsubscription,
)
from services.gateway.scopes import DIRECTORY, READ

_EVERYBODY = ("member", "admin", "coordinator", "auditor")
_LINK = {404: ("unsubscription.invalid",)}


@bp.get("/notices")
@allow(*_EVERYBODY)
@operation(
    "What one was told, and one's businesses, newest first",
    query=GoingOn(),
    data=Notice(),
    listed=True,
    cursor="after",
)
def notices(query: Document) -> Listed:
    """Kept for 90 days."""
    found = session.parts().notifier.notices(
        page=query["page"], page_size=query["page_size"], after=query.get("after") or None
    )
    return Listed(found["notices"], found["total"], query["page_size"], found.get("next"))


@bp.get("/notices/unread")
@allow(*_EVERYBODY)
@operation("How many notices one has not read", data=Unread())
def unread_notices() -> Document:
    """For a badge: waits for nothing."""
    return {"unread": session.parts().notifier.unread_notices()}


@bp.post("/notices/<notice_id>/read")
@allow(*_EVERYBODY)
@operation("One has read this", data=Notice(), keyed=True, scope=READ)
def read_notice(notice_id: str, key: str | None) -> Document:
    """Others to whom it is have not."""
    return session.parts().notifier.read_notice(notice_id, key=key)


@bp.post("/notices/read-all")
@allow(*_EVERYBODY)
@operation("One has read all of them", body=ReadUntil(), keyed=True, scope=READ)
def read_all_notices(body: Document, key: str | None) -> None:
    """With `until`, what came later stays unread."""
    session.parts().notifier.read_all_notices(body.get("until"), key=key)


@bp.get("/user/entities/<entity_id>/notifications")
@allow("member")
@operation("What one's business wants to hear of, by which channel, and when", data=ToldPreferences())
def notification_preferences(entity_id: str) -> Document:
    """What holds, chosen or not."""
    must_own(entity_id)
    return _told(session.parts().notifier.preferences(entity_id))


@bp.put("/user/entities/<entity_id>/notifications")
@allow("member")
@acts("operator")
@operation(
    "Choose it, all at once",
    body=ToldPreferences(),
    data=ToldPreferences(),
    keyed=True,
    scope=DIRECTORY,
    matched="etag",
)
def choose_notifications(entity_id: str, body: Document, key: str | None) -> Document:
    """Send what was read, changed."""
    must_own(entity_id)
    return _told(session.parts().notifier.choose_preferences(entity_id, _chosen(body), key=key))


@bp.get("/unsubscriptions/<token>")
@allow("public")
@operation("What the link of a mail stops", data=Unsubscription(), codes=_LINK)
def unsubscription(token: str) -> Document:
    """Looking stops nothing."""
    return session.visitor_parts().notifier.unsubscription(token)


@bp.post("/unsubscriptions/<token>")
@allow("public")
@operation("Stop it: the link says whose mails", body=Stop(), data=Unsubscription(), codes=_LINK)
def unsubscribe(token: str, body: Document) -> Document:
    """Again changes nothing."""
    return session.visitor_parts().notifier.unsubscribe(token, everything=body["all"])


def _told(found: Document) -> Document:
    """Preferences of the notifier for the schema `ToldPreferences`."""
    hours = found["quiet_hours"]
    return {**found, "quiet_hours": hours and {"begins": hours["from"], "ends": hours["to"]}}


def _chosen(body: Document) -> Document:
    """As the notifier takes them."""
    hours = body["quiet_hours"]
    channels = {
        channel: {each["group"]: each[channel] for each in body["groups"] if each[channel] is not None}
        for channel in ("mail", "notice")
    }
    language = {"language": body["language"]} if "language" in body else {}
    return {
        **channels,
        "quiet_hours": hours and {"from": hours["begins"], "to": hours["ends"]},
        "digest_hour": body["digest_hour"],
        "time_zone": body["time_zone"],
        **language,
    }

"""Mails for administrators: what waits or failed and why, how kinds read, addresses that are not written to."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.schemas_mailing import (
    STATES,
    Mail,
    MailCounts,
    MailKinds,
    MailPreview,
    MailQuery,
    PreviewQuery,
    Suppression,
    SuppressionSearch,
)

_DECIDED = {409: ("notifier.not_waiting", "notifier.nothing_left")}


@bp.get("/admin/mail")
@allow("admin")
@operation(
    "Mails by state, each with why its last try failed", query=MailQuery(), data=Mail(), listed=True, cursor="after"
)
def mails(query: Document) -> Listed:
    """Newest first; no addresses, no texts."""
    found = session.parts().notifier.messages(**query)
    return Listed(found["messages"], found["total"], query["page_size"], found.get("next"))


@bp.get("/admin/mail/summary")
@allow("admin")
@operation("How many mails wait, failed, were given up", data=MailCounts())
def mail_summary() -> Document:
    """By state."""
    counts = session.parts().notifier.summary()
    return {state: counts.get(state, 0) for state in STATES}


@bp.post("/admin/mail/<message_id>/<any(retry, discard):action>")
@allow("admin")
@operation("Try a mail again now, or never send it", keyed=True, codes=_DECIDED)
def decide_mail(message_id: str, action: str, key: str | None) -> None:
    """With all its tries; one that says nothing any more can only be discarded."""
    notifier = session.parts().notifier
    (notifier.retry_message if action == "retry" else notifier.discard_message)(message_id, key=key)


@bp.get("/admin/mail/kinds")
@allow("admin")
@operation("The kinds of mail: how each is told, and to whom", data=MailKinds())
def mail_kinds() -> Document:
    """In the order of the notifier's table."""
    return session.parts().notifier.mail_kinds()


@bp.get("/admin/mail/kinds/<kind>/preview")
@allow("admin")
@operation("How a kind of mail reads, with made up facts", query=PreviewQuery(), data=MailPreview())
def mail_preview(kind: str, query: Document) -> Document:
    """As text, HTML and notice. Nothing is sent or looked up."""
    return session.parts().notifier.mail_preview(kind, query.get("language") or None)


@bp.post("/admin/mail/suppressions/search")
@allow("admin")
@operation(
    "Addresses that are not written to any more",
    body=SuppressionSearch(),
    data=Suppression(),
    listed=True,
    notes="With an address: whether it is one. In a body, for what stands in an address bar is logged on the way.",
)
def suppressions(body: Document) -> Listed:
    """Newest first."""
    found = session.parts().notifier.suppressions(body["address"], page=body["page"], page_size=body["page_size"])
    return Listed(found["suppressions"], found["total"], body["page_size"])


@bp.delete("/admin/mail/suppressions/<digest>")
@allow("admin")
@operation("Write to an address again", keyed=True)
def remove_suppression(digest: str, key: str | None) -> None:
    """From the next mail on."""
    session.parts().notifier.remove_suppression(digest, key=key)

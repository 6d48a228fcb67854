"""Stop mails by the link in one of them: a page for people, one request for mail programs (RFC 8058). No login."""

from flask import render_template, request

from services.chassis.web import allow
from services.gateway.clients import Document
from services.gateway.forms_notifications import GROUP_WORDS
from services.gateway.session import visitor_parts
from services.gateway.web.blueprint import bp


@bp.get("/unsubscribe/<token>")
@allow("public")
def unsubscribe(token: str) -> str:
    """What the link stops, and a button: nothing happens to who only looks, or to a program that follows links."""
    return _page(token, visitor_parts().notifier.unsubscription(token), done=False)


@bp.post("/unsubscribe/<token>")
@allow("public")
def unsubscribe_now(token: str) -> str:
    """Stop it. A mail program sends this without a page before it: the link itself says who it is from."""
    everything = request.form.get("all") == "1"
    return _page(token, visitor_parts().notifier.unsubscribe(token, everything=everything), done=True)


def _page(token: str, found: Document, *, done: bool) -> str:
    words = GROUP_WORDS.get(found["group"], found["group"])
    return render_template("unsubscribe.html", token=token, found=found, words=words, done=done)

"""For administrators: which mails wait, failed or were given up, why, and what to do about it."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import PartDown, Refused
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, page_asked, paging
from services.gateway.web.refusals import words, words_for_down

PAGE_SIZE = 20
STATES = {
    "queued": lazy_gettext("waiting"),
    "sending": lazy_gettext("being sent"),
    "sent": lazy_gettext("sent"),
    "failed": lazy_gettext("to be tried again"),
    "dead": lazy_gettext("given up"),
    "expired": lazy_gettext("too old when it came"),
    "discarded": lazy_gettext("discarded"),
}
_REASONS = {
    "unresolved": lazy_gettext("There is no address of this business or person yet."),
    "temporary": lazy_gettext("The mail server put it off, or the connection broke."),
    "nothing_left": lazy_gettext("Nobody that it would have named can be traded with any more."),
    "unwanted": lazy_gettext("Its reader switched this kind off after it was made."),
    "refused": lazy_gettext("The mail server refused it for good."),
}
_WHY = {
    "bounce": lazy_gettext("mail to it came back"),
    "spam": lazy_gettext("called our mail spam"),
    "unsubscribe": lazy_gettext("unsubscribed"),
    "asked": lazy_gettext("asked for no more mail by the link in one"),
}
_SUPPRESSED = lazy_gettext("Its address is not written to any more: %(why)s.")
_NO_ADDRESS = lazy_gettext("What is kept as the address can't be one.")


@bp.get("/admin/mail")
@allow("admin")
def mail() -> str:
    """Mails by state, each with why its last try failed."""
    asked = request.args.get("state", "")
    state = asked if asked in STATES else None
    found = card(lambda: parts().notifier.messages(state=state, page=page_asked(), page_size=PAGE_SIZE))
    total = found.value["total"] if found.value else 0
    return render_template(
        "admin_mail.html",
        counts=card(parts().notifier.summary),
        found=found,
        state=state,
        states=STATES,
        total=total,
        **paging(total, PAGE_SIZE),
    )


@bp.post("/admin/mail/<message_id>/<any(retry, discard):action>")
@allow("admin")
def decide_mail(message_id: str, action: str) -> Response:
    """Try a mail again now, or never send it."""
    notifier = parts().notifier
    try:
        (notifier.retry_message if action == "retry" else notifier.discard_message)(message_id)
    except Refused as refused:
        flash(words(refused), "bad")
    except PartDown as down:
        flash(words_for_down(down), "bad")
    else:
        done = gettext("The mail is tried again now.") if action == "retry" else gettext("The mail is discarded.")
        flash(done, "done")
    state = request.form.get("state", "")
    return redirect(url_for("web.mail", state=state if state in STATES else None))


@bp.post("/admin/mail/addresses/<digest>/release")
@allow("admin")
def release_address(digest: str) -> Response:
    """Write to an address again."""
    try:
        parts().notifier.remove_suppression(digest)
    except Refused as refused:
        flash(words(refused), "bad")
    except PartDown as down:
        flash(words_for_down(down), "bad")
    else:
        flash(gettext("The address is written to again."), "done")
    return redirect(url_for("web.suppressed_addresses"))


@bp.route("/admin/mail/addresses", methods=["GET", "POST"])
@allow("admin")
def suppressed_addresses() -> str:
    """Addresses that are not written to any more; one is looked up by a form, for it is personal."""
    address = request.form.get("address", "").strip()[:320]
    asked = {"page": page_asked(), "page_size": PAGE_SIZE}
    found = card(lambda: parts().notifier.suppressions(address, **asked))
    total = found.value["total"] if found.value else 0
    return render_template(
        "admin_addresses.html", found=found, address=address, why=_WHY, total=total, **paging(total, PAGE_SIZE)
    )


@bp.app_template_filter("mail_reason")
def mail_reason(error: str) -> str:
    """Why a try failed, in words; the code stays beside it, for whoever looks after the mail server."""
    kind, _, code = error.partition(": ")
    if code == "not a mail address":
        return str(_NO_ADDRESS)
    if kind == "suppressed":
        return str(_SUPPRESSED) % {"why": _WHY.get(code, code)}
    said = str(_REASONS.get(kind, ""))
    return f"{said} ({code})" if said and code.isdigit() else said or error

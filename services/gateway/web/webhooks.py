"""Webhooks: the network's for administrators (/admin/webhooks), a business's for its owners (/settings/webhooks)."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_webhooks import ReplayForm, WebhookForm
from services.gateway.permissions import acts
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, page_asked, paging
from services.gateway.web.members import my_business
from services.gateway.web.refusals import blame, then, words, words_for_down

Answer = str | Response | tuple[str, int]

PAGE_SIZE = 20
STATES = ("delivered", "failed", "queued", "dead", "forgotten")
_ONE = "/<webhook_id>"
View = Callable[..., Answer]


def _at(method: str, below: str = "") -> Callable[[View], View]:
    """Serve a view at both places, each for its own people; it is told the place."""

    def declare(view: View) -> View:
        for place, own in (("admin", allow("admin")), ("settings", _for_owners)):
            served = own(wraps(view)(partial(view, place)))
            bp.add_url_rule(f"/{place}/webhooks{below}", _endpoint(place, view.__name__), served, methods=[method])
        return view

    return declare


def _for_owners(view: View) -> View:
    return acts("owner")(allow("member")(view))


def _endpoint(place: str, name: str) -> str:
    return f"admin_{name}" if place == "admin" else name


def _url(place: str, name: str, **values: Any) -> str:
    return url_for(f"web.{_endpoint(place, name)}", **values)


@_at("GET")
def webhooks(place: str) -> Answer:
    """The webhooks there are, and a form for a new one."""
    listed = parts().notifier.webhooks(_owner(place))
    return _list(place, listed, WebhookForm(listed["offered"], formdata=None))


@_at("POST")
def make_webhook(place: str) -> Answer:
    """Make one and show its secret: this page alone has it, and no cache keeps it."""
    owner = _owner(place)
    listed = parts().notifier.webhooks(owner)
    form = WebhookForm(listed["offered"])
    if not form.validate():
        return _list(place, listed, form, status=422)
    try:
        made = parts().notifier.make_webhook(form.wanted, owner)
    except Refused as refused:
        return _list(place, listed, form, blame(form, refused), refused.status)
    except PartDown as down:
        return _list(place, listed, form, words_for_down(down), 503)
    return render_template("webhook_secret.html", at=partial(_url, place), webhook=made, rotated=False)


@_at("GET", _ONE)
def webhook(place: str, webhook_id: str) -> Answer:
    """How one is, what it delivered, and what can be done about it."""
    return _page(place, webhook_id)


@_at("POST", _ONE)
def change_webhook(place: str, webhook_id: str) -> Answer:
    """Another address, other events."""
    form = WebhookForm(parts().notifier.webhook(webhook_id)["offered"])
    if not form.validate():
        return _page(place, webhook_id, form=form, status=422)
    try:
        parts().notifier.change_webhook(webhook_id, form.wanted)
    except Refused as refused:
        return _page(place, webhook_id, form=form, problem=blame(form, refused), status=refused.status)
    except PartDown as down:
        return _page(place, webhook_id, form=form, problem=words_for_down(down), status=503)
    flash(gettext("It is changed."), "done")
    return redirect(_url(place, "webhook", webhook_id=webhook_id))


@_at("POST", f"{_ONE}/secret")
def rotate_webhook_secret(place: str, webhook_id: str) -> Answer:
    """A new secret, shown this once; the former one signs beside it for a day."""
    rotated = parts().notifier.rotate_webhook_secret(webhook_id)
    return render_template("webhook_secret.html", at=partial(_url, place), webhook=rotated, rotated=True)


@_at("POST", f"{_ONE}/<any(pause, resume, test):action>")
def switch_webhook(place: str, webhook_id: str, action: str) -> Answer:
    """Stop deliveries, go on with them, or send a test event."""
    done = {
        "pause": gettext("It is paused: nothing is delivered until you resume it."),
        "resume": gettext("It goes on, with all that waited."),
        "test": gettext("A test event is on its way. What comes of it is in the list below: load the page again."),
    }[action]
    switch = lambda: parts().notifier.switch_webhook(webhook_id, action)  # noqa: E731
    return then(switch, done, _url(place, "webhook", webhook_id=webhook_id))


@_at("POST", f"{_ONE}/delete")
def delete_webhook(place: str, webhook_id: str) -> Answer:
    """Gone, with its log."""
    parts().notifier.delete_webhook(webhook_id)
    flash(gettext("The webhook is deleted."), "done")
    return redirect(_url(place, "webhooks"))


@_at("POST", f"{_ONE}/deliveries/<delivery_id>/redelivery")
def redeliver(place: str, webhook_id: str, delivery_id: str) -> Answer:
    """Send one again."""
    send = lambda: parts().notifier.redeliver(webhook_id, delivery_id)  # noqa: E731
    return then(send, gettext("It is sent again."), _url(place, "webhook", webhook_id=webhook_id))


@_at("POST", f"{_ONE}/replays")
def replay(place: str, webhook_id: str) -> Answer:
    """Deliver again what happened from a position on."""
    form = ReplayForm()
    if not form.validate():
        return _page(place, webhook_id, replaying=form, status=422)
    try:
        parts().notifier.replay(webhook_id, source=form.source.data, position=int(form.position.data or 0))
    except Refused as refused:
        flash(words(refused), "bad")
        return _page(place, webhook_id, replaying=form, status=refused.status)
    except PartDown as down:
        flash(words_for_down(down), "bad")
        return _page(place, webhook_id, replaying=form, status=503)
    flash(gettext("The replay has begun."), "done")
    return redirect(_url(place, "webhook", webhook_id=webhook_id))


def _list(place: str, listed: Document, form: WebhookForm, problem: str = "", status: int = 200) -> Answer:
    found = listed["webhooks"]
    return render_template(
        "webhooks.html", place=place, at=partial(_url, place), webhooks=found, form=form, problem=problem
    ), status


def _page(
    place: str,
    webhook_id: str,
    *,
    form: WebhookForm | None = None,
    replaying: ReplayForm | None = None,
    problem: str = "",
    status: int = 200,
) -> Answer:
    notifier, state = parts().notifier, request.args.get("state", "")
    state = state if state in STATES else ""
    found = notifier.webhook(webhook_id)
    log = card(lambda: notifier.deliveries(webhook_id, state=state or None, page=page_asked(), page_size=PAGE_SIZE))
    total = log.value["total"] if log.value else 0
    page = render_template(
        "webhook.html",
        at=partial(_url, place),
        webhook=found,
        form=form or WebhookForm(found["offered"], formdata=None, data=found),
        replaying=replaying or ReplayForm(formdata=None, data={"position": _missed(found)}),
        replays=card(lambda: notifier.replays(webhook_id)),
        log=log,
        total=total,
        state=state,
        states=STATES,
        problem=problem,
        **paging(total, PAGE_SIZE),
    )
    return page, status


def _missed(found: Document) -> str:
    """Where a replay begins after a pause."""
    position = found["positions"].get("ledger")
    return str(position + 1) if position is not None else ""


def _owner(place: str) -> str | None:
    """Whose webhooks are at this place: a business's id, or None for the network. Raises Forbidden."""
    return None if place == "admin" else my_business().entity_id

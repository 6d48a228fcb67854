"""For administrators: how each kind of mail reads, with made up facts."""

from itertools import groupby
from typing import Any

from babel import Locale, UnknownLocaleError
from flask import abort, render_template, request
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card

_GROUPS = {
    "security": lazy_gettext("Security"),
    "account": lazy_gettext("Membership, limits, people"),
    "requests": lazy_gettext("Transfers that wait for an answer"),
    "trades": lazy_gettext("What became of transfers"),
    "contact": lazy_gettext("What members write to each other"),
    "matches": lazy_gettext("New leads and suppliers"),
    "searches": lazy_gettext("Saved searches"),
    "loops": lazy_gettext("Trading loops"),
    "digest": lazy_gettext("One mail a day"),
    "work": lazy_gettext("For those who run the network"),
}
"""In the order in which they are shown."""
_CHANNELS = {"mail": lazy_gettext("mail"), "notice": lazy_gettext("notice")}


@bp.get("/admin/mail/previews")
@allow("admin")
def mail_previews() -> str:
    """Each kind of mail: how it is told, and to whom."""
    found = card(parts().notifier.mail_kinds)
    groups = _by_group(found.value["kinds"]) if found.value else []
    return render_template("admin_previews.html", found=found, groups=groups, channels=_CHANNELS)


@bp.get("/admin/mail/previews/<kind>")
@allow("admin")
def mail_preview(kind: str) -> str:
    """How a kind of mail reads, with made up facts."""
    found = card(parts().notifier.mail_kinds)
    about = next((each for each in found.value["kinds"] if each["kind"] == kind), None) if found.value else None
    if found.value and about is None:
        abort(404)
    languages = found.value["languages"] if found.value else []
    language = _language(languages)
    shown = card(lambda: parts().notifier.mail_preview(kind, language)) if found.value else found
    return render_template(
        "admin_preview.html",
        kind=kind,
        about=about,
        shown=shown,
        language=language,
        languages=[(each, _called(each)) for each in languages],
        groups=_GROUPS,
        channels=_CHANNELS,
    )


@bp.get("/admin/mail/previews/<kind>/html")
@allow("admin")
def mail_preview_html(kind: str) -> Response:
    """The HTML part of a mail, for the frame of its page. Its policy is its own (`security`)."""
    try:
        shown = parts().notifier.mail_preview(kind, request.args.get("language"))
    except Refused:
        abort(404)
    except PartDown:
        abort(503)
    return Response(shown["html"], mimetype="text/html")


def _by_group(kinds: list[Document]) -> list[tuple[Any, list[Document]]]:
    order = list(_GROUPS)
    place = {group: order.index(group) if group in order else len(order) for group in {k["group"] for k in kinds}}
    ordered = sorted(kinds, key=lambda each: (place[each["group"]], each["group"]))
    return [(_GROUPS.get(group, group), list(each)) for group, each in groupby(ordered, lambda kind: kind["group"])]


def _language(languages: list[str]) -> str | None:
    """The one that is asked for, if there is it; else the first."""
    asked = request.args.get("language", "")
    return asked if asked in languages else next(iter(languages), None)


def _called(language: str) -> str:
    """What those who speak it call it."""
    try:
        return Locale.parse(language).get_display_name() or language
    except (UnknownLocaleError, ValueError):
        return language

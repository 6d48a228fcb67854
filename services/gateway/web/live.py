"""What changes while a page is open: how many transfers wait, how many notices are unread, the balance.

A page shows it when it is made, and while somebody looks at it asks every now and then for what it is now (`stayLive`
in static/mccs.js). The answer sets no cookie: it may arrive after that of a form which was sent meanwhile, and would
take back what that one keeps.
"""

from typing import Any

from flask import Response, g, get_template_attribute, jsonify, request
from flask_babel import ngettext

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.representing import etag_of, named
from services.gateway.session import Membership, current, parts
from services.gateway.web.blueprint import bp, mine
from services.gateway.web.cards import Card, card
from services.gateway.web.notices import unread_notices

NOTHING = 204


@bp.get("/live")
@allow("member", "admin", "coordinator", "auditor")
def live() -> Response:
    """What an open page renews: for the business that it was made for (`of`), with the balance if it shows it."""
    g.sets_no_cookie = True
    business = mine()
    if request.args.get("of", "") != (business.entity_id if business else ""):
        # Another is acted for now, by another tab: this page stays as it is.
        return Response(status=NOTHING)
    response = jsonify(_now(business, with_balance="balance" in request.args))
    etag = etag_of(response.get_data())
    response.set_etag(etag)
    if etag in named(request.headers.get("If-None-Match")):
        response.status_code = 304
        response.data = b""
    return response


@bp.app_template_global("waiting_transfers")
def waiting_transfers() -> int | None:
    """How many transfers wait for an answer, mine or another's; None when that can't be known. One call a page."""
    if "waiting_transfers" not in g:
        business = None if g.get("failing") else mine()
        g.waiting_transfers = _waiting(business) if business and business.trades else None
    found: int | None = g.waiting_transfers
    return found


def count_waiting(found: Card) -> None:
    """For a page that reads them anyway: they are not asked for again."""
    g.waiting_transfers = found.value["total"] if found.value else None


def _waiting(business: Membership) -> int | None:
    login = current()
    if login is None or login.must_set_up_two_factor:
        return None
    try:
        found = parts().ledger.transfers(account=business.account, status="initiated", page_size=1)
        return int(found["total"])
    except (PartDown, Refused):
        return None


def _now(business: Membership | None, *, with_balance: bool) -> Document:
    """The numbers, and as `shown` what a page has in the places of these names. What can't be known is left out."""
    counts = {"pending": waiting_transfers(), "unread": unread_notices()}
    known: dict[str, Any] = {name: count for name, count in counts.items() if count is not None}
    shown = {name: _shown("_live.html", name, count) for name, count in known.items()}
    if with_balance and business and business.trades and (account := _account(business)):
        known |= {"balance": account["balance"], "version": account["version"]}
        shown["balance"] = _shown("_balance.html", "figures", account)
    return known | {"shown": shown, "said": _said(known)}


def _account(business: Membership) -> Document | None:
    found: Document | None = card(lambda: parts().ledger.account(business.account)).value
    return found


def _shown(template: str, name: str, value: Any) -> str:
    return str(get_template_attribute(template, name)(value)).strip()


def _said(known: Document) -> str:
    """For who listens instead of looking."""
    sentences = []
    if waiting := known.get("pending"):
        sentences.append(ngettext("%(num)s transfer waits.", "%(num)s transfers wait.", waiting))
    if unread := known.get("unread"):
        sentences.append(ngettext("%(num)s unread notice.", "%(num)s unread notices.", unread))
    return " ".join(sentences)

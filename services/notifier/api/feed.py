"""The feed of events: administrators have all, auditors the ledger's, members their businesses'."""

import orjson
from flask import Response, current_app

from services.chassis.web import Problem, Unavailable, allow, answer, caller, follows, query
from services.notifier.api.blueprint import bp, nothing_there, the_store
from services.notifier.feed.domain import Audience, own_of, shaped
from services.notifier.feed.reading import Feed, Wanted
from services.notifier.feed.store import Gone
from services.notifier.feed.waiting import TooManyWaiting
from services.notifier.schemas_feed import FeedQuery

_QUERY = FeedQuery()
_GONE = "What came after this cursor is not kept any more. Begin again at the oldest cursor, or without one at now."


@bp.get("/events")
@allow("member", "admin", "auditor")
@follows("directory", "ledger")
def events() -> Response:
    """What came after the cursor, oldest first, and where to go on; waits for the first."""
    asked, feed = query(_QUERY), _feed()
    audience = _audience(asked["entity_id"])
    cursor = asked["cursor"] or (feed.store.beginning() if asked["since"] else feed.store.now())
    try:
        page = feed.after(cursor, Wanted(audience, asked["types"], asked["limit"]), asked["wait"])
    except Gone as error:
        raise Problem(410, "events.gone", _GONE, extra={"oldest": error.oldest.text}) from None
    except TooManyWaiting:
        raise Unavailable("events.busy", "Too many wait for events at the moment. Ask without waiting.", 5) from None
    return answer(
        {
            "events": [_seen(raw, audience) for raw in page.raw],
            "cursors": [each.text for each in page.cursors],
            "cursor": page.cursor.text,
            "whole": page.whole,
        }
    )


def _feed() -> Feed:
    feed: Feed = current_app.extensions["feed"]
    return feed


def _audience(entity_id: str | None) -> Audience:
    """Raises Problem."""
    asking = caller()
    everything, ledger = "admin" in asking.roles, "auditor" in asking.roles
    seen = asking.entities | asking.viewed
    if entity_id is not None and not (everything or ledger) and entity_id not in seen:
        raise nothing_there()
    if entity_id is not None:
        only = own_of([entity_id], [(the_store().memory.entity(entity_id) or {}).get("account", "")])
    else:
        # What one may only look at is in one set, accounts and entities alike: ids of either are never the other's.
        only = own_of(seen, asking.accounts | asking.viewed)
    if everything:
        return Audience(only if entity_id else None, published=True)
    if ledger:
        return Audience(only if entity_id else None, published=True, sources=frozenset({"ledger"}))
    return Audience(only)


def _seen(raw: bytes, audience: Audience) -> object:
    # What was published goes on as it is, without being read.
    return orjson.Fragment(raw) if audience.published else shaped(orjson.loads(raw), audience)

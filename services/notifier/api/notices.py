"""What somebody sees after logging in: their own notices and those of the businesses that they act for or look at."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app

from services.chassis.clock import rfc3339
from services.chassis.web import allow, answer, body, caller, follows, query
from services.notifier.api.blueprint import bp, nothing_there, the_store, the_time
from services.notifier.api.commands import Told, once
from services.notifier.mail import Stationery
from services.notifier.notices import Notice, owners_of, shown
from services.notifier.schemas import NoticeListing, ReadAll, following, notice_view, window
from services.notifier.store import Session

_LISTING, _READ_ALL = NoticeListing(), ReadAll()


@bp.get("/notices")
@allow("member", "admin", "coordinator", "auditor")
@follows("directory", "ledger")
def notices() -> Response:
    """One's notices, newest first."""
    asked, now, inbox = query(_LISTING), the_time(), the_store().inbox
    size = asked["page_size"]
    records, total = inbox.page(_owners(), now, **window(asked))
    ended = following(records, size, "shown_at")
    views = [notice_view(notice) for notice in _shown(records[:size])]
    unread_ones = inbox.unread(_owners(), caller().subject, now)
    return answer({"notices": views, "total": total, "unread": unread_ones, "as_of": rfc3339(now), "next": ended})


@bp.get("/notices/unread")
@allow("member", "admin", "coordinator", "auditor")
def unread() -> Response:
    """How many one has not read: asked by every page, so it waits for nothing."""
    return answer({"unread": the_store().inbox.unread(_owners(), caller().subject, the_time())})


@bp.post("/notices/<notice_id>/read")
@allow("member", "admin", "coordinator", "auditor")
def read(notice_id: str) -> Response:
    """One is read; answers it, with where it leads."""
    owners, reader, now = _owners(), caller().subject, the_time()

    def work(session: Session) -> Told:
        record = the_store().inbox.read(notice_id, owners, reader, now, session)
        if record is None:
            raise nothing_there()
        (notice,) = _shown([record])
        # Not kept: it names others, who may be forgotten. Read again it is still read.
        return Told(document=notice_view(notice) | {"read": True}, kept=False)

    return once({}, lambda: work)


@bp.post("/notices/read-all")
@allow("member", "admin", "coordinator", "auditor")
def read_all() -> Response:
    """All that came until then are read."""
    asked = body(_READ_ALL)
    until: datetime | None = asked["until"]
    owners, reader, now = _owners(), caller().subject, the_time()

    def work(session: Session) -> Told:
        then = min(until.astimezone(UTC), now) if until else now
        the_store().inbox.read_all(owners, reader, then, session)
        return Told()

    return once(asked, lambda: work)


def _owners() -> set[str]:
    asking = caller()
    # What one may only look at is in one set, accounts and entities alike: ids of either are never the other's.
    person = "" if asking.on_behalf_of else asking.subject
    return owners_of(person, asking.entities | asking.viewed, asking.accounts | asking.viewed)


def _shown(records: Sequence[Mapping[str, Any]]) -> list[Notice]:
    """What they say, each in the language that its business chose."""
    stationery: Stationery = current_app.extensions["stationery"]
    chosen = the_store().preferences.of_all({record["recipient"] for record in records})
    return shown(records, caller().subject, the_store().memory, stationery, chosen)

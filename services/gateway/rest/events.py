"""Events that the caller may see: read on from a cursor, waited for, or streamed (docs/events-feed.md)."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from flask import Response, current_app, request, stream_with_context

from services.chassis.process import HTTP_STOP
from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.readmitting import still_admitted
from services.gateway.rest.blueprint import bp
from services.gateway.rest.headers import LAST_EVENT_ID
from services.gateway.rest.operations import Listed, operation
from services.gateway.schemas_events import Event, EventsQuery
from services.gateway.waits import Waits

STREAM = "text/event-stream"
PIECE_SECONDS = 5
"""At a time: a process that is to stop has eight seconds."""
CHECK_SECONDS = 10
"""With a piece: at least each 15 s it is asked whether the login still lives."""
BEAT_SECONDS = 15
STREAM_SECONDS = 600
RETRY_MILLISECONDS = 3_000
WAITS = "waits"
"""Where app.py leaves the places, in `app.extensions`."""


@bp.get("/events")
@allow("member", "admin", "auditor")
@operation(
    "Events that concern the caller, oldest first, from a cursor on; waited for, or as a stream",
    query=EventsQuery(),
    data=Event(),
    listed=True,
    streamed=STREAM,
    takes=(LAST_EVENT_ID,),
    codes={
        404: ("http.not_found",),
        410: ("events.gone",),
        429: ("events.too_many_waiting",),
        503: ("events.busy",),
    },
    notes="`meta.next` is where to go on, also when there were none; counts are those of this page. With `Accept: "
    "text/event-stream` events come as they happen, each with its cursor as `id`, until the login ends, or for ten "
    "minutes. Administrators see everything as it was published, auditors the ledger's events, members what happened "
    "to their businesses, without what is others' own.",
)
def events(query: Document) -> Listed | Response:
    """410 `events.gone` names the oldest cursor that can be read on from."""
    wait, entity_id = query.pop("wait"), query.pop("querying_entity_id")
    asked = {**query, "entity_id": entity_id}
    if _wants_stream():
        return _streamed(asked | {"cursor": request.headers.get("Last-Event-ID") or asked["cursor"]})
    found = _waited(asked, wait) if wait else session.parts().notifier.events(asked)
    return Listed(found["events"], len(found["events"]), asked["limit"], found["cursor"])


def _wants_stream() -> bool:
    return request.accept_mimetypes.best_match(["application/json", STREAM]) == STREAM


def _waited(asked: Mapping[str, Any], seconds: int) -> Document:
    """The first events, after so many seconds at most. Raises Refused, PartDown."""
    leave = _place()
    try:
        until = time.monotonic() + seconds
        found = session.parts().notifier.events(asked, wait=min(seconds, PIECE_SECONDS))
        while not found["events"] and (left := until - time.monotonic()) >= 1 and not HTTP_STOP.requested:
            again = {**asked, "cursor": found["cursor"], "since": None}
            found = session.parts().notifier.events(again, wait=min(int(left), PIECE_SECONDS))
        return found
    finally:
        leave()


def _streamed(asked: Mapping[str, Any]) -> Response:
    leave = _place()
    try:
        # Before the answer begins: what is refused is refused with a status.
        first = session.parts().notifier.events(asked)
    except (Refused, PartDown):
        leave()
        raise
    response = Response(stream_with_context(_pieces(asked, first)), content_type=f"{STREAM}; charset=utf-8")
    # No proxy keeps it back.
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(leave)
    return response


def _pieces(asked: Mapping[str, Any], found: Document) -> Iterator[bytes]:
    begun = checked = beat = time.monotonic()
    yield b"retry: %d\n\n" % RETRY_MILLISECONDS
    while True:
        yield from map(_event, found["events"], found["cursors"])
        now = time.monotonic()
        if found["events"]:
            beat = now
        elif now - beat >= BEAT_SECONDS:
            yield f": nothing new\nid: {found['cursor']}\n\n".encode()
            beat = now
        if now - begun >= STREAM_SECONDS or HTTP_STOP.requested:
            yield _end("events.again", "This stream has ended: begin another one at the last id.")
            return
        try:
            if now - checked >= CHECK_SECONDS:
                if not still_admitted():
                    yield _end("auth.ended", "This login has ended. Log in again.")
                    return
                checked = now
            following = {**asked, "cursor": found["cursor"], "since": None}
            found = session.parts().notifier.events(following, wait=PIECE_SECONDS)
        except (Refused, PartDown) as error:
            yield _end(error.code, error.detail)
            return


def _event(event: Document, cursor: str) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (cursor.encode(), event["type"].encode(), orjson.dumps(event))


def _end(code: str, detail: str) -> bytes:
    return b"event: end\ndata: %b\n\n" % orjson.dumps({"code": code, "message": detail})


def _place() -> Any:
    """Raises Refused."""
    login, waits = session.current(), current_app.extensions[WAITS]
    place: Waits = waits
    return place.take(login.user_id if login else "")

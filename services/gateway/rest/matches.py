"""Who could trade with one's business: leads and suppliers, and which of them are not relevant."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.permissions import acts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import login, must_own
from services.gateway.rest.operations import Listed, operation
from services.gateway.schemas_trading import (
    SINCE_ALL,
    SINCE_LOGIN,
    SINCE_MAIL,
    Feedback,
    Matches,
    MatchQuery,
    NewFeedback,
)
from services.gateway.scopes import DIRECTORY

_HERE = "/user/entities/<entity_id>/matches"


@bp.get(_HERE)
@allow("member")
@operation(
    "Leads and suppliers of one's own business, the best first, each with why",
    query=MatchQuery(),
    data=Matches(),
)
def matches(entity_id: str, query: Document) -> Document:
    """Who has no room to trade is left out."""
    must_own(entity_id)
    since = _moment(entity_id, query["since"])
    found = session.parts().matcher.matches(entity_id, since=since, limit=query["limit"])
    return {**found, "since": since}


@bp.get(f"{_HERE}/not-relevant")
@allow("member")
@operation("What one's business called not relevant, newest first", data=Feedback(), listed=True)
def hidden_matches(entity_id: str) -> Listed:
    """At most five hundred."""
    must_own(entity_id)
    return Listed.whole(session.parts().matcher.feedback(entity_id)["feedback"])


@bp.post(f"{_HERE}/not-relevant")
@allow("member")
@acts("operator")
@operation(
    "A match is not relevant: do not show it again",
    body=NewFeedback(),
    data=Feedback(),
    keyed=True,
    scope=DIRECTORY,
    codes={409: ("feedback.too_much",)},
)
def hide_match(entity_id: str, body: Document, key: str | None) -> Document:
    """When several say so it counts less for all."""
    must_own(entity_id)
    return session.parts().matcher.give_feedback(entity_id, body, key=key)


@bp.delete(f"{_HERE}/not-relevant/<feedback_id>")
@allow("member")
@acts("operator")
@operation("It was relevant after all: show it again", keyed=True, scope=DIRECTORY, codes={404: ("feedback.unknown",)})
def show_match_again(entity_id: str, feedback_id: str, key: str | None) -> None:
    """404 `feedback.unknown` when nothing of that id is hidden."""
    must_own(entity_id)
    session.parts().matcher.take_feedback_back(entity_id, feedback_id, key=key)


def _moment(entity_id: str, asked: str) -> str | None:
    """Since when (RFC 3339). The words for a time may mean none: a first login, nothing mailed yet."""
    if asked == SINCE_ALL:
        return None
    if asked == SINCE_LOGIN:
        previous = login().previous_login
        return str(previous["at"]) if previous else None
    if asked == SINCE_MAIL:
        told: str | None = session.parts().notifier.last_digest(entity_id)["last_digest_at"]
        return told
    return asked

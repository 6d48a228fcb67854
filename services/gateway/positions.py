"""The newest positions of the services that a session has seen: kept in the page cookie, or remembered by a worker."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import flask

POSITIONS = "positions"
SEEN_SESSIONS = 10_000


def remember(bounded: OrderedDict[str, Any], session_id: str, value: Any) -> None:
    """Keep something of a session; of too many the one that was kept longest ago goes."""
    bounded[session_id] = value
    bounded.move_to_end(session_id)
    if len(bounded) > SEEN_SESSIONS:
        bounded.popitem(last=False)


def kept_in_page_cookie() -> dict[str, int]:
    """What this browser has seen."""
    kept = flask.session.get(POSITIONS)
    return dict(kept) if isinstance(kept, dict) else {}


def highest(*seen: Mapping[str, int]) -> dict[str, int]:
    """Of each service the newest position."""
    newest: dict[str, int] = {}
    for positions in seen:
        for name, position in positions.items():
            newest[name] = max(position, newest.get(name, 0))
    return newest

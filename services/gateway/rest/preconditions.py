"""If-Match: change only what the caller has seen (RFC 9110, 13.1.1). Who does not fit gets 412 and changes nothing.

A business's ETag begins with its version, which the directory compares in the transaction that changes it: of two who
saw the same, one is refused. The rest of that tag tells the balance apart, which no change of a profile depends on, so
it is not compared. Everything else is compared here, with what a GET of the same address would say just before: best
effort, for something may still change in between.
"""

import re
from typing import Any

from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from services.gateway import session
from services.gateway.clients import Refused
from services.gateway.representing import etag_of, named

FAILED = "precondition.failed"
UNSUPPORTED = "precondition.unsupported"
_VERSIONED = re.compile(r"v([0-9]{1,18})-[0-9a-f]+")
_MOST = 20


def refuse_unsupported() -> None:
    """Raises Refused: a condition that is not looked at must not be taken for one that holds."""
    if "If-Match" in request.headers:
        raise Refused(412, UNSUPPORTED, "This call can't be made conditional: leave the header If-Match out.")


def expected_versions() -> list[int] | None:
    """The versions that If-Match names; None when any will do. Raises Refused."""
    tags = _asked()
    if tags is None:
        return None
    versions = [int(found[1]) for tag in tags if (found := _VERSIONED.fullmatch(tag))]
    if not versions:
        raise failed()
    return sorted(versions)[-_MOST:]


def compare() -> None:
    """Raises Refused unless a GET of this address would answer what If-Match names."""
    tags = _asked()
    if tags is not None and _etag_now() not in tags:
        raise failed()


def is_comparing() -> bool:
    """Whether a write only asks what a GET would say."""
    return "comparing" in g


def failed() -> Refused:
    """It is not what the caller saw."""
    return Refused(412, FAILED, "This has changed since you read it: GET it again, then repeat with its new ETag.")


def told(version: Any) -> None:
    """The version of what this request answers: its ETag begins with it."""
    g.etag_prefix = f"v{int(version)}-"


def _asked() -> frozenset[str] | None:
    if "If-Match" not in request.headers:
        return None
    tags = named(request.headers["If-Match"], strong=True)
    return None if "*" in tags else tags


def _etag_now() -> str:
    try:
        endpoint, path = current_app.url_map.bind("").match(request.path, method="GET")
    except HTTPException:
        return ""
    view: Any = current_app.view_functions[endpoint]
    allowed: frozenset[str] = getattr(view, "allowed_roles", frozenset())
    login = session.current()
    if login is None or not allowed & login.roles:
        return ""
    g.comparing = True
    shown: Response = view(**path)
    return str(g.pop("etag_prefix", "")) + etag_of(shown.get_data())

"""Headers of the REST API, written down once: what calls may bring and what answers carry.

A header that every route takes or gives belongs in `TAKEN_BY_ALL` or `GIVEN_BY_ALL`, one that comes with a status in
`GIVEN_WITH`; what a single route takes or gives it declares by `@operation(takes=..., gives=...)`.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Header:
    """One header as OpenAPI tells it."""

    name: str
    description: str
    example: str
    kind: str = "string"
    most: int | None = None
    """Characters."""
    pattern: str = ""

    @property
    def schema(self) -> dict[str, Any]:
        """What its value looks like."""
        schema: dict[str, Any] = {"type": self.kind}
        if self.most is not None:
            schema["maxLength"] = self.most
        return schema | ({"pattern": self.pattern} if self.pattern else {})

    @property
    def parameter(self) -> dict[str, Any]:
        """As something that a call may bring."""
        told = {"description": self.description, "schema": self.schema, "example": self.example}
        return {"name": self.name, "in": "header", **told}

    @property
    def given(self) -> dict[str, Any]:
        """As something that an answer carries."""
        return {"description": self.description, "schema": self.schema, "example": self.example}


KEY = Header(
    "Idempotency-Key",
    "The same key with the same body answers the first answer again and does nothing twice.",
    "5f0c9f6e-order-17",
    most=200,
    pattern=r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$",
)
MIN_POSITION = Header(
    "Min-Position",
    "Answer from a state at least this new: the Position header of an earlier answer.",
    "directory=123, ledger=456",
)
POSITION = Header("Position", "What this answer is based on at least.", "directory=123, ledger=456")
CORRELATION = Header("Correlation-Id", "Names this call in our log: tell it when you ask.", "3f1c9a7e5b2d4c68")
RETRY_AFTER = Header("Retry-After", "Seconds to wait before the next try.", "2", kind="integer")
RATE_LIMIT = Header(
    "RateLimit",
    "Points left (r) and seconds until there are all again (t) of each budget that this call counts for.",
    '"address";r=239;t=42, "account";r=231;t=17',
)
RATE_LIMIT_POLICY = Header(
    "RateLimit-Policy",
    "Points (q) in a window of seconds (w), of each (draft-ietf-httpapi-ratelimit-headers-10).",
    '"address";q=240;w=60, "account";q=240;w=60',
)

LAST_EVENT_ID = Header(
    "Last-Event-ID",
    "Of a stream: the id of the last event that was seen; goes on after it.",
    "bGVkZ2VyPTQsZGlyZWN0b3J5PTcsbWF0Y2hlcj0w",
    most=200,
)
REQUEST_ID = Header(
    "X-Request-Id",
    "Names this call in all logs: the caller's own, when it is 8 to 64 of `A-Za-z0-9._-`, else a new one.",
    "order-17.attempt-1",
)
NONE_MATCH = Header(
    "If-None-Match", "The ETag of an earlier answer: 304 without a body when nothing has changed.", '"5f0c9f6e7d1a"'
)
MATCH = Header(
    "If-Match", "The ETag of what you saw, or several, or `*`: 412 when it is another one now.", '"v57-5f0c9f6e7d1a"'
)
ETAG = Header("ETag", "Strong: changes with everything that this answer says.", '"5f0c9f6e7d1a"')
CACHE_CONTROL = Header(
    "Cache-Control",
    "`public, max-age=…` for what a visitor reads, where that may be kept; else `no-store`.",
    "no-store",
)
AUTHENTICATE = Header("WWW-Authenticate", "How to be known.", 'Bearer realm="MCCS"')

TAKEN_BY_ALL = (MIN_POSITION, REQUEST_ID)
TAKEN_BY_READS = (NONE_MATCH,)
"""By every GET that answers JSON."""
GIVEN_BY_ALL = (POSITION, CORRELATION, REQUEST_ID, CACHE_CONTROL, RATE_LIMIT, RATE_LIMIT_POLICY)
"""By every answer, refusals too."""
GIVEN_BY_READS = (ETAG,)
GIVEN_WITH = {401: (AUTHENTICATE,), 429: (RETRY_AFTER,), 503: (RETRY_AFTER,)}
"""By answers with that status."""

"""One declaration per route: read the request by it, write the answer by it, describe it in OpenAPI by it."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from flask import Response, request
from marshmallow import Schema

from services.gateway.rest import preconditions, reading
from services.gateway.rest.answers import answer, only
from services.gateway.rest.headers import Header


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a route takes and gives."""

    summary: str
    body: Schema | None = None
    query: Schema | None = None
    data: Schema | None = None
    """Of the answer's `data`, or of each item when `listed`; None answers `{}`."""
    listed: bool = False
    cursor: str = ""
    """The field of `query` that `?cursor=` stands for: where the list goes on, whatever comes or goes before it."""
    cached: int = 0
    """Seconds that caches may keep what a visitor is answered; 0: not at all."""
    matched: str = ""
    """What If-Match is compared with: `version`, of the document, by the service that changes it (the view takes
    `expected`); `etag`, just before; empty: nothing, it is refused. GET says `version` too, for its ETag."""
    keyed: bool = False
    """Takes an Idempotency-Key."""
    media: tuple[str, ...] = ()
    """Answers a file of one of these types, which the view makes as a Response itself, instead of the envelope."""
    streamed: str = ""
    """Answers a stream of this type instead, when asked for it by Accept."""
    upload: tuple[str, ...] = ()
    """Takes a file of one of these types as its body, which the view reads itself."""
    scope: str = ""
    """What a personal API token needs for it; empty: what `services.gateway.scopes.needed` makes of it."""
    notes: str = ""
    """More than the summary says."""
    codes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """How it may be refused: status to the codes of its own, e.g. `{422: ("transfer.limit_exceeded",)}`. What follows
    from the rest of the declaration (login, body, key, path) is added by `services.gateway.rest.refusals`."""
    also: Mapping[int, str] = field(default_factory=dict)
    """Other answers that are no refusals and have no body: status to a sentence, e.g. 304."""
    takes: tuple[Header, ...] = ()
    """Headers that a call may bring, beside those that all take and `keyed`."""
    gives: tuple[Header, ...] = ()
    """Headers of its answers, beside those that all give."""
    example: Any = None
    """A body for the documentation; made from the schema when left out. Tests send it."""
    answers: Any = None
    """An example of `data` (of one item when `listed`); made from the schema when left out."""
    group: str = ""
    """The heading in the documentation; empty: its module's."""

    def is_sparse(self, method: str) -> bool:
        """Whether `?fields=` may choose of what it answers."""
        return self.data is not None and not self.media and method.upper() in ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list."""

    items: Sequence[Any]
    total: int
    page_size: int
    following: str | None = None
    """The cursor of the next page, where there are cursors."""

    @classmethod
    def whole(cls, items: Sequence[Any]) -> Self:
        """All there is, on one page."""
        return cls(items, len(items), max(1, len(items)))


def operation(summary: str, **declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Declare a view. It is called with `body`, `query` and `key` as far as declared; it returns what `data` dumps."""
    told = Operation(summary=summary, **declared)

    def declare(view: Callable[..., Any]) -> Callable[..., Response]:
        @functools.wraps(view)
        def answered(**path: Any) -> Response:
            # What is wrong with the question is said before anything is done.
            chosen = reading.chosen(told.data) if told.data and told.is_sparse(request.method) else None
            return _written(told, view(**path, **_read(told)), chosen)

        answered.operation = told  # type: ignore[attr-defined]
        return answered

    return declare


def _read(told: Operation) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if told.keyed:
        given["key"] = reading.idempotency_key()
    if told.query is not None:
        given["query"] = reading.query(told.query, cursor=told.cursor)
    if told.body is not None:
        given["body"] = reading.json_body(told.body)
    return given | _preconditions(told)


def _preconditions(told: Operation) -> dict[str, Any]:
    if request.method in ("GET", "HEAD") or preconditions.is_comparing():
        return {}
    match told.matched:
        case "version":
            return {"expected": preconditions.expected_versions()}
        case "etag":
            preconditions.compare()
        case _:
            preconditions.refuse_unsupported()
    return {}


def _written(told: Operation, result: Any, chosen: tuple[str, ...] | None) -> Response:
    if isinstance(result, Response):
        return result
    if told.data is None:
        return answer({})
    if isinstance(result, Listed):
        pages = max(1, -(-result.total // result.page_size))
        meta: dict[str, int | str] = {"numberOfResults": result.total, "totalPages": pages}
        meta |= {"next": result.following} if result.following else {}
        response = answer(only(told.data.dump(result.items, many=True), chosen), meta)
        if further := reading.following_address(result.following, pages):
            response.headers["Link"] = f'<{further}>; rel="next"'
        return response
    if told.matched == "version":
        preconditions.told(result["version"])
    return answer(only(told.data.dump(result, many=told.listed), chosen))

"""A client of the MCCS REST API: one method a route, with types. Needs nothing but Python 3.11."""

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, NotRequired, TypedDict  # noqa: F401 -- for what is made below
from urllib.parse import quote, urlencode

Number = Decimal | int


class Refused(Exception):
    """The API said no. `codes` are stable; `errors` has a sentence for people each, and often the field."""

    def __init__(self, status: int, document: Mapping[str, Any], retry_after: int | None) -> None:
        self.status, self.retry_after = status, retry_after
        self.errors: list[dict[str, Any]] = list(document.get("errors", ()))
        self.correlation_id: str = document.get("correlationId", "")
        super().__init__(f"{status}: " + " ".join(str(error.get("message")) for error in self.errors))

    @property
    def codes(self) -> list[str]:
        """One for each error."""
        return [str(error["code"]) for error in self.errors]


class Page(list[Any]):
    """The items of a list, with how many there are in all."""

    total = 0
    pages = 1
    next: str | None = None


class Calls:
    """How calls are made. A write gets a fresh Idempotency-Key unless one is given: give the same one to try again."""

    def __init__(self, address: str, token: str = "", seconds: float = 20.0) -> None:
        self.address, self.token, self.seconds = address.rstrip("/"), token, seconds
        self.positions = ""
        """What was seen: later calls are answered from a state at least as new."""

    def _call(
        self,
        method: str,
        path: str,
        *,
        parts: Mapping[str, str],
        query: Mapping[str, Any],
        body: Any = None,
        key: str | None = None,
        keyed: bool = False,
    ) -> Any:
        url = self.address + path.format_map({name: quote(value, safe="") for name, value in parts.items()})
        asked = {name: _written(value) for name, value in query.items() if value is not None}
        content = body if isinstance(body, bytes) or body is None else json.dumps(body, default=_plain).encode()
        request = urllib.request.Request(  # noqa: S310 -- the address is the caller's own
            f"{url}?{urlencode(asked)}" if asked else url, content, self._headers(body), method=method
        )
        if keyed:
            request.add_header("Idempotency-Key", key or uuid.uuid4().hex)
        try:
            with urllib.request.urlopen(request, timeout=self.seconds) as answer:  # noqa: S310
                self.positions = answer.headers.get("Position", self.positions)
                return _read(answer.read(), answer.headers.get_content_type())
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, error.read(), error.headers.get("Retry-After")) from None

    def _headers(self, body: Any) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers | ({"Min-Position": self.positions} if self.positions else {})


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_written, value))
    if isinstance(value, Decimal):
        return _plain(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{type(value).__name__} is nothing that JSON knows")


def _read(content: bytes, media: str) -> Any:
    if media != "application/json":
        return content
    document = json.loads(content, parse_float=Decimal)
    if "meta" not in document:
        return document["data"]
    page = Page(document["data"])
    page.total, page.pages = document["meta"]["numberOfResults"], document["meta"]["totalPages"]
    page.next = document["meta"].get("next")
    return page


def _refusal(status: int, content: bytes, retry_after: str | None) -> Refused:
    try:
        document = json.loads(content)
    except ValueError:
        document = {}
    return Refused(status, document, int(retry_after) if retry_after and retry_after.isdigit() else None)

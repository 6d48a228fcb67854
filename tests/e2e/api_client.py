"""A program that talks to /api/v1, as a member's or administrator's own would."""

import json
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Answer:
    """Status, JSON document and headers of an answer."""

    status: int
    document: dict[str, Any]
    headers: dict[str, str]

    @property
    def data(self) -> Any:
        """What a success carries; fails with the whole answer otherwise."""
        assert self.status == 200, f"{self.status}: {self.document}"
        return self.document.get("data")

    @property
    def codes(self) -> list[str]:
        return [error["code"] for error in self.document["errors"]]


@dataclass
class Api:
    """A client with at most one login."""

    address: str
    token: str = ""
    positions: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, key: str | None = None, **query: Any) -> Answer:
        """One call; writes get a fresh Idempotency-Key unless `key` is given."""
        url = f"{self.address}/api/v1{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Content-Type": "application/json", **self.headers}
        if method != "GET":
            headers["Idempotency-Key"] = key or uuid.uuid4().hex
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return _answer(response.status, response.read(), dict(response.headers))
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error.read(), dict(error.headers))

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path, **query)

    def post(self, path: str, body: Any = None, key: str | None = None) -> Answer:
        return self.call("POST", path, body or {}, key)

    def patch(self, path: str, body: Any) -> Answer:
        return self.call("PATCH", path, body)


def _answer(status: int, body: bytes, headers: dict[str, str]) -> Answer:
    document = json.loads(body, parse_float=Decimal) if body else {}
    return Answer(status, document, {name.lower(): value for name, value in headers.items()})

"""The REST API as a member or an administrator uses it: patient when the system asks for patience."""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import urllib3

_TRIES = 12
_LONGEST_WAIT = 65
_PATIENCE = {429, 503}


class Refused(Exception):
    """The API said no: HTTP status, its stable codes, its words."""

    def __init__(self, status: int, codes: tuple[str, ...], words: str) -> None:
        super().__init__(f"{status} {', '.join(codes)}: {words}")
        self.status, self.codes = status, codes


class Api:
    """Calls below `<public_url>/api/v1`, from several threads at once."""

    def __init__(self, public_url: str) -> None:
        self._base = f"{public_url.rstrip('/')}/api/v1"
        self._pool = urllib3.PoolManager(maxsize=16, retries=False, timeout=urllib3.Timeout(connect=5, read=30))

    def get(self, path: str, token: str = "", **query: Any) -> Any:
        """The `data` of an answer. Raises Refused, urllib3's HTTPError."""
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path, None, token, "")

    def post(self, path: str, body: Mapping[str, Any], token: str = "", key: str = "") -> Any:
        """The same, for a command."""
        return self._call("POST", path, body, token, key)

    def patch(self, path: str, body: Mapping[str, Any], token: str, key: str) -> Any:
        """The same, for a change."""
        return self._call("PATCH", path, body, token, key)

    def takes(self, shape: str, field: str) -> bool:
        """Whether the API's description knows `field` in a request of that shape."""
        response = self._pool.request("GET", f"{self._base}/openapi.json")
        shapes = json.loads(response.data).get("components", {}).get("schemas", {}) if response.status < 400 else {}
        return field in shapes.get(shape, {}).get("properties", {})

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None, token: str, key: str) -> Any:
        headers = {"Authorization": f"Bearer {token}" if token else "", "Idempotency-Key": key}
        headers = {name: value for name, value in headers.items() if value}
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        for tries_left in reversed(range(_TRIES)):
            response = self._pool.request(method, self._base + path, body=content, headers=headers)
            if response.status not in _PATIENCE or not tries_left:
                break
            time.sleep(min(float(response.headers.get("Retry-After", "1")), _LONGEST_WAIT))
        return _data_of(response)


def _data_of(response: urllib3.BaseHTTPResponse) -> Any:
    try:
        document = json.loads(response.data)
    except ValueError:
        document = {}
    if response.status < 400:
        return document["data"]
    errors = document.get("errors", [])
    codes = tuple(str(error.get("code", "")) for error in errors)
    raise Refused(response.status, codes, " ".join(str(error.get("message", "")) for error in errors))

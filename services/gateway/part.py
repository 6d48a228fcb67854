"""What the clients of all services have in common: a line, an asker, and paths that stay where they are."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from services.chassis.tokens import Caller
from services.gateway.calling import READ_SECONDS, Asker, Document, Line, Refused, Stream

_SEGMENT = re.compile(r"[A-Za-z0-9_-]{1,200}")


class Part:
    """One service, bound to one asker."""

    SERVICE: ClassVar[str]

    def __init__(self, line: Line, asker: Asker) -> None:
        self._line, self._asker = line, asker

    def followed(self) -> Document:
        """`{head or null, followed: {service: position}}`: its newest position, and up to where it has the others'."""
        return self._get("/followed")

    def _get(self, path: str, **query: Any) -> Document:
        return self._line.ask(self._asker, "GET", path, query=query)

    def _write(
        self, method: str, path: str, body: Mapping[str, Any], key: str | None, seconds: float = READ_SECONDS
    ) -> Document:
        return self._line.ask(self._asker, method, path, body=body, key=key, seconds=seconds)

    def _open(self, path: str, **query: Any) -> Stream:
        return self._line.open(self._asker, path, query=query)

    def _as(self, caller: Caller) -> Asker:
        # Shares the positions: what the gateway itself learns, the session has seen too.
        return Asker(caller, self._asker.positions, self._asker.address)


def segment(text: str) -> str:
    """`text` as one step of a path. Raises Refused: what comes from an address bar must not become another path."""
    if not _SEGMENT.fullmatch(text):
        raise Refused(404, "http.not_found", "There is nothing under this address.")
    return text

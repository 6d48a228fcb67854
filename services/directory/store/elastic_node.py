"""How Elasticsearch's client reaches it: over the chassis' connections, whose CPU is a tenth of urllib3's (ADR 20)."""

import time
from typing import ClassVar

from elastic_transport import (
    ApiResponseMeta,
    BaseNode,
    ConnectionError,  # noqa: A004 -- the client's name for it
    ConnectionTimeout,
    HttpHeaders,
    NodeConfig,
)
from elastic_transport._node import NodeApiResponse  # exported nowhere, but what a node has to answer
from elastic_transport.client_utils import DEFAULT, DefaultType

from services.chassis.connections import Connections, NoAnswer, NoneFree, TooSlow

_CONNECT_SECONDS = 2.0
_LONGEST_SECONDS = 10.0
"""Until one of its connections is free, and for a question that says no time."""


class Node(BaseNode):
    """One server of Elasticsearch."""

    _CLIENT_META_HTTP_CLIENT: ClassVar[tuple[str, str]] = ("mccs", "1")

    def __init__(self, config: NodeConfig) -> None:
        super().__init__(config)
        self._ways = Connections(
            self.base_url, config.connections_per_node, connect_seconds=_CONNECT_SECONDS, wait_seconds=_LONGEST_SECONDS
        )

    def perform_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,
        request_timeout: DefaultType | float | None = DEFAULT,
    ) -> NodeApiResponse:
        """The base's. Raises ConnectionError, ConnectionTimeout."""
        seconds = request_timeout if isinstance(request_timeout, int | float) else self.config.request_timeout
        began = time.monotonic()
        try:
            answer = self._ways.ask(
                method, target, body or None, {**self.headers, **(headers or {})}, seconds or _LONGEST_SECONDS
            )
        except (TooSlow, NoneFree) as error:
            raise ConnectionTimeout(type(error).__name__) from error
        except NoAnswer as error:
            raise ConnectionError(type(error).__name__) from error
        meta = ApiResponseMeta(
            answer.status, "1.1", HttpHeaders(answer.headers), time.monotonic() - began, self.config
        )  # fmt: skip
        return NodeApiResponse(meta, answer.data)

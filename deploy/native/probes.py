"""Ask a local HTTP server one short question."""

import http.client

from deploy.native.ports import LOOPBACK


def http_get(port: int, path: str, *, seconds: float = 5) -> tuple[int, bytes] | None:
    """Status and body of a loopback server's answer; None when nobody answers properly in time."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=seconds)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()

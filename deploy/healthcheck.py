"""`python -m deploy.healthcheck http 8001` or `… heartbeat /tmp/heartbeat`: exit code 0 when the process is well."""

import socket
import sys
import time
from pathlib import Path

STALE_SECONDS = 30


def answers(port: str) -> bool:
    """Whether /readyz says that the service and what it needs are up.

    By a bare socket: while a system starts each of its processes is asked every few seconds, and to load an HTTP
    client for that took more of the machine than what was started.
    """
    try:
        with socket.create_connection(("127.0.0.1", int(port)), timeout=5) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            with connection.makefile("rb") as answer:
                return answer.readline().split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def beats(file: str) -> bool:
    """Whether the loop has touched its heartbeat file lately."""
    try:
        return time.time() - Path(file).stat().st_mtime < STALE_SECONDS
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    kind, target = sys.argv[1:3]
    sys.exit(0 if {"http": answers, "heartbeat": beats}[kind](target) else 1)

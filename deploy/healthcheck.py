"""`python -m deploy.healthcheck http 8001` or `… heartbeat /tmp/heartbeat`: exit code 0 when the process is well."""

import sys
import time
import urllib.request
from pathlib import Path

STALE_SECONDS = 30


def answers(port: str) -> bool:
    """Whether /readyz says that the service and what it needs are up."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{int(port)}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
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

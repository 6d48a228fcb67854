"""Without a broker a relay and a consumer wait for it, and stop in time when asked to."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import wait_until

RELAY = """
from services.chassis.process import new_stop
from services.chassis.relaying import relay
from tests.chassis.test_relaying import ListOutbox, records
import sys
outbox = ListOutbox(records("any", 1))
relay(outbox, sys.argv[1], new_stop())
sys.exit(outbox.cursor)
"""


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address where nobody listens, and nobody else will."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


@pytest.mark.parametrize("part", ["relay", "consumer"])
def test_it_stops_in_time_and_has_done_nothing(part: str, nowhere: str, tmp_path: Path):
    notes, beat = tmp_path / "notes.json", tmp_path / "heartbeat"
    arguments = {
        "relay": ["-c", RELAY, nowhere],
        "consumer": ["-m", "tests.chassis.notebook", nowhere, "any", "group", str(notes), str(tmp_path / "block")],
    }[part]
    with subprocess.Popen([sys.executable, *arguments], env={"HEARTBEAT_FILE": str(beat)}) as process:
        wait_until(beat.exists, seconds=20)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert not notes.exists()

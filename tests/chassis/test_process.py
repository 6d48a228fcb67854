"""Processes: commands, heartbeat, and an orderly end."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.chassis.process import Stop, gunicorn_command, main
from tests.waiting import wait_until


def test_an_unknown_command_names_those_that_exist(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as refused:
        main("box", {"serve": lambda: None, "migrate": lambda: None}, ["box", "dance"])
    assert refused.value.code == 64
    assert "python -m services.box serve|migrate" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["box"], []])
def test_no_command_is_an_unknown_command(arguments: list[str]):
    with pytest.raises(SystemExit, match="64"):
        main("box", {}, arguments)


def test_the_heartbeat_tells_that_the_loop_lives(tmp_path: Path):
    file = tmp_path / "heartbeat"
    stop = Stop(str(file))
    assert not file.exists()
    stop.beat()
    assert file.exists()
    file.unlink()
    stop.beat()
    assert not file.exists(), "at most once a second"


def test_waiting_ends_when_asked_to_stop():
    stop = Stop()
    assert not stop.wait(0)
    stop.request()
    assert stop.requested
    assert stop.wait(60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_to_stop(number: signal.Signals, tmp_path: Path):
    program = "from services.chassis.process import new_stop; s = new_stop(); s.beat(); exit(0 if s.wait(30) else 1)"
    beat = tmp_path / "heartbeat"
    with subprocess.Popen([sys.executable, "-c", program], env={"HEARTBEAT_FILE": str(beat)}) as process:
        wait_until(beat.exists, seconds=20)
        process.send_signal(number)
        assert process.wait(timeout=10) == 0


def test_gunicorn_gets_the_address_and_stops_within_ten_seconds():
    command = gunicorn_command("services.box.app:serving_app()", "127.0.0.1", 8001, 3)
    assert command[3] == "services.box.app:serving_app()"
    assert command[command.index("--bind") + 1] == "127.0.0.1:8001"
    assert command[command.index("--workers") + 1] == "3"
    assert int(command[command.index("--graceful-timeout") + 1]) < 10

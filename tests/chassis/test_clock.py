"""The clock: UTC, and a file in development alone."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from services.chassis.clock import clock_for, rfc3339, system_clock


def test_text_order_is_time_order():
    early = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert rfc3339(early) == "2026-01-31T12:00:00.000000Z"
    assert rfc3339(early) < rfc3339(early + timedelta(microseconds=1))
    assert rfc3339(early.astimezone(timezone(timedelta(hours=-9)))) == rfc3339(early)


def test_development_takes_the_time_from_the_file_while_it_exists(tmp_path: Path):
    file = tmp_path / "clock"
    clock = clock_for("development", str(file))
    file.write_text("2026-05-01T09:30:00+01:00\n")
    assert clock() == datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
    file.unlink()
    assert abs(clock() - system_clock()) < timedelta(minutes=1)


@pytest.mark.parametrize("content", ["", "soon"])
def test_a_broken_file_does_not_stop_the_clock(tmp_path: Path, content: str):
    (tmp_path / "clock").write_text(content)
    assert clock_for("development", str(tmp_path / "clock"))().tzinfo is UTC


def test_production_refuses_a_clock_file():
    with pytest.raises(ValueError, match="development only"):
        clock_for("production", "/tmp/clock")
    assert clock_for("production", None) is system_clock
    assert clock_for("production", "") is system_clock

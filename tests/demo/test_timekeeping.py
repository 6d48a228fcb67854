"""The loader's clock and its note."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.demo.timekeeping import Clock, Marker
from services.chassis.clock import development_clock

MOMENT = datetime(2026, 5, 23, 9, tzinfo=UTC)


def test_services_see_the_time_and_it_never_goes_back(tmp_path: Path):
    clock, seen = Clock(tmp_path / "clock"), development_clock(str(tmp_path / "clock"))
    clock.reach(MOMENT)
    clock.reach(MOMENT - timedelta(days=1))
    assert seen() == MOMENT
    clock.reach(MOMENT + timedelta(days=1))
    assert seen() == MOMENT + timedelta(days=1)
    clock.stop()
    clock.stop()
    assert seen() > MOMENT + timedelta(days=2)
    assert list(tmp_path.iterdir()) == []


def test_the_marker_remembers(tmp_path: Path):
    marker = Marker(tmp_path / "demo")
    assert marker.read() == (None, False)
    marker.write(MOMENT, complete=False)
    assert marker.read() == (MOMENT, False)
    marker.write(MOMENT, complete=True)
    assert Marker(tmp_path / "demo").read() == (MOMENT, True)


@pytest.mark.parametrize("content", ["", "{}", "null", '{"planned_for": "soon", "complete": true}'])
def test_a_broken_marker_is_no_marker(tmp_path: Path, content: str):
    (tmp_path / "demo").write_text(content)
    assert Marker(tmp_path / "demo").read() == (None, False)

"""The course of a balance: places of the line, of zero and of the limits, and the table beside it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from services.gateway.charting import MARGIN, SIDE, Chart, Course, Step, chart, course, stretches

START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2026, 4, 1, tzinfo=UTC)
LOW, HIGH = f"{(SIDE - MARGIN) / 10}%", f"{MARGIN / 10}%"


def some_steps(*moves: tuple[float, int], opening: int = 0) -> list[Step]:
    """Days after the start and amounts; balances run."""
    steps, balance = [], opening
    for days, amount in moves:
        balance += amount
        steps.append(Step(START + timedelta(days=days), amount, balance))
    return steps


def a_course(*moves: tuple[float, int], opening: int = 0, until: datetime = END) -> Course:
    return Course(START, until, opening, some_steps(*moves, opening=opening))


def test_without_entries_the_line_is_level() -> None:
    drawn = chart(a_course(opening=500), (-1000, 1000))
    assert drawn.line == "M0 320H1000V320"
    assert (drawn.opening, drawn.closing, drawn.least, drawn.most) == (500, 500, 500, 500)
    assert (drawn.end_x, drawn.end_y) == ("100.0%", "32.0%")


def test_nothing_at_all_is_drawn_in_the_middle() -> None:
    drawn = chart(a_course(), (0, 0))
    assert drawn.line == "M0 500H1000V500"
    assert (drawn.above, drawn.below) == ("", "")
    assert drawn.lowest == drawn.highest == drawn.zero
    assert drawn.zero.y == "50.0%"


def test_one_entry_is_one_step_at_its_time() -> None:
    drawn = chart(a_course((45, 1000)), (-1000, 1000))
    assert drawn.line == "M0 500H500V140H1000V140"
    assert drawn.above == "M0 500H0V500H500V140H1000V140V500Z"
    assert drawn.below == ""


def test_a_balance_at_a_limit_lies_on_its_line() -> None:
    drawn = chart(a_course((10, 5000), (20, -7000)), (-2000, 5000))
    assert drawn.highest
    assert drawn.lowest
    assert (drawn.highest.y, drawn.lowest.y) == (HIGH, LOW)
    assert f"V{MARGIN}H" in drawn.line
    assert drawn.end_y == drawn.lowest.y


def test_a_balance_beyond_a_limit_stays_in_the_picture() -> None:
    drawn = chart(a_course((10, 9000)), (-1000, 6000))
    assert drawn.end_y == HIGH
    assert drawn.highest
    assert float(drawn.highest.y[:-1]) > float(HIGH[:-1])


def test_a_limit_out_of_all_proportion_is_named_and_not_drawn() -> None:
    drawn = chart(a_course((10, 1000), (20, -1500)), (-5000, 100_000_000))
    assert drawn.highest
    assert drawn.lowest
    assert (drawn.highest.amount, drawn.highest.y) == (100_000_000, "")
    assert drawn.lowest.y == LOW


def test_without_known_limits_there_are_none() -> None:
    drawn = chart(a_course((10, 1000)))
    assert (drawn.highest, drawn.lowest) == (None, None)


@pytest.mark.parametrize("huge", [10**15, -(10**15), 9_007_199_254_740_993])
def test_huge_amounts_stay_in_the_picture(huge: int) -> None:
    drawn = chart(a_course((1, huge), (2, -huge), (3, 1)), (-(10**15), 10**15))
    assert all(MARGIN <= place <= SIDE - MARGIN for place in heights(drawn))


def test_times_outside_are_drawn_at_the_edge() -> None:
    drawn = chart(a_course((-5, 100), (400, 100)))
    assert drawn.line == "M0 860H0V500H1000V140H1000V140"


def test_a_period_of_no_length_has_a_picture() -> None:
    assert chart(a_course((0, 100), until=START)).line.startswith("M0 860H0V140")


def test_thousands_of_entries_are_a_short_path_that_keeps_extremes() -> None:
    moves = [(number * 90 / 20_000, 300 if number % 2 else -200) for number in range(20_000)]
    drawn = chart(a_course(*moves))
    assert len(drawn.line) < 25_000
    assert (drawn.least, drawn.most) == (-200, 1_000_000)
    places = along(drawn)
    assert all(one < other for one, other in pairwise(places[:-1]))


def heights(drawn: Chart) -> list[int]:
    return [int(part.split("H")[0]) for part in drawn.line.split("V")[1:]]


def along(drawn: Chart) -> list[int]:
    return [int(part.split("V")[0]) for part in drawn.line.split("H")[1:]]


# --- what is worth drawing ------------------------------------------------------------------------------------------


def test_the_time_to_come_is_not_drawn() -> None:
    now = START + timedelta(days=30)
    assert course([], opening=0, since=START, until=END, now=now).until == now
    assert course([], opening=0, since=END, until=END + timedelta(days=9), now=now).until == END


def test_of_a_long_time_the_quiet_before_the_first_entry_is_left_out() -> None:
    steps = some_steps((0, 100))
    drawn = course(steps, opening=0, since=datetime(1900, 1, 1, tzinfo=UTC), until=END, now=END)
    assert START - timedelta(days=10) < drawn.since < START


# --- the table -----------------------------------------------------------------------------------------------------


def test_three_months_are_three_rows_that_add_up() -> None:
    rows = stretches(a_course((0, 300), (31, -100), (45, 50), (89.9, 25), opening=10))
    assert [(row.first, row.last) for row in rows] == [
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 31)),
    ]
    assert [(row.received, row.paid, row.closing) for row in rows] == [(300, 0, 310), (50, 100, 260), (25, 0, 285)]


@pytest.mark.parametrize(("days", "rows"), [(0, 0), (1, 1), (8, 8), (9, 2), (63, 10), (64, 3), (400, 14), (900, 3)])
def test_a_table_is_short_whatever_the_time(days: int, rows: int) -> None:
    assert len(stretches(a_course(until=START + timedelta(days=days)))) == rows

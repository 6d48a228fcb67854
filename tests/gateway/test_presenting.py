"""Figures, times and the gauge as people see them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from markupsafe import Markup

from services.gateway.presenting import (
    account_number,
    deadline,
    figure,
    gauge,
    gauge_change,
    kind_words,
    money,
    parsed,
    signed_figure,
    span,
    transfer_words,
    when,
)

NOON = "2026-07-01T12:00:00.000000Z"


@pytest.fixture(autouse=True)
def language(app: Flask) -> Iterator[None]:
    """A request of somebody in England."""
    with app.test_request_context("/login"):
        yield


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (-5, "\N{MINUS SIGN}0.05"),
        (123_450, "1,234.50"),
        (-100_000_000, "\N{MINUS SIGN}1,000,000.00"),
        # More than a float can hold.
        (9_007_199_254_740_993, "90,071,992,547,409.93"),
    ],
)
def test_figures_have_two_decimals_and_a_true_minus(amount: int, text: str) -> None:
    assert figure(amount) == text


def test_a_sign_is_written_where_it_matters() -> None:
    assert signed_figure(2500) == "+25.00"
    assert signed_figure(-2500) == "\N{MINUS SIGN}25.00"
    assert signed_figure(0) == "0.00"


def test_money_bears_its_unit_on_the_same_line() -> None:
    assert money(2500) == "25.00\N{NO-BREAK SPACE}credits"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2026-01-01", "2026-01-31", "Jan 2026"),
        ("2026-01-01", "2026-12-31", "2026"),
        ("2026-01-05", "2026-01-05", "5 Jan 2026"),
        ("2026-01-05", "2026-01-31", "5 – 31 Jan 2026"),
        ("2026-01-31", "2026-02-28", "31 Jan – 28 Feb 2026"),
        ("2025-12-31", "2026-01-31", "31 Dec 2025 – 31 Jan 2026"),
    ],
)
def test_what_two_days_share_is_said_once(first: str, last: str, text: str) -> None:
    assert span(date.fromisoformat(first), date.fromisoformat(last)) == text


def test_account_numbers_are_grouped() -> None:
    assert account_number("1000000000000008") == "1000 0000 0000 0008"


@pytest.mark.parametrize(
    ("now", "text"),
    [
        ("2026-07-01T12:00:30.000000Z", "just now"),
        ("2026-07-01T12:05:00.000000Z", "5 minutes ago"),
        # London in summer is an hour ahead.
        ("2026-07-02T12:00:00.000000Z", "1 Jul 2026, 13:00"),
        ("2026-06-30T12:00:00.000000Z", "1 Jul 2026, 13:00"),
    ],
)
def test_times_are_relative_under_a_day_and_exact_on_hover(now: str, text: str) -> None:
    shown = when(NOON, parsed(now))
    assert shown == f'<time datetime="2026-07-01T12:00:00+00:00" title="2026-07-01 12:00:00 UTC">{text}</time>'


def test_no_time_is_nothing() -> None:
    assert when(None) == ""
    assert parsed(NOON) == datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("balance", "low", "high", "zero", "marker", "left", "width", "sign"),
    [
        (0, 10_000, 10_000, "50.0%", "50.0%", "50.0%", "0.0%", "none"),
        (5_000, 10_000, 10_000, "50.0%", "75.0%", "50.0%", "25.0%", "plus"),
        (-5_000, 10_000, 10_000, "50.0%", "25.0%", "25.0%", "25.0%", "minus"),
        # Limits lowered below the balance: drawn at the edge.
        (90_000, 0, 50_000, "0.0%", "100.0%", "0.0%", "100.0%", "plus"),
        (-20_000, 10_000, 0, "100.0%", "0.0%", "0.0%", "100.0%", "minus"),
        (0, 0, 0, "50%", "50%", "50%", "0%", "none"),
    ],
)
def test_the_gauge_shows_where_a_balance_lies(
    balance: int, low: int, high: int, zero: str, marker: str, left: str, width: str, sign: str
) -> None:
    drawn = gauge(balance, low, high)
    assert (drawn.zero, drawn.marker, drawn.left, drawn.width, drawn.sign) == (zero, marker, left, width, sign)


@pytest.mark.parametrize(
    ("before", "after", "low", "high", "drawn"),
    [
        (1_000, -1_500, 10_000, 10_000, ("55.0%", "42.5%", "42.5%", "12.5%", "minus")),
        (-5_000, 5_000, 10_000, 10_000, ("25.0%", "75.0%", "25.0%", "50.0%", "plus")),
        (0, 90_000, 10_000, 10_000, ("50.0%", "100.0%", "50.0%", "50.0%", "plus")),
        (0, 0, 0, 0, ("50%", "50%", "50%", "0%", "none")),
    ],
)
def test_the_gauge_shows_from_where_to_where_a_balance_goes(
    before: int, after: int, low: int, high: int, drawn: tuple[str, ...]
) -> None:
    found = gauge_change(before, after, low, high)
    assert (found.before, found.after, found.left, found.width, found.sign) == drawn


def test_a_cancelled_transfer_says_how_it_ended() -> None:
    assert transfer_words({"status": "cancelled", "cancellation": {"kind": "rejected"}}) == "Declined"
    assert transfer_words({"status": "cancelled", "cancellation": {"kind": "cancelled"}}) == "Withdrawn"
    assert transfer_words({"status": "cancelled", "cancellation": {"kind": "expired"}}) == "Expired"
    assert transfer_words({"status": "initiated", "cancellation": None}) == "Waiting for an answer"
    assert transfer_words({"status": "completed", "cancellation": None, "reversed_by": "t-2"}) == "Reversed"


@pytest.mark.parametrize(
    ("kind", "direction", "words"),
    [
        ("transfer", "pay", "Payment"),
        ("transfer", "request", "Payment request"),
        ("admin", "pay", "Administrator's transfer"),
        ("reversal", "pay", "Reversal"),
        ("barter", "pay", "barter"),
    ],
)
def test_a_transfer_says_of_what_sort_it_is(kind: str, direction: str, words: str) -> None:
    assert kind_words({"kind": kind, "direction": direction}) == words


@pytest.mark.parametrize(
    ("moment", "text"),
    [("2026-12-22T12:00:00.000000Z", "22 Dec"), ("2027-01-03T12:00:00.000000Z", "3 Jan 2027"), (None, "")],
)
def test_a_day_to_come_bears_its_year_when_it_is_another(moment: str | None, text: str) -> None:
    assert Markup(deadline(moment, parsed(NOON))).striptags() == text

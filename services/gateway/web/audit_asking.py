"""What auditors ask for in the address of a page: each problem stands beside its field, nothing is asked then.

Days are the reader's, and both ends of a period count whole; the ledger gets instants.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import get_timezone, gettext, lazy_gettext

from services.chassis.clock import rfc3339
from services.gateway import auditing
from services.gateway.amounts import MalformedAmount, positive_minor_units
from services.gateway.amounts import text as plain_amount
from services.gateway.clients import Document, Refused
from services.gateway.fields import luhn_holds
from services.gateway.web.cards import Card, card
from services.gateway.web.refusals import words

LONGEST = 100
_YEARS = (1900, 9000)
_PLACES = {"from_position": "from", "to_position": "to", "position": "at"}
"""Positions, and the days that are another way to say the same."""
_NEEDED = frozenset({"n", "seed", "text"})
_DAYS_LATER = {"from": 0, "to": 1, "at": 1}
_RANGES = {
    "from_position": (1, 2**53),
    "to_position": (1, 2**53),
    "position": (1, 2**53),
    "percent": (0, 99),
    "n": (1, 1000),
    "length": (2, 5),
}
LABELS = {
    "from": lazy_gettext("From"),
    "to": lazy_gettext("To, and with"),
    "at": lazy_gettext("At the end of"),
    "from_position": lazy_gettext("From position"),
    "to_position": lazy_gettext("To position"),
    "position": lazy_gettext("Or as of position"),
    "percent": lazy_gettext("Percent of the limit left"),
    "n": lazy_gettext("How many"),
    "seed": lazy_gettext("Seed"),
    "length": lazy_gettext("Accounts in a ring, at most"),
    "min_amount": lazy_gettext("Sum, at least"),
    "text": lazy_gettext("Words"),
    "type": lazy_gettext("Type"),
    "account": lazy_gettext("Account number"),
}
HINTS = {
    "seed": lazy_gettext("Any words: the same draw the same transfers again."),
    "text": lazy_gettext("In what it is for, or in the reference."),
}


class _Wrong(Exception):
    """What was typed makes no sense; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a page: as typed, as the ledger takes them, as the file's address has them; what is wrong."""

    typed: Mapping[str, str]
    query: Mapping[str, Any]
    address: Mapping[str, Any]
    problems: Mapping[str, str]
    is_complete: bool
    """Whether all is given that the view can't do without."""

    @property
    def given(self) -> dict[str, Any]:
        """What is in the address, to be taken along by links."""
        return {name: value for name, value in self.typed.items() if value}


def names_of_fields(view: str) -> tuple[str, ...]:
    """The fields of a view as the address names them."""
    names = {"since": "from", "until": "to", "position": "at", "at": "position"}
    # A day comes to people's minds before a position.
    return tuple(names.get(name, name) for name in auditing.VIEWS[view].asked)


def asked_of(view: str) -> Asked:
    """What the address of this request asks of a view."""
    typed = {name: request.args.get(name, "").strip()[:LONGEST] for name in names_of_fields(view)}
    query: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, text in typed.items():
        if text and name in _PLACES and typed[_PLACES[name]]:
            problems[name] = gettext("Give a day or a position, not both.")
        elif text:
            try:
                query[name] = _READERS.get(name, str)(text)
            except _Wrong as wrong:
                problems[name] = str(wrong)
    address = {name: plain_amount(value) if name == "min_amount" else str(value) for name, value in query.items()}
    is_complete = not problems and all(typed[name] for name in _NEEDED & typed.keys())
    return Asked(typed, query, address, problems, is_complete)


def answered(asked: Asked, read: Callable[[], Document]) -> tuple[Card, Mapping[str, str]]:
    """What the ledger answers, and what it finds wrong with which field; a ledger that is down spoils its card."""
    if not asked.is_complete:
        return Card(), asked.problems
    try:
        return card(lambda: _told(read, asked)), {}
    except _Refusal as refusal:
        return Card(), refusal.problems


class _Refusal(Exception):
    """The ledger named fields."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = problems


def _told(read: Callable[[], Document], asked: Asked) -> Document:
    try:
        return read()
    except Refused as refused:
        named = refused.errors.keys() & asked.typed.keys() if refused.status == 400 else set()
        if not named:
            raise
        ahead = gettext("The book has not come to that position yet: take a smaller one.")
        raise _Refusal({name: ahead if name in _PLACES else words(refused) for name in named}) from refused


def _day(days_later: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise _Wrong(gettext("Write the day like 2026-01-31.")) from error
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            raise _Wrong(gettext("That day is too far away."))
        zone = ZoneInfo(str(get_timezone()))
        return rfc3339(datetime.combine(day + timedelta(days=days_later), time.min, zone))

    return read


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        plain = text.replace(",", "")
        if not (plain.isascii() and plain.isdigit() and len(plain) < 17 and least <= int(plain) <= most):
            if most < 2**53:
                raise _Wrong(gettext("Write a whole number from %(least)s to %(most)s.", least=least, most=most))
            raise _Wrong(gettext("Write a whole number, like 1042."))
        return int(plain)

    return read


def _amount(text: str) -> int:
    try:
        return positive_minor_units(text.replace(",", ""))
    except MalformedAmount as error:
        raise _Wrong(gettext("Write an amount like 25.00, at most two decimals.")) from error


def _account(text: str) -> str:
    number = text.replace(" ", "").replace("-", "")
    if not luhn_holds(number):
        raise _Wrong(gettext("An account number has 16 digits. Look again: one of these is wrong or missing."))
    return number


_READERS: Mapping[str, Callable[[str], Any]] = {
    **{name: _day(later) for name, later in _DAYS_LATER.items()},
    **{name: _number(*range_) for name, range_ in _RANGES.items()},
    "min_amount": _amount,
    "account": _account,
}

"""How the views of auditors look on a page: their words and columns. The files have more columns than a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext

Words = Any
"""A text that is translated when it is shown."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: how its cells are shown (`_audit.html`), over which word, of which value of the row."""

    kind: str
    label: Words
    name: str = ""

    @property
    def is_figure(self) -> bool:
        return self.kind in ("money", "signed", "percent", "count")


@dataclass(frozen=True, slots=True)
class Screen:
    """A view on a page."""

    title: Words
    lead: Words
    columns: tuple[Column, ...]
    nothing: Words
    """What it means that there is no row."""


_WHEN = Column("event", lazy_gettext("When"), "time")
_WAY = Column("way", lazy_gettext("From and to"))
_SUM = Column("money", lazy_gettext("Amount"), "amount")
_BY = Column("actor", lazy_gettext("By"), "actor")
_WHY = Column("text", lazy_gettext("Reason"), "reason")
_BALANCE = Column("signed", lazy_gettext("Balance"), "balance")
_ACCOUNT = Column("account", lazy_gettext("Account"), "account")
_LIMITS = Column("limits", lazy_gettext("Limits"))

SCREENS: Mapping[str, Screen] = {
    "trial-balance": Screen(
        lazy_gettext("Trial balance"),
        lazy_gettext("Every account with its balance, now or as it was. Together they must be zero."),
        (_ACCOUNT, _BALANCE, _LIMITS, Column("standing", lazy_gettext("Standing"), "standing")),
        lazy_gettext("No account was open then."),
    ),
    "near-limits": Screen(
        lazy_gettext("Near or past a limit"),
        lazy_gettext("Accounts that have used up their limit, or nearly, and since when; worst first."),
        (
            _ACCOUNT,
            _BALANCE,
            _LIMITS,
            Column("percent", lazy_gettext("Used"), "used_percent"),
            Column("since", lazy_gettext("Since"), "since_time"),
        ),
        lazy_gettext("No account is near a limit."),
    ),
    "reversals": Screen(
        lazy_gettext("Reversals"),
        lazy_gettext("Transfers that were undone by another one: by whom, why, and how much later."),
        (
            _WHEN,
            _WAY,
            _SUM,
            Column("undone", lazy_gettext("What was undone")),
            _WHY,
            _BY,
        ),
        lazy_gettext("Nothing was reversed in this time."),
    ),
    "limit-changes": Screen(
        lazy_gettext("Changes of limits"),
        lazy_gettext("Who changed what an account may owe or hold, and why."),
        (
            _WHEN,
            _ACCOUNT,
            Column("changed", lazy_gettext("Limits before and after")),
            _BALANCE,
            _WHY,
            _BY,
        ),
        lazy_gettext("No limit was changed in this time."),
    ),
    "system-cancellations": Screen(
        lazy_gettext("Stopped by the system"),
        lazy_gettext("Transfers that nobody declined or withdrew: a rule stopped them."),
        (_WHEN, _WAY, _SUM, Column("text", lazy_gettext("For"), "description"), _WHY),
        lazy_gettext("The system stopped nothing in this time."),
    ),
    "rings": Screen(
        lazy_gettext("Money in rings"),
        lazy_gettext("Money that goes round among few accounts, most first. Often good trade; look why."),
        (
            Column("ring", lazy_gettext("Accounts")),
            _SUM,
            Column("count", lazy_gettext("Payments"), "payments"),
            Column("stretch", lazy_gettext("Between")),
        ),
        lazy_gettext("No money went round in this time."),
    ),
    "sample": Screen(
        lazy_gettext("Draw a sample"),
        lazy_gettext("Transfers drawn by lot, to be compared with invoices. The same seed draws the same ones."),
        (
            Column("count", lazy_gettext("Draw"), "draw"),
            Column("transfer", lazy_gettext("For"), "description"),
            _WAY,
            _SUM,
            Column("status", lazy_gettext("State")),
        ),
        lazy_gettext("Nothing was proposed in this time, so there is nothing to draw."),
    ),
    "search": Screen(
        lazy_gettext("Search in words"),
        lazy_gettext("Transfers by words in what they are for, or in their reference; newest first."),
        (
            _WHEN,
            Column("transfer", lazy_gettext("For"), "description"),
            _WAY,
            _SUM,
            Column("status", lazy_gettext("State")),
        ),
        lazy_gettext("No transfer has these words here."),
    ),
}
"""The views that have a page, in the order of the workspace; events have one of their own."""

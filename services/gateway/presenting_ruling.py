"""Changes of accounts, limits and fees in words: what became what. Pure but for the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext

from services.gateway.forms_ruling import POLICY, percent_text
from services.gateway.presenting import account_number, figure, money
from services.gateway.telling import Change

Names = Mapping[str, Mapping[str, Any]]
"""Account number to business."""

CHANGE_WORDS = {
    "opened": lazy_gettext("Account opened"),
    "limits": lazy_gettext("Limits changed"),
    "standing": lazy_gettext("Standing changed"),
    "consent": lazy_gettext("Standing consent changed"),
    "policy": lazy_gettext("Limits and times changed"),
    "fee-rules": lazy_gettext("Fees changed"),
}
STANDING_WORDS = {
    "trading": lazy_gettext("trades"),
    "frozen": lazy_gettext("frozen: may not trade"),
    "closed": lazy_gettext("closed"),
}
LIMIT_WORDS = {
    "max_negative": lazy_gettext("May go below zero by"),
    "max_positive": lazy_gettext("May hold at most"),
}
SETTING_WORDS = {
    "default_max_negative": lazy_gettext("A new account may go below zero by"),
    "default_max_positive": lazy_gettext("A new account may hold at most"),
    "expires_after_days": lazy_gettext("A proposal expires after"),
    "reminder_days": lazy_gettext("A reminder is sent before that"),
    "warning_percent": lazy_gettext("A balance counts as near a limit from"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One change, for a list."""

    title: str
    time: str
    actor: str
    reason: str
    lines: Sequence[Change]


def told(changes: Sequence[Mapping[str, Any]], names: Names, *, first: bool) -> list[Told]:
    """Newest first. What a change of the book's rules was before stands in the next older one; with `first` the last
    of `changes` has no older one, else it is there for that alone and is not told."""
    older = [*changes[1:], *([None] if first else [])]
    return [
        Told(
            str(CHANGE_WORDS.get(change["type"], change["type"])),
            change["time"],
            change["actor"],
            change.get("reason") or "",
            _lines(change, before, names),
        )
        for change, before in zip(changes, older, strict=False)
    ]


def setting(name: str, value: int) -> str:
    """A setting of the book as people read it."""
    if name.endswith("_days"):
        return str(ngettext("%(num)s day", "%(num)s days", value))
    return f"{value} %" if name == "warning_percent" else str(money(value))


def settings_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What of the settings is another."""
    return [
        Change(
            str(SETTING_WORDS[name]), setting(name, before[name]) if name in before else "", setting(name, after[name])
        )
        for name in POLICY
        if before.get(name) != after[name]
    ]


def fee_words(rule: Mapping[str, Any], names: Names) -> str:
    """`0.5 % and 0.10 credits, on top for who pays, to the Network Office`."""
    share = f"{percent_text(rule['basis_points'])} %" if rule["basis_points"] else ""
    fixed = str(money(rule["fixed"])) if rule["fixed"] else ""
    much = gettext("%(share)s and %(fixed)s", share=share, fixed=fixed) if share and fixed else share or fixed
    to = _name(rule["account"], names)
    if rule["side"] == "payer":
        return str(gettext("%(much)s on top for who pays, to %(to)s", much=much, to=to))
    return str(gettext("%(much)s less for who is paid, to %(to)s", much=much, to=to))


def fees_changed(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], names: Names) -> list[Change]:
    """Rules that are gone and rules that are new, side by side."""
    gone = [fee_words(rule, names) for rule in before if rule not in after]
    new = [fee_words(rule, names) for rule in after if rule not in before]
    return [Change(str(gettext("Fee")), one or "", other or "") for one, other in zip_longest(gone, new)]


def accounts_in(changes: Sequence[Mapping[str, Any]]) -> set[str]:
    """Account numbers that need a name."""
    rules = [rule for change in changes for rule in change.get("rules", ())]
    numbers = {str(rule.get("account") or rule.get("party") or "") for rule in rules}
    return {number for number in numbers if number.isdigit()}


def _lines(change: Mapping[str, Any], before: Mapping[str, Any] | None, names: Names) -> list[Change]:
    match change["type"]:
        case "policy":
            return settings_changed(before or {}, change)
        case "fee-rules":
            changed = fees_changed((before or {}).get("rules", ()), change["rules"], names)
            return changed or [Change(str(gettext("Fees")), "", str(gettext("none")))]
        case "limits":
            return _limits(change.get("previous") or {}, change)
        case "opened":
            return [*_limits({}, change), _standing("", change["standing"])]
        case "standing":
            return [_standing(change.get("previous") or "", change["standing"])]
        case "consent":
            return [_consent(rule, names) for rule in change["rules"]] or [_line(gettext("Nothing at once any more"))]
    return []


def _limits(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    return [
        Change(str(words), figure(before[name]) if name in before else "", figure(after[name]))
        for name, words in LIMIT_WORDS.items()
        if before.get(name) != after[name]
    ]


def _standing(before: str, after: str) -> Change:
    known = STANDING_WORDS
    return Change(str(gettext("Standing")), str(known.get(before, before)), str(known.get(after, after)))


def _consent(rule: Mapping[str, Any], names: Names) -> Change:
    who = gettext("anyone") if rule["party"] == "any" else _name(rule["party"], names)
    if rule["direction"] == "pay":
        return _line(gettext("Is paid at once by %(who)s", who=who))
    return _line(gettext("Pays %(who)s at once up to %(most)s", who=who, most=money(rule["max_amount"] or 0)))


def _line(words: str) -> Change:
    return Change(str(gettext("Consent")), "", str(words))


def _name(number: str, names: Names) -> str:
    # A number is kept on one line.
    return str(names[number]["name"]) if number in names else account_number(number).replace(" ", "\N{NO-BREAK SPACE}")

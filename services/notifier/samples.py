"""What a template may say, made up: for previews and golden files. No fact in here is anybody's. Pure."""

from collections.abc import Mapping
from typing import Any

from services.notifier.languages import LANGUAGES, day_in_words, in_credits, in_words

_GIVES = [
    {"giver": "Green Farm", "receiver": "Blue Bakery", "offer": "rye", "want": "grain"},
    {"giver": "Blue Bakery", "receiver": "Old Mill", "offer": "sourdough bread", "want": "bread"},
    {"giver": "Old Mill", "receiver": "Green Farm", "offer": "carpentry", "want": "carpentry"},
]
_VALUES: Mapping[str, Any] = {
    "name": "Green Farm",
    "greeted": "Green Farm",
    "other": "Blue Bakery",
    "subject_name": "Green Farm",
    "business": "Green Farm",
    "person": "Ada Lane",
    "role": "operator",
    "view_only": False,
    "you_pay": True,
    "mine": True,
    "by": "1",
    "ending": "system",
    "previous": "pending",
    "transfer_id": "t-1",
    "transfer": "t-1",
    "position": 4711,
    "excess": -3,
    "token": "once-only",
    "body": "Do you deliver?\nBest, Ann",
    "sender": "Blue Bakery",
    "receiver": "Old Mill",
    "reply_to": "bakery@example.test",
    "new_address": "ann@new.test",
    "reason": "no stock",
    "device": "Firefox on Windows",
    "by_admin": True,
    "parties": 2,
    "below": True,
    "tag": "sourdough bread",
    "side": "offers",
    "loop_id": "l-1",
    "registered": 7,
    "accepted": 5,
    "trades": 112,
    "applying": 2,
    "applying_to_trade": 1,
    "near_limit": 3,
    "given_up": 0,
    "leads": [
        {"other": "Blue Bakery", "mine": "rye", "theirs": "grain"},
        {"other": "Old Mill", "mine": "rye", "theirs": "rye"},
    ],
    "more_leads": 3,
    "suppliers": [{"other": "Old Mill", "mine": "carpentry", "theirs": "joinery"}],
    "more_suppliers": 0,
    "gives": _GIVES,
    "given": _GIVES[0],
    "received": _GIVES[2],
    "webhook_id": "w-1",
    "host": "hook.example.test",
    "paused_because": "failures",
    "of_network": False,
}
_AMOUNTS = {
    "max_amount": 5000,
    "amount": 2500,
    "balance": 8500,
    "limit": 10000,
    "room": 1500,
    "volume": 842050,
    "max_negative": 10000,
    "max_positive": 50000,
    "previous_max_negative": 0,
    "previous_max_positive": 50000,
}
_AT = "2026-12-22T12:15:00+00:00"
_ALWAYS = ("name", "greeted", "why")
_ASKED_FOR: Mapping[str, str] = {
    "welcome": "",
    "signup_notification": "subject_name",
    "status_pending": "reason",
    "status_accepted": "previous reason",
    "status_rejected": "previous reason",
    "trading_pending": "",
    "trading_accepted": "reason",
    "trading_rejected": "reason",
    "account_closed": "reason",
    "member_joined": "max_amount person role subject_name view_only",
    "member_changed": "max_amount person role subject_name view_only",
    "member_left": "person subject_name",
    "acted_on_behalf": "reason subject_name",
    "trading_application": "subject_name",
    "password_reset": "token",
    "invitation": "business token",
    "staff_invitation": "token",
    "email_change": "token",
    "email_change_old": "new_address token",
    "email_change_taken": "",
    "email_change_done": "new_address",
    "trade_contact": "body reply_to sender token",
    "trade_contact_copy": "body receiver",
    "import_invitation": "token",
    "password_changed": "",
    "locked": "",
    "new_sign_in": "device happened_on",
    "two_factor_on": "",
    "two_factor_off": "",
    "two_factor_reset": "",
    "recovery_code_used": "",
    "email_changed": "",
    "api_token_created": "",
    "transfer_initiated": "amount expires_on other transfer_id you_pay",
    "transfer_by_admin": "amount other parties reason transfer_id you_pay",
    "transfer_reversed": "amount by_admin mine other parties reason transfer_id you_pay",
    "transfer_expiring": "amount expires_on other transfer_id you_pay",
    "transfer_accepted": "amount other transfer_id you_pay",
    "transfer_receipt": "amount other transfer_id you_pay",
    "non_zero_sum": "excess position transfer",
    "transfer_by_consent": "amount other transfer_id you_pay",
    "near_limit": "balance below limit room",
    "transfer_rejected": "amount mine other reason transfer_id you_pay",
    "transfer_cancelled": "amount by mine other reason transfer_id",
    "transfer_cancelled_by_system": "amount ending other reason transfer_id",
    "limits_changed": "max_negative max_positive previous_max_negative previous_max_positive reason",
    "webhook_paused": "host of_network paused_because webhook_id",
    "search_hit": "side subject_name tag",
    "loop_found": "given gives loop_id received",
    "loop_agreed": "given gives loop_id received",
    "daily_matches": "leads more_leads more_suppliers suppliers",
    "weekly_summary": "accepted applying applying_to_trade begins given_up near_limit registered trades volume",
}
"""Kind to what it says besides. A kind without a line has no sample: a test holds that there is none."""


def sample_of(kind: str, language: str) -> Mapping[str, Any]:
    """What the template of `kind` is filled in with. Raises KeyError when there is no sample of it."""
    names, values = _ASKED_FOR[kind].split(), values_in(language)
    return {name: values[name] for name in (*_ALWAYS, *names)}


def values_in(language: str) -> Mapping[str, Any]:
    """Every value that a template of any kind may ask for, as `language` writes numbers and days."""
    return {
        **_VALUES,
        **{name: in_credits(amount, language) for name, amount in _AMOUNTS.items()},
        "expires_on": in_words(_AT, language),
        "happened_on": in_words(_AT, language),
        "begins": day_in_words("2026-01-19", language),
        "why": LANGUAGES[language].member,
    }


SAMPLED = frozenset(_ASKED_FOR)
"""The kinds that have one."""

"""How accounts and the network's rules came to be as they are: what was changed, by whom and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext

from services.chassis.web import allow
from services.gateway.clients import Document
from services.gateway.presenting_ruling import Told, accounts_in, told
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, names_of

PAGE_SIZE = 20
SUBJECTS = {"limits": "policy", "fees": "fee-rules"}
"""As addresses name the rules, and as the ledger does."""


@dataclass(frozen=True, slots=True)
class History:
    """A page of changes, newest first."""

    changes: Sequence[Told]
    staff: Mapping[str, Mapping[str, str]]
    """Names for `actor_words`."""
    next: int | None
    """`before` of the next page."""


def history_of(read: Callable[..., Document], size: int, before: int | None = None) -> History:
    """A page of what `read(before=, limit=)` tells. Raises Refused, PartDown."""
    # One more than is shown: it says what the last one changed.
    found = read(limit=size + 1, **({"before": before} if before else {}))
    changes: list[Document] = found["changes"]
    is_last = len(changes) <= size
    shown = told(changes, names_of(accounts_in(changes)), first=is_last)[:size]
    return History(shown, _staff(changes), None if is_last else int(changes[size - 1]["position"]))


def account_history(number: str, size: int, before: int | None = None) -> History:
    """Of an account. Raises Refused, PartDown."""
    return history_of(lambda **asked: parts().ledger.account_changes(number, **asked), size, before)


def _staff(changes: Sequence[Mapping[str, Any]]) -> Mapping[str, Mapping[str, str]]:
    """Who is called what; those who may not ask see the references."""
    if not any(str(change["actor"]).startswith("admin:") for change in changes):
        return {}
    people = card(parts().directory.staff).value or []
    return {f"user/{each['user_id']}": {"name": _name(each), "email": each["email"]} for each in people}


def _name(person: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (person.get("first_name"), person.get("last_name"))))


@bp.get("/admin/settings/<any(limits, fees):what>/changes")
@allow("admin", "auditor")
def settings_changes(what: str) -> str:
    """What was changed of limits and times, or of the fees, by whom and why."""
    before = _before()
    found = card(lambda: history_of(lambda **asked: parts().ledger.changes(SUBJECTS[what], **asked), PAGE_SIZE, before))
    return render_template(
        "admin_changes.html",
        title=gettext("Changes of limits and times") if what == "limits" else gettext("Changes of fees"),
        back=url_for("web.settings"),
        back_words=gettext("Settings"),
        found=found,
        first=url_for("web.settings_changes", what=what),
        is_first=before is None,
    )


@bp.get("/admin/accounts/<account_number>/changes")
@allow("admin", "auditor")
def account_changes(account_number: str) -> str:
    """How an account came to be as it is: opening, limits, standing, consent."""
    before = _before()
    business = names_of([account_number]).get(account_number)
    return render_template(
        "admin_changes.html",
        title=gettext("Changes of the account of %(name)s", name=business["name"]) if business else "",
        account=account_number,
        back=url_for("web.admin_transfers", business=account_number),
        back_words=gettext("Its transfers"),
        found=card(lambda: account_history(account_number, PAGE_SIZE, before)),
        first=url_for("web.account_changes", account_number=account_number),
        is_first=before is None,
    )


def _before() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 19 and int(text) else None

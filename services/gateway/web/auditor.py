"""What an auditor sees: the state of the book, and any account. Changes nothing."""

import re

from flask import render_template, request
from flask_babel import gettext

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, names_of
from services.gateway.web.refusals import words, words_for_down


@bp.get("/auditor")
@allow("auditor", "admin")
def audit() -> str:
    """The head of the book, the sum of all balances, and one account by its number."""
    asked = request.args.get("account", "").strip()[:24]
    account, problem = _look_up(asked) if asked else (None, "")
    return render_template(
        "audit.html",
        head=card(parts().ledger.head),
        asked=asked,
        account=account,
        problem=problem,
        names=names_of([account["account"]]) if account else {},
    )


def _look_up(asked: str) -> tuple[Document | None, str]:
    number = re.sub(r"[\s-]", "", asked)
    if not re.fullmatch(r"[0-9]{16}", number):
        return None, gettext("An account number has 16 digits.")
    try:
        return parts().ledger.account(number), ""
    except Refused as refused:
        return None, words(refused)
    except PartDown as down:
        return None, words_for_down(down)

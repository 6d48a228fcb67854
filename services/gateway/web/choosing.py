"""Who is meant by what was typed into the field `counterparty`: an account number, or a name to be looked up."""

from flask_babel import gettext

from services.gateway.clients import Document, PartDown
from services.gateway.forms import PageForm
from services.gateway.session import parts
from services.gateway.web.cards import names_of
from services.gateway.web.members import my_business
from services.gateway.web.naming import called, digits

CHOICES = 6


def counterparty(form: PageForm, picked: str) -> Document | None:
    """The business of the account number that was typed or picked from a list, if that is a number."""
    number = digits(picked) or digits(form["counterparty"].data or "")
    if not number:
        return None
    form["counterparty"].data = number
    known = names_of([number]).get(number)
    # Without the directory a number is as good as its name; the ledger knows whether it exists.
    return known or {"account": number, "name": gettext("Account %(number)s", number=number)}


def find_by_name(form: PageForm) -> tuple[Document | None, list[Document]]:
    """Who is meant by a name, or several to choose from; the reason beside the field when that is not clear."""
    name = (form["counterparty"].data or "").strip()
    try:
        found: list[Document] = parts().directory.search(name=name, page_size=CHOICES)["entities"]
    except PartDown:
        form.blame("counterparty", gettext("Names can't be looked up at the moment: write the account number."))
        return None, []
    others = [entity for entity in found if entity["account"] != my_business().account]
    same = called(others, name)
    if len(same) == 1:
        return same[0], []
    if others:
        # A near miss is offered, never assumed.
        form.blame("counterparty", gettext("Choose which one you mean."))
    else:
        form.blame("counterparty", gettext("No business of that name is listed. Try a part of it, or its number."))
    return None, others

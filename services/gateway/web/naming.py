"""Whose account is meant: somebody writes a number or the name of a business."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from services.gateway.clients import Document, PartDown, Refused
from services.gateway.presenting import STATUS_WORDS
from services.gateway.session import has_role, parts

CHOICES = 8


@dataclass(frozen=True, slots=True)
class Meant:
    """An account; or why none is known, and who could be meant."""

    account: str = ""
    choices: Sequence[Document] = ()
    problem: str = ""


def digits(text: str) -> str:
    """An account number without its blanks; empty when `text` is something else."""
    number = re.sub(r"[\s-]", "", text)
    return number if re.fullmatch(r"[0-9]{16}", number) else ""


def called(found: Sequence[Document], name: str) -> list[Document]:
    """Those of that very name, but for case, accents and blanks, which people leave out where they type quickly."""
    return [entity for entity in found if _bare(entity["name"]) == _bare(name)]


def _bare(name: str) -> str:
    apart = unicodedata.normalize("NFKD", " ".join(name.split()).casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def meant(text: str) -> Meant:
    """By a number, or by a name; a near miss is offered, never assumed."""
    if number := digits(text):
        return Meant(number)
    # Businesses that do not trade have accounts too, and only staff see them in a search.
    statuses = list(STATUS_WORDS) if has_role("admin") else None
    try:
        found: list[Document] = parts().directory.search(name=text, status=statuses, page_size=CHOICES)["entities"]
    except (PartDown, Refused):
        return Meant(problem=gettext("Names can't be looked up at the moment: write the account number."))
    same = called(found, text)
    if len(same) == 1:
        return Meant(str(same[0]["account"]))
    if found:
        return Meant(choices=found, problem=gettext("Choose which one you mean."))
    return Meant(problem=gettext("No business has such a name. Try a part of it, or its account number."))

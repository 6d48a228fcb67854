"""Parts of a page that may be missing, lists in pages, and names for account numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from services.gateway.clients import Document, PartDown, Refused
from services.gateway.legs import parties_of
from services.gateway.session import parts
from services.gateway.web.refusals import words, words_for_down

MOST_ACCOUNTS = 200
LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Card:
    """What a part of the page shows, or the sentence that says why it can't."""

    value: Any = None
    trouble: str = ""


def card(read: Callable[[], Any]) -> Card:
    """What `read` answers. A service that is down or refuses spoils its own card alone."""
    try:
        return Card(read())
    except PartDown as down:
        return Card(trouble=words_for_down(down))
    except Refused as refused:
        return Card(trouble=words(refused))


def names_of(numbers: Iterable[str]) -> Mapping[str, Document]:
    """Account number to EntityView, by one call; empty when the directory is down: numbers are shown then."""
    wanted = sorted(set(numbers))[:MOST_ACCOUNTS]
    try:
        found = parts().directory.entities(accounts=wanted, page_size=min(len(wanted), 100) or None)
    except (PartDown, Refused):
        return {}
    return {entity["account"]: entity for entity in found["entities"]}


def parties(transfers: Iterable[Document]) -> set[str]:
    """The account numbers in some transfers."""
    return {number for transfer in transfers for number in parties_of(transfer)}


def page_asked() -> int:
    """The page in the address; 1 when it makes no sense."""
    return number_asked("page")


def number_asked(name: str) -> int:
    """A page in the address, of one of several lists; 1 when it makes no sense."""
    text = request.args.get(name, "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def paging(total: int, page_size: int) -> dict[str, Any]:
    """What the pager needs: `page`, `pages` and `page_link`, which keeps all filters."""
    arguments = {**(request.view_args or {}), **request.args}

    def link(page: int) -> str:
        return url_for(request.endpoint or "", **{**arguments, "page": page})

    return {"page": page_asked(), "pages": max(1, -(-total // page_size)), "page_link": link}

"""The administrators' queues: who waits for the directory, and who for trading."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for

from services.chassis.web import allow
from services.gateway.clients import Document
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card, number_asked
from services.gateway.web.deciding import mail_of

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of those who wait for one decision."""

    name: str
    """Of its page in the address, and of its heading."""
    waiting: str
    yes: str
    no: str
    found: Card
    page: int
    declining: Card
    """The mail that those get who are declined."""

    @property
    def entities(self) -> list[Document]:
        """Who waits on this page."""
        found: list[Document] = self.found.value["entities"] if self.found.value else []
        return found

    @property
    def pages(self) -> int:
        """How many there are."""
        return max(1, -(-self.found.value["total"] // PAGE_SIZE)) if self.found.value else 1

    def link(self, page: int) -> str:
        """Another page of this queue; that of the other one stays."""
        return self._address(page) + f"#{self.name}"

    def after(self, place: int) -> str:
        """Where to go on when the one at `place` is decided: to the next in line, else the one before."""
        others = [*self.entities[place + 1 :], *reversed(self.entities[:place])]
        return self._address(self.page) + (f"#{self.row(others[0])}" if others else f"#{self.name}")

    def row(self, entity: Document) -> str:
        """The place of an application on the page."""
        return f"{self.name}-{entity['entity_id']}"

    def _address(self, page: int) -> str:
        given: dict[str, Any] = {name: value for name, value in request.args.items() if name in ("joining", "trading")}
        return url_for("web.applications", **{**given, self.name: page})


@bp.get("/admin/applications")
@allow("admin", "coordinator")
def applications() -> str:
    """Who waits for the directory, and who for trading."""
    return render_template(
        "admin_applications.html",
        joining=_queue("joining", "pending", "accepted", "rejected"),
        trading=_queue("trading", "tradingPending", "tradingAccepted", "tradingRejected"),
    )


def _queue(name: str, waiting: str, yes: str, no: str) -> Queue:
    page = number_asked(name)
    found = _waiting(waiting, page)
    if found.value and found.value["total"] and not found.value["entities"]:
        # The last of a page was decided: what is now the last page is where the work goes on.
        page = -(-found.value["total"] // PAGE_SIZE)
        found = _waiting(waiting, page)
    some = bool(found.value and found.value["entities"])
    return Queue(name, waiting, yes, no, found, page, mail_of(no, waiting) if some else Card())


def _waiting(status: str, page: int) -> Card:
    return card(lambda: parts().directory.entities(status=[status], page=page, page_size=PAGE_SIZE))

"""The administrators' lists as files: with their filters, to the last row, page after page as they are read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from services.chassis.web import allow
from services.gateway import streaming
from services.gateway.amounts import text
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.paper.spreadsheet import harmless, lines
from services.gateway.session import has_role, parts
from services.gateway.web.admin_finding import bounds_of, businesses, filters_asked
from services.gateway.web.blueprint import bp
from services.gateway.web.staff import users_asked

PAGE = 100
_BUSINESS = (
    *("account", "name", "status", "email", "telephone", "website", "inc_type", "company_number", "address", "city"),
    *("region", "postal_code", "country", "offers", "wants", "categories", "created_at", "member_started_at"),
)
_MONEY = ("balance", "max_negative", "max_positive")
_USER = ("user_id", "email", "first_name", "last_name", "telephone", "created_at", "last_login", "suspended")

Read = Callable[[str | None], Document]
Rows = Callable[[Document], Iterator[Sequence[object]]]


@bp.get("/admin/businesses.csv")
@allow("admin", "coordinator")
def businesses_file() -> WerkzeugResponse:
    """All businesses that the filters let through."""
    filters = filters_asked()
    bounds, problems = bounds_of(filters)
    given: dict[str, Any] = request.args.to_dict()
    list_page = url_for("web.admin_businesses", **given)
    if problems:
        # The list says what is wrong with the filters.
        return redirect(list_page)
    columns = (*_BUSINESS, *(_MONEY if has_role("admin") else ()))
    read = lambda after: businesses(filters, bounds, page_size=PAGE, **_behind(after))  # noqa: E731
    try:
        return _file("businesses.csv", columns, read, _business_rows)
    except Refused:
        return redirect(list_page)


@bp.get("/admin/users.csv")
@allow("admin", "coordinator")
def users_file() -> WerkzeugResponse:
    """All logins of members that the filters let through."""
    asked: dict[str, Any] = users_asked()
    read = lambda after: parts().directory.users(**asked, page_size=PAGE, after=after)  # noqa: E731
    return _file("users.csv", _USER, read, lambda page: (_cells(user, _USER) for user in page["users"]))


def _behind(after: str | None) -> dict[str, Any]:
    return {"after": after} if after else {}


def _file(name: str, columns: Sequence[str], read: Read, rows: Rows) -> Response:
    """The first page is read at once: raises Refused, PartDown. When a later one fails the file breaks off."""
    first = read(None)
    return streaming.csv_file(chain([lines([columns])], _pages(first, read, rows)), name)


def _pages(page: Document, read: Read, rows: Rows) -> Iterator[str]:
    while True:
        yield lines(rows(page))
        after = page.get("next")
        if not after:
            return
        page = read(after)
        if page.get("next") == after:
            raise PartDown("directory")


def _business_rows(page: Document) -> Iterator[Sequence[object]]:
    entities = page["entities"]
    accounts: Mapping[str, Document] = {}
    if has_role("admin"):
        numbers = [entity["account"] for entity in entities]
        accounts = {account["account"]: account for account in parts().ledger.accounts(numbers)}
    for entity in entities:
        known = accounts.get(entity["account"], {})
        figures = [text(known[name]) if name in known else "" for name in _MONEY] if has_role("admin") else []
        yield [*_cells(entity, _BUSINESS), *figures]


def _cells(row: Document, columns: Sequence[str]) -> list[object]:
    return [harmless(_cell(row.get(column))) for column in columns]


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value))
        case {"at": at}:
            return str(at)
    return str(value)

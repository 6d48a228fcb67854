"""Who would be outside if limits were others. Changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway import streaming
from services.gateway.amounts import MAX_MINOR
from services.gateway.amounts import text as plain_figure
from services.gateway.clients import Document
from services.gateway.forms import amount_typed
from services.gateway.paper.spreadsheet import harmless, lines
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card, names_of, page_asked, paging

PAGE_SIZE = 25
NAMED = 100
"""Accounts whose names are asked for at once."""
COLUMNS = ("account", "name", "balance", "outside_by")
LIMITS = ("max_negative", "max_positive")


@bp.get("/admin/settings/simulation")
@allow("admin", "auditor")
def simulation() -> tuple[str, int]:
    """Who would be outside if all accounts had such limits, worst first."""
    typed = _typed()
    limits, problems = _read(typed)
    found = outside_of(limits) if limits and not problems else Card()
    listed = found.value["outside"] if found.value else []
    first = (page_asked() - 1) * PAGE_SIZE
    page = render_template(
        "admin_settings_simulation.html",
        typed=typed,
        problems=problems,
        file=url_for("web.simulation_csv", **typed),
        found=found,
        listed=listed[first : first + PAGE_SIZE],
        names=names_of(each["account"] for each in listed[first : first + PAGE_SIZE]),
        **paging(len(listed), PAGE_SIZE),
    )
    return page, 400 if problems else 200


@bp.get("/admin/settings/simulation.csv")
@allow("admin", "auditor")
def simulation_csv() -> Response:
    """The same as a file."""
    limits, problems = _read(_typed())
    if problems or not limits:
        return redirect(url_for("web.simulation", **_typed()))
    outside: list[Document] = parts().ledger.simulate_limits(limits)["outside"]
    rows = chain.from_iterable(_rows(outside[at : at + NAMED]) for at in range(0, len(outside), NAMED))
    return streaming.csv_file(chain([lines([COLUMNS])], rows), "outside-limits.csv")


def _rows(listed: Sequence[Document]) -> Iterator[str]:
    names = names_of(each["account"] for each in listed)
    for each in listed:
        name = harmless(names.get(each["account"], {}).get("name", ""))
        yield lines([(each["account"], name, plain_figure(each["balance"]), plain_figure(each["by"]))])


def _typed() -> dict[str, Any]:
    return {name: request.args.get(name, "").strip()[:16] for name in LIMITS}


def outside_of(limits: Mapping[str, int]) -> Card:
    """`{outside, count, total}` of limits that all accounts would have; one that is left out stays as it is."""
    return card(lambda: parts().ledger.simulate_limits(limits))


def _read(typed: Mapping[str, str]) -> tuple[dict[str, int], dict[str, str]]:
    limits: dict[str, int] = {}
    problems: dict[str, str] = {}
    for name, text in typed.items():
        if not text:
            continue
        amount = amount_typed(text)
        if amount is None:
            problems[name] = gettext("Write the amount as figures with at most two decimals, like 25 or 25.00.")
        elif amount > MAX_MINOR:
            problems[name] = gettext("At most 999,999,999.99, please.")
        else:
            limits[name] = amount
    return limits, problems

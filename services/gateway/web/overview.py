"""The administrators' first page: numbers, each of which leads to the list behind it, and how the parts are."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, url_for
from flask_babel import get_timezone, gettext, lazy_gettext

from services.chassis.clock import rfc3339
from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.part import Part
from services.gateway.presenting import money
from services.gateway.session import has_role, parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card

RECENT = timedelta(days=30)
PARTS = {
    "ledger": lazy_gettext("Balances and transfers"),
    "directory": lazy_gettext("Members and search"),
    "matcher": lazy_gettext("Leads and suppliers"),
    "notifier": lazy_gettext("Mails and notices"),
}


@dataclass(frozen=True, slots=True)
class State:
    """How a part is."""

    label: str
    answers: bool
    behind: int
    """Events of the others that it has not taken in yet."""


@dataclass(frozen=True, slots=True)
class Number:
    """How many there are of something, and where they are listed."""

    label: str
    count: Card
    href: str
    hint: str = ""
    calls: bool = False
    """Whether somebody should look when it is not zero."""


@bp.get("/admin")
@allow("admin", "coordinator")
def admin_overview() -> str:
    """Numbers that lead to the lists behind them."""
    sees_all = has_role("admin")
    return render_template(
        "admin_overview.html",
        work=[*_members_work(), *(_mails_work() if sees_all else ())],
        trade=[_trading(), *(_trade() if sees_all else ())],
        head=card(parts().ledger.head) if sees_all else Card(),
        states=_states() if sees_all else [],
    )


def _with_status(status: str) -> Card:
    return card(lambda: parts().directory.entities(status=[status], page_size=1)["total"])


def _members_work() -> list[Number]:
    decide = gettext("accept or decline")
    queues = url_for("web.applications")
    return [
        Number(gettext("Waiting for the directory"), _with_status("pending"), f"{queues}#joining", decide, calls=True),
        Number(gettext("Waiting for trading"), _with_status("tradingPending"), f"{queues}#trading", decide, calls=True),
    ]


def _mails_work() -> list[Number]:
    counts = card(parts().notifier.summary)
    states = {
        "dead": (gettext("Mails given up"), gettext("send them again, or discard them")),
        "failed": (gettext("Mails that will be tried again"), gettext("nothing to do, unless they stay")),
    }
    return [
        Number(label, _of(counts, state), url_for("web.mail", state=state), hint, calls=state == "dead")
        for state, (label, hint) in states.items()
    ]


def _trading() -> Number:
    listed = url_for("web.admin_businesses", status="tradingAccepted")
    return Number(gettext("Trading members"), _with_status("tradingAccepted"), listed)


def _trade() -> list[Number]:
    ledger = parts().ledger
    zone = ZoneInfo(str(get_timezone()))
    day = datetime.now(UTC).astimezone(zone).date() - RECENT
    traded = card(lambda: ledger.traded(rfc3339(datetime.combine(day, time.min, zone))))
    asked: dict[str, Any] = {"status": "completed", "kind": "transfer", "from": day.isoformat()}
    listed = url_for("web.admin_transfers", **asked)
    limits = url_for("web.audit_view", view="near-limits")
    near = card(lambda: ledger.near_limits()["total"])
    insight = card(parts().matcher.insight)
    lacking = Card(len(insight.value["unmet"])) if insight.value else insight
    return [
        Number(gettext("Payments in 30 days"), _of(traded, "transfers"), listed, _volume(traded)),
        Number(gettext("Members who traded"), _of(traded, "accounts"), listed, gettext("in these 30 days")),
        Number(gettext("Near or past a limit"), near, limits, gettext("Clearing, below, says what would help")),
        Number(gettext("Wants that nobody meets"), lacking, url_for("web.insight"), gettext("whom to look for")),
    ]


def _volume(traded: Card) -> str:
    return gettext("%(volume)s in all", volume=money(traded.value["volume"])) if traded.value else ""


def _of(counts: Card, state: str) -> Card:
    return Card(counts.value.get(state, 0)) if counts.value else counts


def _states() -> list[State]:
    """How each part is. All are asked at once: one that is down takes its time."""
    all_of_them = parts()
    asked: dict[str, Part] = {name: getattr(all_of_them, name) for name in PARTS}
    with ThreadPoolExecutor(len(asked)) as pool:
        under_way = {name: pool.submit(copy_context().run, _told, part) for name, part in asked.items()}
        told = {name: each.result() for name, each in under_way.items()}
    heads = {name: each.get("head") for name, each in told.items() if each}
    return [State(str(PARTS[name]), each is not None, _behind(each, heads)) for name, each in told.items()]


def _told(part: Part) -> Document | None:
    """What it says of itself; None when it does not answer."""
    try:
        return part.followed()
    except PartDown:
        return None
    except Refused:
        # Of an older release: it answers, and does not know this.
        return {}


def _behind(told: Document | None, heads: Mapping[str, int | None]) -> int:
    """Events that it has still to take in, of those whose newest position is known."""
    followed = (told or {}).get("followed", {})
    return sum(max((heads.get(source) or 0) - position, 0) for source, position in followed.items())

"""How the network is: parts, the machine, settings that everybody may know, the administrators' overview."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import current_app

from services.chassis.web import allow
from services.gateway import machine, network, session
from services.gateway.clients import Document, Line, PartDown, Parts, Refused
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import operation
from services.gateway.schemas_health import DEGRADED, DOWN, UP, GaugeRead, Health, NetworkSettings, Overview
from services.gateway.schemas_mailing import STATES


@bp.get("/health")
@allow("public")
@operation(
    "Which parts answer",
    data=Health(),
    notes="200 as long as the API answers, `degraded` when a part does not: the rest goes on without it.",
)
def health() -> Document:
    """Asked now."""
    parts = {line.service: _state(line) for line in session.sessions_of(current_app).lines.all}
    return {"status": DEGRADED if DOWN in parts.values() else machine.OK, "parts": parts}


def _state(line: Line) -> str:
    try:
        line.alive()
    except PartDown:
        return DOWN
    return UP


def _add(name: str, gauge: machine.Gauge) -> None:
    told = operation(
        f"How full the machine is: {name}",
        data=GaugeRead(),
        notes=f"`warning` from {gauge.warning} % on, refused with 503 from {gauge.critical} % on.",
        codes={503: ("health.critical", "health.unknown")},
    )
    bp.add_url_rule(f"/{name}", f"machine_{name}", allow("public")(told(_reading(gauge))))


def _reading(gauge: machine.Gauge) -> Callable[[], Document]:
    def read() -> Document:
        try:
            percent = gauge.read()
        except (OSError, KeyError, ValueError) as error:
            raise Refused(503, "health.unknown", "This machine does not say it: look at it another way.") from error
        return machine.told(gauge, percent)

    return read


for _name, _gauge in machine.GAUGES.items():
    _add(_name, _gauge)


@bp.get("/network")
@allow("public")
@operation("Settings of the network that everybody may know", data=NetworkSettings())
def network_settings() -> Document:
    """What administrators change of it: /admin/network, and /admin/policy, /admin/fees. The rest is the operator's."""
    settings, told = current_app.config["GATEWAY"], network.network()
    names = ("unit", "public_url", "terms_version", "terms_url", "recaptcha_site_key")
    ours = {"name": told.name, "unit_name": told.unit_name, "welcome": told.welcome, "legal_texts": list(told.texts)}
    return {name: getattr(settings, name) for name in names} | ours


@bp.get("/admin/overview")
@allow("admin", "coordinator")
@operation("Numbers that lead to the lists behind them", data=Overview())
def overview() -> Document:
    """Each from its own part: what is down is null."""
    parts = session.parts()
    counts = {"joining": "pending", "applying": "tradingPending", "trading": "tradingAccepted"}
    told: Document = {name: _known(partial(_count, parts, status)) for name, status in counts.items()}
    if not session.has_role("admin"):
        return {**told, "mail": None, "ledger": None}
    mails = _known(parts.notifier.summary)
    mail = None if mails is None else {state: mails.get(state, 0) for state in STATES}
    return {**told, "mail": mail, "ledger": _known(parts.ledger.head)}


def _count(parts: Parts, status: str) -> int:
    return int(parts.directory.entities(status=[status], page_size=1)["total"])


def _known(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except PartDown:
        return None

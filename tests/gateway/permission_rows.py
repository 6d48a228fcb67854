"""`python -m tests.gateway.permission_rows`: add lines to services/gateway/permissions.csv for routes that have none.

They say what the views declare; whoever adds a route reads them and decides. Lines of routes that are gone are dropped.
"""

import csv
import os
from collections.abc import Iterable, Mapping
from functools import cache
from inspect import getdoc
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from services.gateway.permissions import COLUMNS, FILE, NO, ON_BEHALF, WHO, YES, methods_of

_EVERYBODY = {"public", "anyone"}


def rules(app: Flask) -> list[Rule]:
    """Every route of the gateway; files of pages are for everybody and not counted."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.rpartition(".")[2] != "static"]


def declared(view: Any) -> dict[str, bool]:
    """Who may use a view, as its decorators say."""
    allowed: frozenset[str] = getattr(view, "allowed_roles", frozenset())
    everybody, acting = bool(allowed & _EVERYBODY), getattr(view, "acts_as", None)
    may = dict.fromkeys(WHO, everybody)
    for who, role in (("coordinator", "coordinator"), ("admin", "admin"), ("auditor", "auditor")):
        may[who] |= role in allowed
    may["owner"] |= "member" in allowed
    may["operator"] |= "member" in allowed and acting != "owner"
    may["viewer"] |= "member" in allowed and acting is None
    return may


def row(app: Flask, rule: Rule) -> dict[str, str]:
    """The line of a route that has none."""
    view = app.view_functions[rule.endpoint]
    may = declared(view)
    words = {name: YES if may[name] else NO for name in WHO}
    operation = getattr(view, "operation", None)
    told = operation.summary if operation else (getdoc(view) or "").partition("\n")[0].rstrip(".")
    return {
        "methods": methods_of(rule.methods),
        "path": rule.rule,
        "area": _area(view.__module__),
        "capability": told,
        **words,
        ON_BEHALF: YES if may["visitor"] else NO,
    }


def _area(module: str) -> str:
    parts = module.split(".")
    kind = {"web": "Pages", "rest": "API"}.get(parts[2] if len(parts) > 3 else "", "Files")
    return f"{kind}: {parts[-1].replace('_', ' ')}"


def kept() -> dict[tuple[str, str], Mapping[str, str]]:
    """The lines that there are."""
    if not FILE.exists():
        return {}
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {(line["methods"], line["path"]): line for line in csv.DictReader(lines)}


def write(lines: Iterable[Mapping[str, str]]) -> None:
    """Sorted by path, so that two who add routes seldom meet on one line."""
    with FILE.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(lines, key=lambda line: (line["path"], line["methods"])))


def main() -> None:
    app = bare_app()
    known, served = kept(), {(methods_of(rule.methods), rule.rule): rule for rule in rules(app)}
    write([known.get(route) or row(app, rule) for route, rule in served.items()])
    for route in sorted(served.keys() - known.keys()):
        print("added:", *route)
    for route in sorted(known.keys() - served.keys()):
        print("dropped:", *route)


@cache
def bare_app() -> Flask:
    """All blueprints of the gateway, health too, without anything behind them."""
    from services.chassis.web import Parts, health_routes
    from services.gateway import hooks, keys, rest, web

    app = Flask("services.gateway")
    app.config["SECRET_KEY"] = os.urandom(8)
    for bp in (rest.bp, keys.bp, hooks.bp, web.bp):
        app.register_blueprint(bp)
    app.register_blueprint(health_routes(Parts("gateway", None), None))  # type: ignore[arg-type]
    return app


if __name__ == "__main__":
    main()

"""Every route says who may call it, and the documents tell the truth about routes."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from flask import Blueprint, Flask

from tests.architecture.source import ROOT, rows

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
ROLES = {"public", "member", "admin", "coordinator", "auditor", "service"}
BLUEPRINTS = {
    "ledger": ("services.ledger.api",),
    "directory": ("services.directory.api",),
    "matcher": ("services.matcher.api",),
    "notifier": ("services.notifier.api",),
    "gateway": ("services.gateway.rest", "services.gateway.web", "services.gateway.keys"),
}
INNER = ("ledger", "directory", "matcher", "notifier")
Route = tuple[str, str]
_CELL = re.compile(r"((?:(?:GET|POST|PATCH|PUT|DELETE)(?:, )?)+ )?(/[^\s,?]*)")


def app_of(service: str) -> Flask:
    """All blueprints of a service on a bare application."""
    app = Flask(service, static_folder=None)
    for module in BLUEPRINTS[service]:
        bp: Blueprint = import_module(module).bp
        app.register_blueprint(bp)
    return app


def routes(service: str) -> set[Route]:
    """Method and path, parameters as `{}`."""
    rules = app_of(service).url_map.iter_rules()
    named = ((method, rule.rule) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"})
    return {(method, re.sub(r"<[^>]*>", "{}", path)) for method, path in named}


def documented(cells: list[str]) -> Iterator[Route]:
    """Routes that the first cell of a table row names: `GET, PATCH /users/{id}`, `GET /a, /a/{id}`."""
    methods: list[str] = []
    for named, path in _CELL.findall(cells[0]):
        methods = re.findall(r"[A-Z]+", named) or methods
        if methods:
            yield from ((method, re.sub(r"\{[^}]*\}", "{}", path)) for method in methods)


def section(heading: str) -> set[Route]:
    """Routes that docs/internal-api.md names below a heading."""
    text = (ROOT / "docs/internal-api.md").read_text(encoding="utf-8")
    part = re.split(r"^## ", text, flags=re.MULTILINE)
    body = next(each for each in part if each.startswith(heading))
    table = [line.strip("|").split("|") for line in body.splitlines() if line.startswith("|")]
    return {route for cells in table for route in documented(cells)}


@pytest.mark.parametrize("service", BLUEPRINTS)
def test_every_route_declares_who_may_call_it(service: str):
    app = app_of(service)
    assert app.view_functions
    for endpoint, view in app.view_functions.items():
        if endpoint.rpartition(".")[2] == "static":
            continue
        allowed = getattr(view, "allowed_roles", None)
        assert allowed, f"{service}: {endpoint} declares no roles"
        assert allowed <= ROLES, f"{service}: {endpoint} declares {allowed - ROLES}"


def test_every_command_of_notifier_and_matcher_can_be_repeated():
    """What changes nothing when it is repeated, or is a search, needs no key."""
    without = {"messages.sendgrid_events", "messages.suppressions", "messages.unsubscribe"}
    for app in map(app_of, ("notifier", "matcher")):
        commands = {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods & WRITES} - without
        assert commands
        for endpoint in commands:
            source = inspect.getsource(app.view_functions[endpoint])
            assert re.search(r"\b(once|_done)\(", source), f"{endpoint} is done again when it is repeated"


@pytest.mark.parametrize("service", INNER)
def test_the_readme_names_exactly_the_routes(service: str):
    told = {route for cells in rows(f"services/{service}/README.md") for route in documented(cells)}
    assert told - {("GET", path) for path in ("/healthz", "/readyz", "/version", "/metrics")} == routes(service)


@pytest.mark.parametrize("service", BLUEPRINTS)
def test_a_readme_says_nothing_twice(service: str):
    """Two versions of a line side by side are what a merge leaves."""
    text = (ROOT / f"services/{service}/README.md").read_text(encoding="utf-8")
    begins = re.findall(r"^\*\*[^*]+\*\*|^\| [A-Z][^|]*/[^|]* \|", text, re.MULTILINE)
    assert sorted(begins) == sorted(set(begins))


@pytest.mark.parametrize("service", INNER)
def test_the_interface_document_names_exactly_the_routes(service: str):
    assert section(service.capitalize()) == routes(service)


def test_a_table_is_read_as_people_read_it():
    assert set(documented(["GET, PATCH /users/{id}"])) == {("GET", "/users/{}"), ("PATCH", "/users/{}")}
    assert set(documented(["GET /entities?ids&page, /entities/{id}"])) == {
        ("GET", "/entities"),
        ("GET", "/entities/{}"),
    }
    assert set(documented(["setting"])) == set(documented(["/path/without/method"])) == set()

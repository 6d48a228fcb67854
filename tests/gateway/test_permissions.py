"""Every route as everybody: admitted or refused as services/gateway/permissions.csv says, and it says all of them.

A route without a line: `python -m tests.gateway.permission_rows` adds it; read what it says.
"""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from flask import Flask, request

from services.gateway.app import create_app
from services.gateway.permissions import ON_BEHALF, WHO, Right, matrix, methods_of
from services.gateway.session import sessions_of
from tests.gateway.conftest import config_for
from tests.gateway.network import (
    FARM,
    Network,
    a_session,
    an_acting_session,
    an_admin_session,
    an_operator_session,
)
from tests.gateway.permission_rows import bare_app, declared, rules
from tests.gateway.scenes import furnish, token_for
from tests.gateway.standin import Standin, problem

SESSIONS = {
    "owner": a_session("session-owner"),
    "operator": an_operator_session("session-operator"),
    "viewer": an_operator_session("session-viewer", view_only=True),
    "coordinator": an_admin_session("session-coordinator", kind="coordinator", roles=["coordinator"]),
    "admin": an_admin_session("session-admin"),
    "auditor": an_admin_session("session-auditor", kind="auditor", roles=["auditor"]),
    ON_BEHALF: an_acting_session("session-acting"),
}
"""A Session for each column of the table; visitors have none."""
WAYS_BACK = ("/acting/stop", "/api/v1/admin/acting")
"""By these an administrator stops acting for a member."""
GOES_IN = "X-Goes-In"
"""A header for who does not stop behind the door: one of all that are admitted is enough to see that a view stands."""
ROUTES = {f"{methods_of(rule.methods)} {rule.rule}": rule for rule in rules(bare_app())}
CALLS = [(route, method) for route, rule in ROUTES.items() for method in methods_of(rule.methods).split(", ")]


def test_every_route_has_a_line_and_every_line_a_route():
    told = {f"{right.methods} {right.path}" for right in matrix().values()}
    assert told == ROUTES.keys(), "run `python -m tests.gateway.permission_rows` and read what it adds"


@pytest.mark.parametrize("route", ROUTES)
def test_the_table_says_what_the_view_declares(route: str):
    app, rule = bare_app(), ROUTES[route]
    right = matrix()[methods_of(rule.methods), rule.rule]
    assert {who: right.allowed[who] for who in WHO} == declared(app.view_functions[rule.endpoint])
    assert right.capability
    assert right.area


def test_nobody_acts_for_a_member_where_no_member_may():
    """And what visitors may do everybody may."""
    for right in matrix().values():
        # Only the way back is for nobody else.
        assert not right.allowed[ON_BEHALF] or right.allowed["owner"] or right.path in WAYS_BACK, right.path
        if right.allowed["visitor"]:
            assert all(right.allowed.values()), right.path


@pytest.fixture(scope="module")
def watched(
    standins: dict[str, Standin], session_key: RSAPrivateKey, internal_key: RSAPrivateKey, tmp_path_factory
) -> tuple[Flask, list[str]]:
    """The gateway, made once, and a list that grows when a request is admitted."""
    folder = tmp_path_factory.mktemp("keys")
    app = create_app(config_for(standins, session_key, internal_key, folder, rate_limit="1000000/minute"))
    # Else forms are refused for their missing mark before anybody asks who sent them.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    admitted: list[str] = []

    @app.before_request
    def note() -> str | None:
        # Runs only when nothing before it refused.
        admitted.append(request.path)
        return None if request.headers.get(GOES_IN) else ""

    return app, admitted


@pytest.mark.parametrize(("route", "method"), CALLS)
def test_everybody_is_admitted_or_refused_as_the_table_says(
    watched: tuple[Flask, list[str]], network: Network, route: str, method: str
):
    furnish(network)
    right = matrix()[methods_of(ROUTES[route].methods), ROUTES[route].rule]
    first = next((who for who in (*WHO, ON_BEHALF) if right.allowed[who] and who in SESSIONS), None)
    for who in (*WHO, ON_BEHALF):
        if session := SESSIONS.get(who):
            network.lives(session)
        _try(watched, right, method, who, goes_in=who == first)


def _try(watched: tuple[Flask, list[str]], right: Right, method: str, who: str, *, goes_in: bool) -> None:
    app, admitted = watched
    admitted.clear()
    client, headers = app.test_client(), {GOES_IN: "yes"} if goes_in else {}
    is_api = right.path.startswith("/api/")
    if who in SESSIONS:
        token = token_for(sessions_of(app), SESSIONS[who])
        if is_api:
            headers["Authorization"] = f"Bearer {token}"
        else:
            client.set_cookie("mccsToken", token)
    kept = {"json": {}} if is_api and method not in ("GET", "DELETE") else {}
    answer = client.open(_path(right.path), method=method, headers=headers, **kept)
    assert bool(admitted) == right.allowed[who], f"{who}: {answer.status_code} {answer.text[:300]}"
    assert answer.status_code != 500, who
    if admitted:
        return
    if is_api:
        assert answer.status_code == (401 if who == "visitor" else 403), who
        assert answer.json["errors"][0]["code"].startswith("auth.")
    elif who == "visitor":
        door = "/login" if right.allowed["owner"] else "/admin/login"
        assert (answer.status_code, answer.location.partition("?")[0]) == (302, door)
    else:
        # Staff who meet a member's page are shown to their own.
        own_page = who in ("admin", "coordinator") and method == "GET" and right.allowed["owner"]
        assert (answer.status_code, answer.location) == ((302, "/admin") if own_page else (403, None)), who


def _path(rule: str) -> str:
    """An address under a rule."""
    path = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule)
    path = re.sub(r"<(?:string:)?entity_id>", FARM, path)
    return re.sub(r"<(?:int:)\w+>", "1", re.sub(r"<path:\w+>", "x", re.sub(r"<(?:string:)?\w+>", "some-id", path)))


def test_who_looks_only_is_told_so_by_the_page(watched, network: Network):
    app, _ = watched
    network.lives(SESSIONS["viewer"])
    client = app.test_client()
    client.set_cookie("mccsToken", token_for(sessions_of(app), SESSIONS["viewer"]))
    answer = client.get("/transfers/new")
    assert answer.status_code == 403
    assert "An owner of the business can do it" in answer.text


def test_limits_hold_while_the_directory_is_down(watched, network: Network):
    """The token says them: an operator does not become an owner because the directory can't be asked."""
    app, _ = watched
    for who in ("viewer", ON_BEHALF):
        # Not one that was logged out here before: that would be dead in any case.
        session = SESSIONS[who] | {"session_id": f"another-{who}"}
        token = token_for(sessions_of(app), session | ({"entities": []} if who == ON_BEHALF else {}))
        network.directory.on("GET", f"/sessions/{session['session_id']}", problem(503, "directory.unavailable"))
        bearer = {"Authorization": f"Bearer {token}"}
        answer = app.test_client().post("/api/v1/transfers", json={}, headers=bearer)
        assert answer.status_code == 403, (who, answer.text)

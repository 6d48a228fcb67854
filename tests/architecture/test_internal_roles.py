"""Every route of the services behind the gateway, as every role: admitted or refused as docs/internal-api.md says.

The ledger's are tried to the end in tests/ledger/test_authorisation.py; here all are called up to their door.
"""

import re

import pytest
from flask import Flask, Response

from services.chassis.tokens import Caller, Signer, Verifier
from services.chassis.web import Parts, new_app
from tests.architecture.test_routes import BLUEPRINTS, INNER, ROLES, ROOT, Route, documented
from tests.chassis.keys import key_pair

PRIVATE, PUBLIC = key_pair("internal")
SIGNER = Signer(PRIVATE)
ADMITTED = 299


def app_behind_a_door(service: str) -> Flask:
    """The service with its own admission, and nothing behind it: who comes in is told so."""
    modules = [__import__(module, fromlist=["bp"]) for module in BLUEPRINTS[service]]
    # Nobody sends a position here, so nobody waits for one.
    parts = Parts(service, Verifier(PUBLIC, service), projections=dict.fromkeys(INNER, lambda: 0))
    app = new_app(parts, *(module.bp for module in modules))

    @app.before_request
    def come_in() -> Response:
        # Runs when the door has let the caller in.
        return Response(status=ADMITTED)

    return app


APPS = {service: app_behind_a_door(service) for service in INNER}


def rules(service: str) -> dict[Route, tuple[str, frozenset[str]]]:
    """Route to its path and the roles that its view declares."""
    app = APPS[service]
    return {
        (method, re.sub(r"<[^>]*>", "{}", rule.rule)): (rule.rule, app.view_functions[rule.endpoint].allowed_roles)
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith("health.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def an_address(path: str) -> str:
    """One under a rule."""
    chosen = re.sub(r"<any\(([^,)]+)[^)]*\):\w+>", r"\1", path)
    return re.sub(r"<[^>]*>", "1", chosen)


def told(service: str) -> dict[Route, frozenset[str]]:
    """Route to the roles that its row names; what is in brackets narrows them and is not for the door."""
    text = (ROOT / "docs/internal-api.md").read_text(encoding="utf-8")
    body = next(part for part in re.split(r"^## ", text, flags=re.MULTILINE) if part.startswith(service.capitalize()))
    rows = [line.strip("|").split("|") for line in body.splitlines() if line.startswith("|")]
    return {route: _roles(cells[1]) for cells in rows for route in documented([cells[0].strip().replace("`", "")])}


def _roles(cell: str) -> frozenset[str]:
    named = re.sub(r"\([^)]*\)", "", cell)
    if re.search(r"\ball\b", named):
        return frozenset(ROLES)
    return frozenset(ROLES & set(re.findall(r"[a-z]+", named)))


@pytest.mark.parametrize("service", INNER)
def test_the_interface_document_says_whom_each_route_is_for(service: str):
    declared = {route: roles for route, (_, roles) in rules(service).items()}
    written = told(service)
    differing = {
        route: (sorted(roles), sorted(written.get(route, ()))) for route, roles in declared.items()
        # Where the public may come in everybody may.
        if roles != written.get(route) and not ("public" in roles and "public" in written.get(route, ()))
    }  # fmt: skip
    assert differing == {}


@pytest.mark.parametrize("service", INNER)
def test_each_role_is_let_in_or_refused_at_each_route(service: str):
    client = APPS[service].test_client()
    for (method, _), (path, allowed) in rules(service).items():
        for role in sorted(ROLES):
            token = SIGNER.token(Caller(subject="x", roles=frozenset({role})), service)
            answer = client.open(an_address(path), method=method, headers={"Authorization": f"Bearer {token}"})
            admitted = role in allowed or "public" in allowed
            assert answer.status_code == (ADMITTED if admitted else 403), (method, path, role, answer.text)
            if not admitted:
                assert answer.json["type"] == "auth.forbidden"


@pytest.mark.parametrize("service", INNER)
def test_nobody_is_let_in_without_a_token(service: str):
    client = APPS[service].test_client()
    for (method, _), (path, _) in rules(service).items():
        answer = client.open(an_address(path), method=method)
        assert (answer.status_code, answer.json["type"]) == (401, "auth.invalid_token"), (method, path)

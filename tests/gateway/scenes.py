"""The stand-ins furnished with a usual, an empty or an awkward network, and a list of all pages."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.gateway.login import login_of
from services.gateway.session import Sessions, sessions_of
from tests.gateway.logged import furnish_log
from tests.gateway.network import (
    ANN,
    BAKERY,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    NOW,
    OFFICE_ACCOUNT,
    Network,
    a_completed_transfer,
    a_session,
    a_statement,
    a_transfer,
    an_account,
    an_acting_session,
    an_admin_session,
    an_admin_transfer,
    an_entity,
    an_entry,
    an_operator_session,
    some_legs,
)  # fmt: skip
from tests.gateway.proven import furnish_proofs, no_proofs
from tests.gateway.scenes_audit import furnish_audit, no_audit
from tests.gateway.scenes_catalogue import furnish_catalogue
from tests.gateway.scenes_mailing import furnish_mails, no_mails
from tests.gateway.scenes_matches import furnish_matches, no_matches
from tests.gateway.scenes_notices import furnish_notices, no_notices
from tests.gateway.scenes_privacy import furnish_privacy
from tests.gateway.scenes_ruling import furnish_ruling, no_ruling
from tests.gateway.scenes_setup import furnish_setup
from tests.gateway.scenes_tokens import furnish_imports, furnish_service_accounts, furnish_tokens
from tests.gateway.scenes_trading import furnish_trading, no_trading
from tests.gateway.scenes_webhooks import furnish_webhooks, no_webhooks
from tests.gateway.standin import Asked, problem

LONG_NAME = "The Worshipful Cooperative of Vegetable-Growers, Beekeepers-and-Cidermakers of Llanfairpwllgwyngyll"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
EVIL = "<script>alert('x')</script> & \"Sons\""
AUDITOR_SESSION = "session-audrey"
SECOND_STEP = "second-step"
"""In the page cookie, after a right password."""


def session_of(who: str) -> dict[str, Any] | None:
    """The Session of somebody; None for a visitor."""
    return {
        "member": a_session(),
        "applicant": an_applicant_session(),
        "admin": an_admin_session(),
        "auditor": an_auditor_session(),
        "operator": an_operator_session(),
        "several": a_session_with_several(),
        "acting": an_acting_session(),
        "coordinator": a_coordinator_session(),
        "newcomer": a_newcomer_session(),
    }.get(who)


def log_in(client: FlaskClient, who: str) -> None:
    """The cookie of somebody, as the log-in page sets it."""
    if who == "halfway":
        with client.session_transaction() as page:
            page[SECOND_STEP] = {"ticket": "ticket-1", "next": "/pending", "kind": "member"}
    if session := session_of(who):
        client.set_cookie("mccsToken", token_for(sessions_of(client.application), session))


def token_for(sessions: Sessions, session: dict[str, Any]) -> str:
    """A session token for a Session document."""
    accounts = {item["entity_id"]: item["account"] for item in session["entities"]}
    token: str = sessions.tokens.issue(
        session["session_id"], session["user_id"], frozenset(session["roles"]), accounts, login_of(session).limits
    )
    return token


def an_auditor_session() -> dict[str, Any]:
    return an_admin_session(AUDITOR_SESSION, user_id="admin-audrey", roles=["auditor"], email="audit@dev.null")


def a_coordinator_session() -> dict[str, Any]:
    return an_admin_session("session-cora", user_id="admin-cora", roles=["coordinator"], email="cora@dev.null")


def a_session_with_several() -> dict[str, Any]:
    """Ann keeps the bakery's accounts too."""
    farm = a_session()["entities"][0]
    bakery = farm | {"entity_id": BAKERY, "account": BAKERY_ACCOUNT, "name": LONG_NAME, "role": "operator"}
    return a_session("session-several", entities=[farm, bakery])


def a_newcomer_session() -> dict[str, Any]:
    """Of staff, who must set up a second factor first."""
    return an_admin_session("session-newcomer", user_id="admin-new", must_set_up_two_factor=True)


def an_applicant_session() -> dict[str, Any]:
    entity = {"entity_id": FARM, "account": FARM_ACCOUNT, "name": "Green Farm", "status": "accepted", "role": "owner"}
    return a_session("session-applicant", entities=[entity])


def furnish(network: Network, *, name: str = "Old Bakery", note: str = "Bread for the harvest supper") -> None:
    """The usual scene: something in every list. `name` and `note` are the other side's words."""
    bakery = an_entity(
        BAKERY, BAKERY_ACCOUNT, name=name, version=57, offers=["bread", "cakes", "organic-flour"],
        wants=["vegetables", "apples", "van-repair"], categories=["bakery"], city="Hebden Bridge",
        region="West Yorkshire", country="England", address="4 Mill Lane", postal_code="HX7 8AA",
        telephone="01422 555 019", website="https://bakery.example", inc_type="ltd", company_number="01234567",
        email="trade@bakery.example", member_started_at=NOW, description=(
            "A wood-fired bakery by the canal. Sourdough, rye, and on Fridays the cinnamon buns "
            "that the whole valley queues for."
        ), users=[a_user("user-bob", "Bob", "Baker")],
        next_statuses=[
            {"status": "accepted", "needs_reason": True}, {"status": "rejected", "needs_reason": True},
        ], application={"user_id": "user-bob", "at": NOW, "terms_version": "2026-01"}, decisions=[
            {"previous": "pending", "status": "accepted", "at": NOW, "by": "admin:root", "reason": ""},
            {"previous": "tradingPending", "status": "tradingAccepted", "at": NOW, "by": "admin:root", "reason": note},
        ],
    )  # fmt: skip
    farm = an_entity(
        city="Todmorden", offers=["vegetables", "apples", "eggs"], wants=["bread", "printing"], country="England",
        preferences={"daily_match_mail": True, "matches_since_last_login": False}, email="ann@farm.example",
        description="Vegetables and eggs from the hill.",
    )  # fmt: skip
    network.entities = [farm, bakery]
    for entity in network.entities:
        network.directory.on("GET", f"/entities/{entity['entity_id']}", entity)
        network.ledger.on("GET", f"/accounts/{entity['account']}", an_account(entity["account"], -1500, can_pay=8500))
    _sessions(network)
    _search(
        network,
        [{**bakery, "why": [{"side": "offers", "term": "vegetalbes", "matched": "vegetables", "how": "fuzzy"}]}, farm],
    )
    _transfers(network, note)
    network.notifier.on("GET", "/messages/summary", {"queued": 2, "sending": 0, "sent": 1204, "failed": 1, "dead": 0})
    near = an_account(BAKERY_ACCOUNT, -9500, used_percent=95)
    network.ledger.on("GET", "/near-limits", {"percent": 20, "accounts": [near], "total": 3})
    network.ledger.on("GET", "/traded", {"transfers": 112, "volume": 842_050, "accounts": 37})
    network.ledger.on("GET", "/head", {
        "book": "main", "position": 12873, "hash": "9f2c" * 16, "time": NOW, "accounts": 62, "sum_of_balances": 0,
    })  # fmt: skip
    network.directory.on("GET", "/password-resets/token-1", {"kind": "member"})
    furnish_proofs(network)
    furnish_audit(network, note)
    _people(network)
    furnish_tokens(network)
    furnish_service_accounts(network)
    furnish_log(network, ANN, note)
    furnish_imports(network)
    furnish_privacy(network)
    furnish_catalogue(network)
    furnish_notices(network, name)
    furnish_webhooks(network, note)
    furnish_matches(network, name)
    furnish_trading(network, name)
    furnish_mails(network)
    furnish_ruling(network, note)
    furnish_setup(network, note)


def empty(network: Network) -> None:
    """Nothing in any list: a network on its first day."""
    furnish(network)
    no_proofs(network)
    no_audit(network)
    no_notices(network)
    no_webhooks(network)
    no_matches(network)
    no_trading(network)
    no_mails(network)
    no_ruling(network)
    nothing = {"entries": [], "next": None, "total": 0, "total_is_least": False, "names": {}}
    for path in ("/audit", f"/users/{ANN}/audit", f"/entities/{FARM}/audit"):
        network.directory.on("GET", path, nothing)
    _search(network, [])
    network.ledger.on("GET", "/transfers", {"transfers": [], "total": 0, "next": None})
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(balance=0, max_negative=0, can_pay=0))
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}/statement", a_statement([]))
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}/consent", {"consent": []})


def _people(network: Network) -> None:
    ann = a_member(ANN, "Ann", "Archer", role="owner")
    olga = a_member("user-olga", "Olga", LONG_WORD, role="operator", max_amount=5_000)
    viewer = a_member("user-vera", "", "", role="operator", view_only=True)
    invited = {
        "invitation_id": "invitation-1", "entity_id": FARM, "email": "new@farm.example", "role": "operator",
        "view_only": False, "max_amount": None, "invited_by": ANN, "created_at": NOW, "expires_at": NOW,
    }  # fmt: skip
    listed = {"members": [ann, olga, viewer], "invitations": [invited]}
    network.directory.on("GET", f"/entities/{FARM}/members", listed)
    network.directory.on("GET", f"/entities/{BAKERY}/members", {"members": [ann], "invitations": []})
    for token, has_login in (("token-1", False), ("token-2", True)):
        offered = invited | {"entity_name": LONG_NAME, "has_login": has_login}
        network.directory.on("GET", f"/invitations/{token}", offered)
    dead = problem(404, "invitation.invalid")
    network.directory.on("GET", "/invitations/token-dead", dead)
    staff = [
        a_user("admin-root", "Root", "") | {"kind": "admin", "suspended": False, "expires_at": None},
        a_user("admin-cora", "Cora", LONG_WORD) | {"kind": "coordinator", "suspended": True, "expires_at": NOW},
    ]
    network.directory.on("GET", "/staff", {"users": staff})
    part = {
        "entity_id": BAKERY,
        "user_id": ANN,
        "role": "operator",
        "view_only": False,
        "max_amount": 5_000,
        "since": NOW,
    }
    network.directory.on("GET", "/memberships", {"memberships": [part], "users": []})
    users = [a_user(ANN, "Ann", "Archer"), a_user("user-olga", "Olga", LONG_WORD)]
    network.directory.on("GET", "/users", {"users": users, "total": 45})


def a_member(user_id: str, first_name: str, last_name: str, **part: Any) -> dict[str, Any]:
    known = {"view_only": False, "max_amount": None, "entity_id": FARM, "since": NOW}
    return a_user(user_id, first_name, last_name) | known | part


def _sessions(network: Network) -> None:
    network.lives(a_session(previous_login={"at": NOW, "address": "192.0.2.1"}))
    network.lives(an_applicant_session())
    network.lives(an_auditor_session())
    for session in (an_operator_session(), a_session_with_several(), an_acting_session(), a_coordinator_session()):
        network.lives(session)
    network.directory.on("GET", f"/users/{ANN}", a_user(ANN, "Ann", "Archer"))
    network.lives(a_newcomer_session())
    _logins(network)


def _logins(network: Network) -> None:
    """What is said of one's own login."""
    off = {"on": False, "since": None, "recovery_codes_left": 0, "required": False}
    on = {"on": True, "since": NOW, "recovery_codes_left": 3, "required": True}
    for user, factor in ((ANN, off), ("admin-root", on), ("admin-new", off | {"required": True})):
        network.directory.on("GET", f"/users/{user}/two-factor", factor)
        network.directory.on("GET", f"/users/{user}/sessions", {"sessions": [
            a_living_session("1" * 64, "Firefox on Windows", current=True),
            a_living_session("2" * 64, "Mobile Safari on iOS"),
        ]})  # fmt: skip
    network.directory.on("GET", "/users/user-bob", a_user("user-bob", "Bob", "Baker"))


def a_living_session(handle: str, device: str, **changes: Any) -> dict[str, Any]:
    known = {"handle": handle, "device": device, "address": "192.0.2.7", "opened_at": NOW, "used_at": NOW}
    return {**known, "current": False} | changes


def _search(network: Network, entities: list[dict[str, Any]]) -> None:
    counts = [{"value": entity["name"], "count": 7} for entity in entities]
    facets = {"categories": counts, "city": counts, "region": [], "country": counts}
    found = {"entities": entities, "total": len(entities) and 24, "effort": "spelling", "next": None, "facets": facets}
    network.directory.on("GET", "/search", found)
    listed = network._listed

    def answer(asked: Asked) -> dict[str, Any]:
        if "status" not in asked.query:
            return listed(asked)
        found = [{**entity, "status": asked.query["status"].partition(",")[0]} for entity in entities]
        return {"entities": found, "total": len(found)}

    network.directory.on("GET", "/entities", answer)


def _transfers(network: Network, note: str) -> None:
    mine = a_transfer(description=note)
    theirs = a_transfer("transfer-2", initiator=BAKERY_ACCOUNT, direction="request", amount=123_450, description=note)
    offered = a_transfer(
        "transfer-4", initiator=BAKERY_ACCOUNT, payer=BAKERY_ACCOUNT, payee=FARM_ACCOUNT, amount=900, description=""
    )
    ended = a_transfer(
        "transfer-3", status="cancelled", ended_at=NOW, description=note,
        cancellation={"kind": "rejected", "code": "declined", "reason": note, "by": BAKERY_ACCOUNT},
    )  # fmt: skip
    fees = some_legs((FARM_ACCOUNT, -4030), (BAKERY_ACCOUNT, 3960), (OFFICE_ACCOUNT, 70))
    with_fees = a_transfer("transfer-fees", amount=4000, legs=fees, description=note)
    expired = a_transfer(
        "transfer-expired", status="cancelled", ended_at=NOW, description=note,
        cancellation={"kind": "expired", "code": "expired", "reason": "Nobody answered it in time.", "by": None},
    )  # fmt: skip
    consented = a_completed_transfer("transfer-consent", by_consent=True, accepted_by=None, description=note)
    granted = an_admin_transfer("transfer-admin", description=note, reversed_by="transfer-reversal")
    back = an_admin_transfer(
        "transfer-reversal", kind="reversal", payer=BAKERY_ACCOUNT, payee=FARM_ACCOUNT, reverses="transfer-admin",
        legs=some_legs((FARM_ACCOUNT, 2000), (OFFICE_ACCOUNT, 1000), (BAKERY_ACCOUNT, -3000)), description=note,
    )  # fmt: skip
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}/consent", {"consent": [
        {"party": "any", "direction": "pay", "max_amount": None},
        {"party": BAKERY_ACCOUNT, "direction": "pay", "max_amount": 50_000},
        {"party": BAKERY_ACCOUNT, "direction": "request", "max_amount": 5_000},
    ]})  # fmt: skip
    for transfer in (mine, theirs, ended, offered, with_fees, expired, consented, granted, back):
        network.ledger.on("GET", f"/transfers/{transfer['transfer_id']}", transfer)
    network.ledger.on("GET", "/transfers", {"transfers": [mine, theirs, offered], "total": 3, "next": None})
    entries = [
        an_entry(12, -12_345, 9_605, note, time="2026-03-09T16:20:00.000000Z"),
        an_entry(9, 40_000, 21_950, "", time="2026-02-11T08:05:00.000000Z"),
        an_entry(4, -18_050, -18_050, note, time="2026-01-18T12:00:00.000000Z"),
    ]  # fmt: skip
    network.ledger.on(
        "GET", f"/accounts/{FARM_ACCOUNT}/statement",
        lambda asked: a_statement(entries, next=4 if "sign" in asked.query else None),
    )  # fmt: skip


def a_user(user_id: str, first_name: str, last_name: str) -> dict[str, Any]:
    return {
        "user_id": user_id, "kind": "member", "email": f"{first_name.lower()}@dev.null", "first_name": first_name,
        "last_name": last_name, "telephone": "01706 555 014", "created_at": NOW, "last_login": NOW,
        "previous_login": None, "version": 1,
    }  # fmt: skip


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)
    assert found, f"no hidden {name}"
    return found.group(1)


def send(client: FlaskClient, path: str, values: dict[str, Any], page: str = "") -> TestResponse:
    """Send a form as a browser does: with the token of a page loaded before."""
    token = hidden(client.get(page or path).text, "csrf_token")
    return client.post(path, data={"csrf_token": token, **values})


def logged_in(client: FlaskClient, path: str) -> dict[str, str]:
    """Headers of a login over the API."""
    token = client.post(path, json={"email": "a@b.example", "password": "Secret-123"}).get_json()["data"]["token"]
    return {"Authorization": f"Bearer {token}"}

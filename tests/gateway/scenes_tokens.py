"""The stand-ins furnished for the pages about API tokens, another mail address, and files of members."""

from typing import Any

from tests.gateway.network import ANN, NOW, Network
from tests.gateway.standin import problem

_NAME = "Accounting software at the office in Hebden Bridge"


def furnish_tokens(network: Network) -> None:
    """Ann has two tokens and asked for another address; the administrator and the auditor have nothing."""
    token = {
        "token_id": "t-1", "user_id": ANN, "name": _NAME, "scopes": ["read", "transfer:initiate"],
        "created_at": NOW, "expires_at": NOW, "last_used_at": NOW,
    }  # fmt: skip
    unused = token | {"token_id": "t-2", "name": "Website", "scopes": ["read"], "last_used_at": None}
    network.directory.on("GET", f"/users/{ANN}/api-tokens", {"api_tokens": [token, unused]})
    waiting = {
        "new_email": "a-rather-long-address-of-somebody@a-rather-long-domain.example", "asked_at": NOW,
        "expires_at": NOW, "waits_for": ["old"],
    }  # fmt: skip
    network.directory.on("GET", f"/users/{ANN}/email-change", waiting)
    for user in ("admin-root", "admin-audrey"):
        network.directory.on("GET", f"/users/{user}/api-tokens", {"api_tokens": []})
        network.directory.on("GET", f"/users/{user}/email-change", problem(404, "email_change.none"))
    for side in ("old", "new"):
        link = {"side": side, "new_email": waiting["new_email"]}
        network.directory.on("GET", f"/email-confirmations/{side}", link)


def a_service_token(**changes: Any) -> dict[str, Any]:
    """A token of a service account, that ends."""
    return {"token_id": "t-1", "name": "server", "created_at": NOW, "expires_at": NOW, "last_used_at": NOW} | changes


def a_service_account(**changes: Any) -> dict[str, Any]:
    """One with two tokens, made by somebody who is still there."""
    endless = a_service_token(token_id="t-2", name="the next one", expires_at=None, last_used_at=None)
    known = {
        "service_account_id": "sa-1", "name": _NAME, "purpose": "Fetches the transfers of the day before each night.",
        "scopes": ["read", "admin:mail"], "made_by": "admin-root", "made_by_name": "Ada Admin", "created_at": NOW,
        "disabled_at": None, "last_used_at": NOW, "tokens": [a_service_token(), endless],
    }  # fmt: skip
    return known | changes


def furnish_service_accounts(network: Network) -> None:
    """One in use, and one that was disabled by somebody who has left since."""
    stopped = a_service_account(
        service_account_id="sa-2", name="Website", disabled_at=NOW, last_used_at=None, tokens=[], made_by_name=""
    )
    network.directory.on("GET", "/service-accounts", {"service_accounts": [a_service_account(), stopped]})
    for each in (a_service_account(), stopped):
        network.directory.on("GET", f"/service-accounts/{each['service_account_id']}", each)


def an_import(**changes: Any) -> dict[str, Any]:
    """A file of four rows, two of them not good."""
    known = {
        "import_id": "import-1", "name": "members-of-the-old-network.csv", "state": "checked", "mode": None,
        "invite": False, "rows": 4, "bad": 2, "imported": 0, "cursor": 0, "created_at": NOW, "finished_at": None,
    }  # fmt: skip
    return known | changes


def furnish_imports(network: Network) -> None:
    """One file that was checked, and one that is being imported."""
    running = an_import(import_id="import-2", state="running", mode="row", imported=1, name="")
    network.directory.on("GET", "/imports", {"imports": [an_import(), running]})
    error = {"field": "email", "what": "Row 2 has the same address.", "next": "Leave one of the two rows out."}
    formula = {"field": "website", "what": "=HYPERLINK(1) is no address.", "next": "Begin it with https://."}
    rows = [{"number": 3, "errors": [error]}, {"number": 4, "errors": [formula]}]
    for each in (an_import(), running):
        network.directory.on("GET", f"/imports/{each['import_id']}", each)
        network.directory.on("GET", f"/imports/{each['import_id']}/errors", {"rows": rows, "next": None})

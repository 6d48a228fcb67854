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

"""The stand-ins furnished for the pages about API tokens and another mail address."""

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

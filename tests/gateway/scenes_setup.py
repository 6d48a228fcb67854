"""What the directory knows about the network itself, and a link to set one up."""

from typing import Any

from tests.gateway.network import NOW, Network
from tests.gateway.standin import Asked, Says, problem

TERMS = """# What you agree to

You keep what you sign up for. **Nobody** is made to trade.
Questions: office@credit.test, or https://credit.test/help.

## What we do not do

- take interest
- sell what we know of you"""


def some_settings(**changes: Any) -> dict[str, Any]:
    """As nobody has set them yet."""
    unset = dict.fromkeys(("name", "unit_name", "welcome", "terms", "privacy", "imprint"), "")
    return unset | {"version": 0, "changed_at": None} | changes


class Settings:
    """The directory's settings of the network, with the version that it compares."""

    def __init__(self, network: Network, **changes: Any) -> None:
        self.document = some_settings(**changes)
        network.directory.on("GET", "/network", lambda _: self.document)
        network.directory.on("PATCH", "/network", self._change)

    def _change(self, asked: Asked) -> Says | dict[str, Any]:
        changes = dict(asked.body)
        if self.document["version"] not in changes.pop("expected_versions", [self.document["version"]]):
            return problem(412, "precondition.failed")
        self.document = self.document | changes | {"version": self.document["version"] + 1, "changed_at": NOW}
        return self.document


def furnish_setup(network: Network, note: str) -> None:
    """Texts, one of them with `note` in it; a link that works, and one that does not."""
    Settings(network, terms=f"{TERMS}\n\n{note}", imprint=note, version=3, changed_at=NOW)
    network.directory.on("GET", "/setup/token-1", {})
    network.directory.on("GET", "/setup/token-dead", problem(404, "setup.invalid"))

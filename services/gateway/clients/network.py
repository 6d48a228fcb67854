"""The directory: settings of the network, and setting up one that nobody administers yet."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.tokens import Caller
from services.gateway.calling import PASSWORD_SECONDS, Document
from services.gateway.clients.security import Visit
from services.gateway.part import Part, segment


class NetworkSettings(Part):
    """What the network and its unit are called, and its texts."""

    def network(self) -> Document:
        """`{name, unit_name, welcome, terms, privacy, imprint, version, changed_at}`; empty: as by default."""
        return self._get("/network")

    def change_network(
        self, changes: Mapping[str, Any], *, expected: Sequence[int] | None = None, key: str | None = None
    ) -> Document:
        """Some of them → all, as they are then. Refused: precondition.failed, when their version is no `expected`."""
        known = {} if expected is None else {"expected_versions": list(expected)}
        return self._write("PATCH", "/network", {**changes, **known}, key)

    def check_setup_link(self, token: str) -> None:
        """Refused: setup.invalid, unless it can be used."""
        self._line.ask(self._as(Caller()), "GET", f"/setup/{segment(token)}")

    def set_up(
        self, token: str, *, user: Mapping[str, Any], network: Mapping[str, Any], visit: Visit, key: str | None = None
    ) -> Document:
        """`{user_id, session}`; `user` has email, password, first_name, last_name. Refused: setup.invalid."""
        body = {"user": dict(user), "network": dict(network), **visit}
        path = f"/setup/{segment(token)}"
        return self._line.ask(self._as(Caller()), "POST", path, body=body, key=key, seconds=PASSWORD_SECONDS)

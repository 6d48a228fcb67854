"""What callers of the REST API say: `GatewayCalls.<scenario>` is a member as a generator."""

import json
import random
from typing import TYPE_CHECKING

from tests.bench.calls import Calls

if TYPE_CHECKING:
    from tests.bench.load import Caller, Tally

API = "/api/v1"
_ID = b'"id":"'
_ACCEPT = b'{"action":"accept"}'


class GatewayCalls(Calls):
    """The requests of one run through the gateway. The plan says which business an account belongs to."""

    def pairs(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Propose a transfer, then accept it as the other side; counts pairs."""
        while True:
            payer, payee = self._parties(chance)
            status, answer = yield self._propose(payer, payee)
            if not self._as_expected(status, answer, tally):
                continue
            at = answer.index(_ID) + len(_ID)
            path = f"{API}/transfers/".encode() + answer[at : at + 36]
            status, answer = yield self._post(payee, path, _ACCEPT).replace(b"POST", b"PATCH", 1)
            tally.done += self._as_expected(status, answer, tally)

    def proposals(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Propose transfers; counts calls."""
        return self._each(tally, lambda: self._propose(*self._parties(chance)))

    def balance(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Read one's own balance; counts calls."""
        return self._each(tally, lambda: self._own(chance, f"{API}/balance?"))

    def page(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Read the newest transfers of one's own business; counts pages."""
        return self._each(tally, lambda: self._own(chance, f"{API}/transfers?status=all&"))

    def pages(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Open any of some pages as any of the members, as a browser does; counts pages."""
        return self._each(
            tally, lambda: self._opened(chance.choice(self._plan.accounts), chance.choice(self._plan.paths))
        )

    def _opened(self, account: str, path: str) -> bytes:
        cookie = f"Cookie: mccsToken={self._plan.tokens[account]}"
        return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n\r\n".encode()

    def _own(self, chance: random.Random, path: str) -> bytes:
        account = chance.choice(self._plan.accounts)
        return self._get(account, f"{path}querying_entity_id={self._plan.owners[account]}")

    def _propose(self, payer: str, payee: str) -> bytes:
        body = {"transfer": "out", "initiator": payer, "receiver": payee, "amount": 1, "description": "bench"}
        return self._post(payer, f"{API}/transfers".encode(), json.dumps(body).encode())

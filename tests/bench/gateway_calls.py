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
        while True:
            status, answer = yield self._propose(*self._parties(chance))
            tally.done += self._as_expected(status, answer, tally)

    def balance(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Read one's own balance; counts calls."""
        while True:
            account = chance.choice(self._plan.accounts)
            path = f"{API}/balance?querying_entity_id={self._plan.owners[account]}"
            status, answer = yield self._get(account, path)
            tally.done += self._as_expected(status, answer, tally)

    def page(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Read the newest transfers of one's own business; counts pages."""
        while True:
            account = chance.choice(self._plan.accounts)
            path = f"{API}/transfers?status=all&querying_entity_id={self._plan.owners[account]}"
            status, answer = yield self._get(account, path)
            tally.done += self._as_expected(status, answer, tally)

    def paths(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Read any of some paths as any member; counts calls."""
        while True:
            status, answer = yield self._get(chance.choice(self._plan.accounts), chance.choice(self._plan.paths))
            tally.done += self._as_expected(status, answer, tally)

    def _propose(self, payer: str, payee: str) -> bytes:
        body = {"transfer": "out", "initiator": payer, "receiver": payee, "amount": 1, "description": "bench"}
        return self._post(payer, f"{API}/transfers".encode(), json.dumps(body).encode())

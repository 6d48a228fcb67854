"""What the callers of each scenario say, as bytes made beforehand. `Calls.<scenario>` is a caller as a generator."""

import itertools
import json
import random
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bench.load import Caller, Plan, Tally

TOO_MUCH = 99_999_999_999
GROUP = 100
"""So many of the first accounts belong to one member, who sends batches."""
_ID = b'"transfer_id":"'


class Calls:
    """The requests of one run."""

    def __init__(self, plan: "Plan") -> None:
        self._plan = plan
        self._keys = itertools.count()
        self._prefix = secrets.token_hex(6)
        self._heads = {account: self._head(account) for account in plan.accounts}

    def caller(self, number: int, tally: "Tally") -> "Caller":
        """The caller with that number."""
        scenario: Any = getattr(self, self._plan.scenario)
        chosen: Caller = scenario(random.Random(f"{self._plan.scenario}-{number}"), tally)
        return chosen

    def pairs(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Propose a transfer, then accept it as the other side; counts pairs."""
        while True:
            payer, payee = self._parties(chance)
            status, answer = yield self._proposal(payer, payee, chance)
            if not self._as_expected(status, answer, tally):
                continue
            at = answer.index(_ID) + len(_ID)
            accept = b"/transfers/" + answer[at : at + 36] + b"/accept"
            status, answer = yield self._post(payee, accept, b"{}")
            tally.done += self._as_expected(status, answer, tally)

    def single(self, chance: random.Random, tally: "Tally") -> "Caller":
        """A proposal that completes at once; counts transfers."""
        while True:
            payer, payee = self._parties(chance)
            status, answer = yield self._proposal(payer, payee, chance)
            tally.done += self._as_expected(status, answer, tally) and b'"completed"' in answer

    def batch(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Many proposals in one call, by who acts for a hundred accounts; counts the commands that were done."""
        payers = self._plan.accounts[:GROUP]
        while True:
            commands = []
            for _ in range(self._plan.size):
                payer, payee = chance.choice(payers), chance.choice(self._plan.accounts[GROUP:])
                commands.append({"command": "initiate", **_transfer(payer, payee)})
            content = json.dumps({"atomic": False, "commands": commands}).encode()
            status, answer = yield self._post("group", b"/batches", content)
            if self._as_expected(status, answer, tally):
                done = answer.count(b'"transfer_id":')
                tally.done += done
                if done < self._plan.size:
                    tally.sample = tally.sample or answer[:300].decode()

    def floor(self, chance: random.Random, tally: "Tally") -> "Caller":
        """A call that only proves who it is; counts calls."""
        return self._each(tally, lambda: self._proposal(*self._parties(chance), chance))

    def balance(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Read one account; counts calls."""

        def asked() -> bytes:
            account = chance.choice(self._plan.accounts)
            return self._get(account, f"/accounts/{account}")

        return self._each(tally, asked)

    def paths(self, chance: random.Random, tally: "Tally") -> "Caller":
        """Read any of some paths as any of the callers; counts calls."""
        return self._each(tally, lambda: self._get(chance.choice(self._plan.accounts), chance.choice(self._plan.paths)))

    def page(self, _: random.Random, tally: "Tally") -> "Caller":
        """Walk through the statement of the first account, page by page; counts pages."""
        account, before = self._plan.accounts[0], ""
        while True:
            path = f"/accounts/{account}/statement?limit={self._plan.size}{before}"
            status, answer = yield self._get(account, path)
            tally.done += self._as_expected(status, answer, tally)
            following = json.loads(answer).get("next")
            before = f"&before={following}" if following else ""

    def _each(self, tally: "Tally", asked: Callable[[], bytes]) -> "Caller":
        while True:
            status, answer = yield asked()
            tally.done += self._as_expected(status, answer, tally)

    def _parties(self, chance: random.Random) -> tuple[str, str]:
        accounts = self._plan.accounts
        payee = chance.choice(self._plan.payees or accounts)
        payer = chance.choice(accounts)
        while payer == payee:
            payer = chance.choice(accounts)
        return payer, payee

    def _proposal(self, payer: str, payee: str, chance: random.Random) -> bytes:
        amount = TOO_MUCH if self._plan.refused and chance.random() < self._plan.refused else 1
        return self._post(payer, self._plan.path.encode(), json.dumps(_transfer(payer, payee, amount)).encode())

    def _as_expected(self, status: int, answer: bytes, tally: "Tally") -> bool:
        refused = status == 422 and self._plan.refused > 0
        if status != 200 and not refused and not tally.sample:
            tally.sample = f"{status} {answer[:300].decode()}"
        return status == 200

    def _head(self, account: str) -> bytes:
        return (
            f" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self._plan.tokens[account]}\r\n"
            "Content-Type: application/json\r\n"
        ).encode()

    def _post(self, who: str, path: bytes, content: bytes) -> bytes:
        if who not in self._heads:
            self._heads[who] = self._head(who)
        length = b"%sIdempotency-Key: %s-%x\r\nContent-Length: %d\r\n\r\n"
        rest = length % (self._heads[who], self._prefix.encode(), next(self._keys), len(content))
        return b"POST " + path + rest + content

    def _get(self, account: str, path: str) -> bytes:
        return b"GET " + path.encode() + self._heads[account] + b"\r\n"


def _transfer(payer: str, payee: str, amount: int = 1) -> dict[str, Any]:
    return {"initiator": payer, "counterparty": payee, "direction": "pay", "amount": amount, "description": "bench"}

"""The ledger's HTTP interface over a store in memory, for tests: a client with tokens."""

import json

from services.chassis.tokens import Caller, Verifier
from services.ledger.api.exports import Exports
from services.ledger.app import create_app
from services.ledger.handlers import Appender
from tests.chassis.keys import key_pair, signer_of
from tests.ledger.factories import an_account_number, opening
from tests.ledger.fakes import DirectLink, MemoryStore, Ticking
from tests.ledger.memory_exports import MemoryExport
from tests.ledger.memory_reader import MemoryReader

A, B, C = (an_account_number() for _ in range(3))


class Api:
    """A client with tokens."""

    def __init__(self) -> None:
        public = key_pair("internal")[1]
        self.store = MemoryStore()
        self.reader = MemoryReader(self.store)
        self.clock = Ticking()
        self.appender = Appender(self.store, self.clock)
        self.appender.execute([opening(number) for number in (A, B, C)])
        self.signer = signer_of("internal")
        self.link = DirectLink(self.appender)
        exports = Exports(lambda: MemoryExport(self.store, self.reader.proofs))
        self.client = create_app(
            Verifier(public, "ledger"), self.reader, self, clock=self.clock, unit="tea", exports=exports
        ).test_client()
        self.keys = 0

    def send(self, request):
        return self.link.send(request)

    def check(self) -> None:
        self.link.check()

    def ask(self, method, path, body=None, *, as_=(), roles=("member",), key=None, **headers):
        caller = Caller(subject="u1", roles=frozenset(roles), accounts=frozenset(as_))
        return self.ask_as(caller, method, path, body, key=key, **headers)

    def ask_as(self, caller, method, path, body=None, *, key=None, **headers):
        self.keys += 1
        sent = {"Authorization": f"Bearer {self.signer.token(caller, 'ledger')}"}
        if method != "get" and key != "":
            sent["Idempotency-Key"] = key or f"key-{self.keys}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body)
        return getattr(self.client, method)(path, data=content, headers=sent)

    def propose(self, amount=100, initiator=A, counterparty=B, **changes):
        body = {"initiator": initiator, "counterparty": counterparty, "direction": "pay", "amount": amount} | changes
        return self.ask("post", "/transfers", body, as_=[initiator])


def code_of(response) -> tuple[int, str]:
    return response.status_code, response.json["type"]

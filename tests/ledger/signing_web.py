"""The ledger's HTTP interface with heads, for tests: over the book in memory, and over PostgreSQL."""

from services.chassis.tokens import Verifier
from services.ledger.app import create_app
from services.ledger.handlers import Appender
from tests.chassis.keys import key_pair
from tests.ledger.factories import opening
from tests.ledger.fakes import DirectLink
from tests.ledger.heads import a_signed_head
from tests.ledger.web import A, Api, B, C


class StoreApi(Api):
    """The same over PostgreSQL."""

    def __init__(self, database, book: str, writer, reader) -> None:
        super().__init__()
        self._database, self._book = database, book
        self.reader, self.appender = reader, Appender(writer, self.clock)
        self.link = DirectLink(self.appender)
        self.appender.execute([opening(number) for number in (A, B, C)])
        verifier = Verifier(key_pair("internal")[1], "ledger")
        self.client = create_app(verifier, reader, self, clock=self.clock, unit="tea").test_client()

    def sign(self) -> None:
        a_signed_head(self._database, self._book, clock=self.clock)


class MemoryApi(Api):
    """Over the book in memory, whose heads are signed when they are wanted."""

    def sign(self) -> None:
        self.reader.proofs.want_head()

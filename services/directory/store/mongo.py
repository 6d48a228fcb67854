"""MongoDB: the client, transactions, and the parts of the store that share one."""

import threading
from collections.abc import Callable
from typing import TypeVar

import pymongo
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import ExecutionTimeout
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from services.chassis import deadlines
from services.directory.store.api_tokens import ApiTokens
from services.directory.store.audit import AuditLog, Origins
from services.directory.store.audit_heads import AuditHeads
from services.directory.store.audit_reading import AuditReading
from services.directory.store.catalogue import Catalogue
from services.directory.store.collection import Document, Stored
from services.directory.store.consents import Consents
from services.directory.store.contacts import Contacts
from services.directory.store.email_changes import EmailChanges
from services.directory.store.entities import Entities
from services.directory.store.erasing import AuditDetails, EventLog
from services.directory.store.expiring import Expiring
from services.directory.store.factors import Devices, Factors, Tickets
from services.directory.store.favourites import Favourites, Notes
from services.directory.store.imports import ImportRows, Imports
from services.directory.store.jobs import Jobs
from services.directory.store.logins import Attempts, Resets, Sessions
from services.directory.store.memberships import Invitations, Memberships
from services.directory.store.network import NetworkSettings, SetupLink
from services.directory.store.outbox import Appender
from services.directory.store.pictures import Pictures
from services.directory.store.places import Places
from services.directory.store.propagations import Propagations
from services.directory.store.renewal import Renewal
from services.directory.store.service_accounts import ServiceAccounts
from services.directory.store.users import Users
from services.mongo import outcomes
from services.mongo.outcomes import OutcomeKnown

_SECONDS = 5.0
_LEAST_SECONDS = 0.05
# All appends take turns at one counter document: those of one process do so here, rather than by conflicts.
_TURN = threading.Lock()
_MAJORITY = WriteConcern("majority", wtimeout=5_000)

Result = TypeVar("Result")

__all__ = ["OutcomeKnown", "Store", "new_store"]


class Store:
    """All of the directory's data. Inside `transact` every call belongs to one transaction."""

    def __init__(self, database: Database[Document], session: ClientSession | None = None) -> None:
        self.database = database
        self.users = Users(database, session)
        self.entities = Entities(database, session)
        self.catalogue = Catalogue(database, session)
        self.propagations = Propagations(database, session)
        self.favourites = Favourites(database, session)
        self.contacts = Contacts(database, session)
        self.notes = Notes(database, session)
        self.sessions = Sessions(database, session)
        self.resets = Resets(database, session)
        self.api_tokens = ApiTokens(database, session)
        self.service_accounts = ServiceAccounts(database, session)
        self.email_changes = EmailChanges(database, session)
        self.factors = Factors(database, session)
        self.tickets = Tickets(database, session)
        self.devices = Devices(database, session)
        self.imports = Imports(database, session)
        self.import_rows = ImportRows(database, session)
        self.attempts = Attempts(database, None)
        self.outcomes = Outcomes(database, session)
        self.events = Appender(database, session)
        self.projections = Projections(database, session)
        self.jobs = Jobs(database, None)
        self.audit = AuditLog(database, session)
        self.audit_reading = AuditReading(database, session)
        self.audit_heads = AuditHeads(database, session)
        self.origins = Origins(database, None)
        self.pictures = Pictures(database, session)
        self.renewal = Renewal(database, session)
        self.consents = Consents(database, session)
        self.places = Places(database, None)
        self.memberships = Memberships(database, session)
        self.invitations = Invitations(database, session)
        self.event_log = EventLog(database, session)
        self.audit_details = AuditDetails(database, session)
        self.expiring = Expiring(database, None)
        self.network = NetworkSettings(database, session)
        self.setup_link = SetupLink(database, session)

    def transact(self, work: Callable[["Store"], Result]) -> Result:
        """Run `work` with a store of one transaction; it may run several times and must have no other effect.

        Raises what `work` raises (nothing is written then), and one of `AWAY` after five seconds, or
        when nobody waits any more.
        """
        # Without a limit of its own the driver would go on for two minutes while the server is away.
        seconds = min(_SECONDS, max(_LEAST_SECONDS, deadlines.left()))
        if not _TURN.acquire(timeout=seconds):
            raise ExecutionTimeout("too many writers wait for their turn")
        try:
            with pymongo.timeout(seconds), self.database.client.start_session() as session:
                return session.with_transaction(
                    lambda inside: work(Store(self.database, inside)),
                    read_concern=ReadConcern("snapshot"),
                    write_concern=_MAJORITY,
                )
        finally:
            _TURN.release()

    def ping(self) -> None:
        """Raises one of `AWAY` when MongoDB doesn't answer."""
        with pymongo.timeout(_SECONDS):
            self.database.command("ping")


class Outcomes(outcomes.Outcomes):
    """What came of a command with an idempotency key: that it did, for ever; its answer until retention empties it.

    `{fingerprint, answer | refusal, position, emptied?}`.
    """

    def about(self, subject: str) -> list[Document]:  # noqa: ARG002 -- a keeper's function
        """Nothing: an answer repeats what is exported from where it is kept."""
        return []


class Projections(Stored):
    """How far a projection of this service has come."""

    def position(self, name: str) -> int:
        """The last position applied; 0 at first."""
        found = self._collection("projections").find_one({"_id": name}, session=self._session)
        return int(found["position"]) if found else 0

    def reached(self, name: str, position: int) -> None:
        """Record that everything up to `position` is applied. Never goes back."""
        self._collection("projections").update_one(
            {"_id": name}, {"$max": {"position": position}}, upsert=True, session=self._session
        )


def new_store(url: str, database: str) -> Store:
    """The store at a MongoDB URL; connects when it is first used, and gives up after two seconds."""
    client: MongoClient[Document] = MongoClient(
        url,
        serverSelectionTimeoutMS=2_000,
        connectTimeoutMS=2_000,
        socketTimeoutMS=10_000,
        waitQueueTimeoutMS=2_000,
        maxPoolSize=50,
        appname="directory",
        w="majority",
        tz_aware=True,
    )
    return Store(client[database])

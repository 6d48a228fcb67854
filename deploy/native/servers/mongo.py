"""MongoDB: a replica set of one, because transactions and change streams need a replica set."""

from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.native.files import owned_directory
from deploy.native.ports import answers
from deploy.native.servers.server import Server

REPLICA_SET = "rs0"
NOT_YET_INITIALIZED = 94


class Mongo(Server):
    """The store of directory and notifier."""

    name = "mongo"
    title = "MongoDB"
    data_version = "6.0"
    port_names = ("mongo",)

    def prepare(self) -> None:
        super().prepare()
        owned_directory(self.data, self.place.account)

    def command(self) -> list[str]:
        network = ["--bind_ip", "127.0.0.1", "--port", str(self.port), "--nounixsocket"]
        size = [
            "--wiredTigerCacheSizeGB",
            "0.25",
            "--oplogSize",
            "64",
            "--setParameter",
            "diagnosticDataCollectionEnabled=false",
            # A killed process leaves its transaction open, and whoever wants the same document waits: by default a
            # minute. Ours take five seconds at most.
            "--setParameter",
            "transactionLifetimeLimitSeconds=10",
        ]
        replication = ["--replSet", REPLICA_SET]
        return [str(self.place.software.mongod), "--dbpath", str(self.data), *network, *replication, *size]

    def is_ready(self) -> bool:
        """True when the only member is primary; the set is made at the first start and follows a changed port."""
        if not answers(self.port):
            return False
        client: MongoClient[dict[str, Any]] = MongoClient(
            "127.0.0.1", self.port, directConnection=True, serverSelectionTimeoutMS=2_000
        )
        try:
            self._ensure_member(client)
            return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False
        finally:
            client.close()

    def _ensure_member(self, client: "MongoClient[dict[str, Any]]") -> None:
        member = {"_id": 0, "host": f"127.0.0.1:{self.port}"}
        try:
            config = client.admin.command("replSetGetConfig")["config"]
        except OperationFailure as refusal:
            if refusal.code != NOT_YET_INITIALIZED:
                raise
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
            return
        if config["members"][0]["host"] != member["host"]:
            config["members"][0]["host"] = member["host"]
            client.admin.command("replSetReconfig", {**config, "version": config["version"] + 1}, force=True)

    @property
    def address(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?replicaSet={REPLICA_SET}&directConnection=true"

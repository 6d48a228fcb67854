"""The four real servers: what each needs before, at and after its start."""

from deploy.native.servers.elasticsearch import Elasticsearch
from deploy.native.servers.kafka import Kafka
from deploy.native.servers.mongo import Mongo
from deploy.native.servers.postgres import Postgres
from deploy.native.servers.server import Options, Place, Server

# Slowest first: they start in parallel, in this order.
SERVERS: tuple[type[Server], ...] = (Elasticsearch, Kafka, Mongo, Postgres)

__all__ = ["SERVERS", "Elasticsearch", "Kafka", "Mongo", "Options", "Place", "Postgres", "Server"]

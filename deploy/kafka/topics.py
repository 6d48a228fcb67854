"""`python -m deploy.kafka.topics`: create the topics that are missing (KAFKA_BOOTSTRAP); a repeat changes nothing."""

import os
import sys

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from events.topics import ONE_DAY, TOPICS, Topic

SEGMENT_MS = ONE_DAY


def create_topics(bootstrap: str, replication: int = 1) -> list[str]:
    """Create what is missing; the names of the topics created. Raises KafkaError."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        present = set(admin.list_topics())
        missing = [topic for topic in TOPICS if topic.name not in present]
        for topic in missing:
            _create(admin, topic, replication)
    finally:
        admin.close()
    return [topic.name for topic in missing]


def _create(admin: KafkaAdminClient, topic: Topic, replication: int) -> None:
    # Somebody else may create them at the same moment: that is as good.
    try:
        admin.create_topics(
            {
                topic.name: {
                    "num_partitions": topic.partitions,
                    "replication_factor": replication,
                    "configs": {
                        "retention.ms": str(topic.retention_ms),
                        "max.message.bytes": "1048588",
                        # The segment that is written to is never deleted: what was forgotten leaves the disk only
                        # after the next one was begun.
                        "segment.ms": str(SEGMENT_MS),
                    },
                }
            }
        )
    except TopicAlreadyExistsError:
        return


def main() -> None:
    """Run with the environment's settings."""
    bootstrap = os.environ.get("KAFKA_BOOTSTRAP")
    if not bootstrap:
        sys.exit("KAFKA_BOOTSTRAP is not set: give the broker's address, host:port.")
    try:
        created = create_topics(bootstrap, int(os.environ.get("KAFKA_REPLICATION", "1")))
    except KafkaError as error:
        sys.exit(f"Kafka at {bootstrap} doesn't answer ({type(error).__name__}): is it running?")
    print(f"topics created: {', '.join(created) or 'none, all are there'}")


if __name__ == "__main__":
    main()

"""Which news of the directory an event of the ledger came of, looked up in Kafka: for `import`."""

from events.topics import DIRECTORY_EVENTS, DIRECTORY_KEY
from services.chassis.consuming import read_topic
from services.ledger.config import DIRECTORY_SOURCE
from services.ledger.importing import FindCause

_IDLE_SECONDS = 10


def cause_in_kafka(bootstrap: str) -> FindCause:
    """Looks through the directory's events from the first on."""

    def find(event_id: str) -> tuple[str, int] | None:
        for headers, _ in read_topic(bootstrap, DIRECTORY_EVENTS, DIRECTORY_KEY, _IDLE_SECONDS):
            if headers["ce_id"] == event_id:
                return DIRECTORY_SOURCE, int(headers["position"])
        return None

    return find

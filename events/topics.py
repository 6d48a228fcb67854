"""Topic names, keys and retention, as constants. `deploy/kafka/topics` creates exactly these."""

from dataclasses import dataclass

LEDGER_EVENTS = "ledger.events"
LEDGER_CHECKPOINTS = "ledger.checkpoints"
DIRECTORY_EVENTS = "directory.events"
DIRECTORY_MESSAGES = "directory.messages"
MATCHER_EVENTS = "matcher.events"

DIRECTORY_KEY = "directory"
"""The one key of `directory.events`: all that the directory announces has one total order."""
MATCHER_KEY = "matcher"
"""The one key of `matcher.events`."""
DEFAULT_BOOK = "main"

FOR_EVER = -1
ONE_DAY = 24 * 60 * 60 * 1000
THIRTY_DAYS = 30 * ONE_DAY


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic to create: its partitions and how long (milliseconds) it keeps records."""

    name: str
    partitions: int
    retention_ms: int


def dead_letters(topic: str, consumer: str) -> str:
    """The topic where `consumer` parks what it can't handle from `topic`."""
    return f"{topic}.{consumer}.dead"


def is_dead_letters(name: str, topic: str) -> bool:
    """Whether `name` is where some consumer parks what it can't handle from `topic`."""
    return name.startswith(f"{topic}.") and name.endswith(".dead")


TOPICS = (
    Topic(LEDGER_EVENTS, partitions=6, retention_ms=FOR_EVER),
    Topic(LEDGER_CHECKPOINTS, partitions=1, retention_ms=FOR_EVER),
    Topic(DIRECTORY_EVENTS, partitions=6, retention_ms=FOR_EVER),
    Topic(DIRECTORY_MESSAGES, partitions=1, retention_ms=ONE_DAY),
    # News: whoever hears of it after a month doesn't need it, and it names who was found.
    Topic(MATCHER_EVENTS, partitions=6, retention_ms=THIRTY_DAYS),
    Topic(dead_letters(LEDGER_EVENTS, "notifier"), partitions=1, retention_ms=FOR_EVER),
    # Names and addresses: a renewal of the log deletes what is parked (ADR 15), and what a slow consumer parks after
    # it goes by itself.
    Topic(dead_letters(DIRECTORY_EVENTS, "notifier"), partitions=1, retention_ms=THIRTY_DAYS),
    Topic(dead_letters(DIRECTORY_MESSAGES, "notifier"), partitions=1, retention_ms=ONE_DAY),
    Topic(dead_letters(MATCHER_EVENTS, "notifier"), partitions=1, retention_ms=THIRTY_DAYS),
)

"""Reads a book and its signed heads from Kafka, from offset 0. Needs the extra `kafka`."""

from collections.abc import Iterator
from typing import Any

import orjson

from .chain import genesis_hash, link
from .reading import Damaged, Entry

EVENTS, HEADS = "ledger.events", "ledger.checkpoints"
_POLL_MS = 500
_PATIENCE = 40
"""Polls without a record before a topic that should have more counts as broken: 20 s."""


class Topic:
    """What is published of a book. `heads` are the JWS in `ledger.checkpoints`, none when there is no such topic."""

    def __init__(self, bootstrap: str, book: str) -> None:
        """Raises KafkaError when no broker answers."""
        from kafka import KafkaConsumer

        self.name, self.book, self.position, self.hash = f"kafka:{bootstrap}", book, 0, genesis_hash(book)
        self._consumer: Any = KafkaConsumer(
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            fetch_max_wait_ms=100,
            # Large pages: a whole topic is read, and each poll has its price.
            max_poll_records=5_000,
            max_partition_fetch_bytes=8 << 20,
            fetch_max_bytes=16 << 20,
        )
        # Heads first: what they cover was committed before they were signed.
        self.heads = [self._jws(value) for _, value in self._records(HEADS)]

    def close(self) -> None:
        self._consumer.close(autocommit=False)

    def __iter__(self) -> Iterator[Entry]:
        """Raises Damaged where events are missing.

        A relay repeats records after trouble, whole pages even: known ones are passed over, and what overtook a lost
        batch comes again behind it.
        """
        overtook = 0
        for headers, body in self._records(EVENTS):
            try:
                position = int(headers["position"])
                prev_hash, hash_ = bytes.fromhex(headers["prev_hash"]), bytes.fromhex(headers["hash"])
            except (KeyError, ValueError) as error:
                raise self._damaged(f"a record has no position and hashes: {error}") from error
            if position == self.position + 1:
                self._require_linked(position, prev_hash, hash_, body)
                self.position, self.hash = position, hash_
                yield position, prev_hash, hash_, body
            elif position > self.position:
                overtook = max(overtook, position)
        if overtook > self.position:
            raise self._damaged(f"event {self.position + 1} is missing from the topic, though later ones are there")

    def _require_linked(self, position: int, prev_hash: bytes, hash_: bytes, body: bytes) -> None:
        if prev_hash != self.hash:
            raise self._damaged(f"event {position} does not continue the chain")
        if link(prev_hash, position, body) != hash_:
            raise self._damaged(f"event {position} was changed: its hash does not cover it")

    def _records(self, topic: str) -> Iterator[tuple[dict[str, str], bytes]]:
        from kafka import TopicPartition

        consumer, key = self._consumer, self.book.encode()
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        if not partitions:
            return
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends, silent = consumer.end_offsets(partitions), 0
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            polled = consumer.poll(timeout_ms=_POLL_MS)
            silent = 0 if polled else silent + 1
            if silent > _PATIENCE:
                raise self._damaged(f"{topic} gives no more records, though there are some")
            for records in polled.values():
                for record in records:
                    if record.key == key:
                        yield {name: value.decode() for name, value in record.headers}, record.value

    def _jws(self, value: bytes) -> str:
        try:
            return str(orjson.loads(value)["jws"])
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(f"{HEADS} has a record that is no head: {error}") from error

    def _damaged(self, sentence: str) -> Damaged:
        return Damaged(self.name, 0, self.position, sentence)

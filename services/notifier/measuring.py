"""The queue as a metric: counted when it is asked for, never when something is sent."""

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.notifier.store import TRANSIENT, Store


@dataclass(frozen=True, slots=True)
class QueueCollector(Collector):
    """`notifier_messages{state=...}`; nothing while the store is away."""

    store: Store

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is asked of the store at the start."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Called by the registry."""
        try:
            counts = self.store.records.summary()
        except TRANSIENT:
            return
        family = GaugeMetricFamily("notifier_messages", "Messages by state.", labels=["state"])
        for state, count in counts.items():
            family.add_metric([state], count)
        yield family

"""Lengths of time, worked out at each scrape: they grow even if whoever should report them hangs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily

from actors.metrics.labels import MS_PER_SECOND


class Ages:
    """Since when something has been so, by labels; 0 where it is not."""

    def __init__(
        self,
        registry: CollectorRegistry,
        name: str,
        text: str,
        labels: tuple[str, ...],
        now_ms: Callable[[], int],
    ) -> None:
        self._name, self._text, self._labels = f"soltrader_{name}", text, labels
        self._now_ms = now_ms
        self._since: dict[tuple[str, ...], int] = {}
        registry.register(self)

    def set_since(self, labels: tuple[str, ...], since_ms: int) -> None:
        """It has been so since then (UTC); 0 says that it is not."""
        self._since[labels] = since_ms

    def set(self, labels: tuple[str, ...], at_ms: int, *, holds: bool) -> None:
        """Whether it is so at this time; the first of several such tells since when."""
        since_ms = self._since.get(labels, 0)
        self._since[labels] = (since_ms or at_ms) if holds else 0

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The registry's question, from any thread."""
        family = GaugeMetricFamily(self._name, self._text, labels=self._labels)
        now_ms = self._now_ms()
        for labels, since_ms in list(self._since.items()):
            seconds = max(now_ms - since_ms, 0) / MS_PER_SECOND if since_ms else 0
            family.add_metric(labels, seconds)
        yield family

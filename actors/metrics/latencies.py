"""How long messages lie in mailboxes, and how late timers fire.

A message is measured on its way: every 16th to an address is wrapped with the time at which it was sent, and
its shell opens the wrapping. That costs a send well under a microsecond, where the send itself takes about
twenty. A simulation measures nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Histogram

from actors.directory import KINDS, Stamped, kind_of
from actors.metrics.labels import MS_PER_SECOND, NS_PER_SECOND

#: Seconds. A hop takes some 20 to 200 µs; while another thread computes, some milliseconds.
MAILBOX_BUCKETS = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5, 30)
LATENESS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)
_EVERY = 16


class LatencyMetrics:
    """Both histograms; observed from many threads."""

    def __init__(self, registry: CollectorRegistry, monotonic_ns: Callable[[], int]) -> None:
        self._monotonic_ns = monotonic_ns
        self._sent: dict[str, int] = {}
        mailbox = Histogram(
            "soltrader_mailbox_latency_seconds",
            "From a message being sent to its being taken, by kind of actor; of each mailbox every 16th is "
            "measured.",
            ("kind",),
            buckets=MAILBOX_BUCKETS,
            registry=registry,
        )
        self._lateness = Histogram(
            "soltrader_timer_lateness_seconds",
            "How late due timers fire.",
            buckets=LATENESS_BUCKETS,
            registry=registry,
        )
        self._kinds = {kind: mailbox.labels(kind) for kind in KINDS}

    def stamp(self, address: str, message: object) -> object:
        """The message, or a stamped one in its place; two threads that count at once do no harm."""
        count = self._sent.get(address, 0)
        self._sent[address] = count + 1
        kind = self._kinds.get(kind_of(address)) if count % _EVERY == 0 else None
        if kind is None:
            return message
        sent_ns = self._monotonic_ns()
        return Stamped(message, lambda: kind.observe((self._monotonic_ns() - sent_ns) / NS_PER_SECOND))

    def late(self, late_ms: int) -> None:
        """A timer has fired this long after its time."""
        self._lateness.observe(late_ms / MS_PER_SECOND)

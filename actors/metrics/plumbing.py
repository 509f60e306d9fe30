"""Connections, syncs, files, balance reads and mailboxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from actors.metrics.labels import MS_PER_SECOND, NS_PER_SECOND, account_label
from messages.reports import BalanceRead, StateWritten, StreamChanged, StreamHeard, SyncFinished

#: Seconds.
WRITE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
SYNC_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
BALANCE_SOURCES = ("start", "waiting", "guard")
ACCOUNT_STREAMS = ("private", "trading")
SHARED_STREAMS = ("public",)


class PlumbingMetrics:
    """Connections, syncs, files, balance reads and mailboxes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"soltrader_{name}", text, ("account", *labels), registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"soltrader_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
            return Histogram(f"soltrader_{name}", text, ("account",), buckets=buckets, registry=registry)

        self.up = gauge("stream_up", "1 while the connection stands.", "account", "stream")
        self.disconnects = counter("stream_disconnects", "Connections lost.", "stream")
        self.balance = counter("balance_requests", "REST reads of the wallet, by who asked.", "source")
        self.syncs = counter("syncs", "Syncs with the exchange, failed ones too.")
        self.sync_failures = counter("sync_failures", "Syncs that failed.")
        self.sync_duration = histogram("sync_duration_seconds", "Reads of a sync.", SYNC_BUCKETS)
        self.synced = gauge(
            "last_sync_timestamp_seconds", "When the last sync succeeded, or the account began.", "account"
        )
        self.heard = gauge(
            "last_frame_timestamp_seconds", "When the connection last said anything.", "account", "stream"
        )
        self.writes = counter("state_writes", "Writes of the state file, failed ones too.")
        self.write_failures = counter("state_write_failures", "Writes of the state file that failed.")
        self.write_failing = gauge(
            "state_write_failing", "1 while the last write of the files failed.", "account"
        )
        self.write_duration = histogram("state_write_duration_seconds", "With the flush.", WRITE_BUCKETS)
        self.written = gauge(
            "last_state_write_timestamp_seconds", "When the state was last written.", "account"
        )
        for stream in SHARED_STREAMS:
            self._begin_stream("all", stream)

    def begin(self, account: str) -> None:
        """Zero for an account."""
        for stream in ACCOUNT_STREAMS:
            self._begin_stream(account, stream)
        for source in BALANCE_SOURCES:
            self.balance.labels(account, source)
        for counter in (self.syncs, self.sync_failures, self.writes, self.write_failures):
            counter.labels(account)
        self.write_failing.labels(account).set(0)
        self.sync_duration.labels(account)
        self.write_duration.labels(account)

    def began(self, account: str, now_ms: int) -> None:
        """The account's actors run from now on: that no sync ever succeeds has an age, too."""
        self.synced.labels(account).set(now_ms / MS_PER_SECOND)

    def ended(self, account: str) -> None:
        """The account's actors have ended, and their connections with them: none of those was lost."""
        for stream in ACCOUNT_STREAMS:
            self.up.labels(account, stream).set(0)

    def _begin_stream(self, account: str, stream: str) -> None:
        self.up.labels(account, stream).set(0)
        self.disconnects.labels(account, stream)

    def stream(self, message: StreamChanged, *, lost: bool) -> None:
        """A connection changed; ``lost`` if it stood before."""
        labels = (account_label(message.account), message.stream)
        self.up.labels(*labels).set(message.up)
        if lost:
            self.disconnects.labels(*labels).inc()

    def stream_heard(self, message: StreamHeard) -> None:
        """A connection was alive then."""
        labels = (account_label(message.account), message.stream)
        self.heard.labels(*labels).set(message.at_ms / MS_PER_SECOND)

    def balance_read(self, message: BalanceRead) -> None:
        """The wallet was read by REST."""
        self.balance.labels(account_label(message.account), message.source).inc()

    def sync(self, message: SyncFinished) -> None:
        """A sync ended."""
        account = account_label(message.account)
        self.syncs.labels(account).inc()
        self.sync_duration.labels(account).observe(message.took_ns / NS_PER_SECOND)
        if message.failure:
            self.sync_failures.labels(account).inc()
        else:
            self.synced.labels(account).set(message.at_ms / MS_PER_SECOND)

    def write(self, message: StateWritten) -> None:
        """The state file was written, or could not be."""
        account = account_label(message.account)
        self.writes.labels(account).inc()
        self.write_duration.labels(account).observe(message.took_ns / NS_PER_SECOND)
        self.write_failing.labels(account).set(bool(message.failure))
        if message.failure:
            self.write_failures.labels(account).inc()
        else:
            self.written.labels(account).set(message.at_ms / MS_PER_SECOND)


class ProcessFigures(ProcessCollector):
    """The process as Linux shows it, but for the memory that it has only reserved: nobody acts on that."""

    def collect(self) -> list[Metric]:
        """The registry's question."""
        return [family for family in super().collect() if "virtual" not in family.name]


class MailboxCollector:
    """How many messages wait in each mailbox, asked at each scrape alone."""

    def __init__(self, depths: Callable[[], list[tuple[str, int]]]) -> None:
        self._depths = depths

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The registry's question."""
        family = GaugeMetricFamily(
            "soltrader_mailbox_depth_messages",
            "Messages that wait in an actor's mailbox.",
            labels=["actor"],
        )
        for address, depth in self._depths():
            family.add_metric([address], depth)
        yield family


class LostRecordsCollector:
    """What the log has lost, asked at each scrape: a log that fails can tell nobody by itself."""

    def __init__(self, lost: Callable[[], Mapping[str, int]]) -> None:
        self._lost = lost

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The registry's question."""
        family = CounterMetricFamily(
            "soltrader_log_records_lost",
            "Records of the log that nobody can read any more, by where they were lost.",
            labels=["reason"],
        )
        for reason, count in self._lost().items():
            family.add_metric([reason], count)
        yield family

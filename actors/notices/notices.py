"""All channels: what the watch tells goes to each that wants it; the process says when it starts and ends.

with Notices(config, senders, mask) as notices:      # "process started"
    result = Bot(config, make, draw, notices=notices).run(None)
    notices.end(result.failure, result.model)        # "process stopped", and what waits leaves
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

from actors.display.formats import duration, usdt, usdt_change
from actors.display.model import DisplayModel
from actors.notices.channel import ChannelThread
from actors.notices.hearing import Hearing
from actors.notices.notice import Notice, Topic
from actors.notices.outbox import Outbox, Parcel
from actors.notices.summary import Day, next_time_ms
from config import Config
from config.notifications import Channel
from exchange.clock import Clock, SystemClock
from messages.events import Counted, Severity

#: Title, text and severity to "" or why it is not delivered; never with the URL in it.
Send = Callable[[str, str, Severity], str]
_GRAVITY = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)
#: How long the end of the process waits for all services together.
_END_S = 5.0


class Notices:
    """``hear`` belongs to the watch's thread, all else to the main thread. Without senders it does nothing.

    ``mask`` takes keys and URLs out of a text: what an actor dies of may hold them.
    """

    def __init__(
        self,
        config: Config,
        senders: Sequence[tuple[Channel, Send]],
        mask: Callable[[str], str],
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock if clock is not None else SystemClock()
        self._where = config.process.environment.value
        self._minute = config.notifications.summary_minute
        self._dry = {account.id for account in config.accounts if account.dry_run}
        self._mask = mask
        self._tell: Callable[[object], None] = _to_nobody
        self._hearing = Hearing()
        self._day: Day | None = None
        self._summary_ms = 0
        self._ended = False
        fold_ms = config.notifications.fold_seconds * 1000
        self._channels = [
            (
                channel,
                ChannelThread(
                    channel.name, partial(self._deliver, send), Outbox(fold_ms), self._clock, self._count
                ),
            )
            for channel, send in senders
        ]

    def __enter__(self) -> Self:
        for _, thread in self._channels:
            thread.start()
        self._say("process_started", Severity.INFO, f"the process has started on {self._where}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What else an error says is for the log.
        self.end("" if kind is None else f"{kind.__name__}, the log says more", None)

    def count_at(self, tell: Callable[[object], None]) -> None:
        """Where what is counted (``Counted``) goes, from any thread."""
        self._tell = tell

    def hear(self, message: object, model: DisplayModel, now_ms: int) -> None:
        """Take a message that the watch got, and the picture after it; never waits for a service."""
        if not self._channels:
            return
        if self._day is None:
            self._day = Day(since_ms=now_ms, model=model)
            self._summary_ms = next_time_ms(now_ms, self._minute)
        self._day.hear(message)
        notice = self._hearing.notice(message, now_ms)
        if notice is not None:
            self._put(notice)
        if now_ms >= self._summary_ms:
            for summary in self._day.notices(model, now_ms):
                self._put(summary)
            self._day = self._day.after(model, now_ms)
            self._summary_ms = next_time_ms(now_ms, self._minute)

    def end(self, failure: str, model: DisplayModel | None) -> None:
        """Say that the process ends, and let what waits leave, for a few seconds; once is enough."""
        if self._ended:
            return
        self._ended = True
        severity = Severity.CRITICAL if failure else Severity.INFO
        why = f" by itself: {failure}" if failure else ""
        money = _money(model, self._clock.now_ms()) if model is not None else ""
        self._say("process_stopped", severity, f"the process on {self._where} has stopped{why}{money}")
        for _, thread in self._channels:
            thread.stop()
        deadline_ns = self._clock.monotonic_ns() + int(_END_S * 1e9)
        for _, thread in self._channels:
            thread.join((deadline_ns - self._clock.monotonic_ns()) / 1e9)

    def _say(self, kind: str, severity: Severity, text: str) -> None:
        self._put(
            Notice(
                topic=Topic.RESTARTS,
                severity=severity,
                account=0,
                symbol="",
                kind=kind,
                text=text,
                at_ms=self._clock.now_ms(),
            )
        )

    def _put(self, notice: Notice) -> None:
        if notice.account in self._dry:  # no money is at stake: it wakes nobody
            calm = Severity.WARNING if notice.severity is Severity.CRITICAL else notice.severity
            notice = replace(notice, dry=True, severity=calm)
        for channel, thread in self._channels:
            if wants(channel, notice):
                thread.put(notice)

    def _deliver(self, send: Send, parcel: Parcel) -> str:
        title = f"sol-trader {self._where}: {parcel.title}"
        return send(self._mask(title), self._mask(parcel.body), parcel.severity)

    def _count(self, counted: Counted) -> None:
        self._tell(counted)


def wants(channel: Channel, notice: Notice) -> bool:
    """Whether a channel is told of a notice: its topic is on and it is grave enough."""
    grave = _GRAVITY.index(notice.severity) >= _GRAVITY.index(channel.severity)
    return grave and bool(getattr(channel, notice.topic.value))


def _money(model: DisplayModel, now_ms: int) -> str:
    """Each account's profit of this run, beside the change of its equity."""
    told = [
        f"; {account.account:03d}{' DRY' if account.dry_run else ''}: "
        f"equity {usdt(account.report.equity)} USDT, "
        f"change {usdt_change(account.equity_change)}, realised {usdt_change(account.booked.realised)}"
        for account in model.accounts.values()
        if account.report is not None
    ]
    return f" after {duration(now_ms - model.started_ms)}{''.join(told)}"


def _to_nobody(message: object) -> None:
    """Counts nowhere: no bot has said where."""

"""A day of an account in a few lines; realised profit never stands without the change of equity beside it.

The change of equity is what it is: deposits and withdrawals are in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from actors.display.formats import duration, latency, percent, usdt, usdt_change
from actors.display.latencies import NO_LATENCIES, Latencies
from actors.display.model import DisplayModel
from actors.display.tallies import AccountTally, SideTally
from actors.notices.notice import Notice, Topic
from messages.events import Severity
from messages.reports import AccountReport, CloseLatency

_MINUTE_MS = 60_000
_DAY_MS = 24 * 60 * _MINUTE_MS


def next_time_ms(now_ms: int, minute: int) -> int:
    """The next time, after ``now_ms``, that the clock in UTC shows this minute of the day."""
    today_ms = now_ms - now_ms % _DAY_MS + minute * _MINUTE_MS
    return today_ms if today_ms > now_ms else today_ms + _DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What an account had counted when the day began."""

    booked: SideTally
    orphans: Decimal
    recoveries: Decimal


@dataclass(slots=True, kw_only=True)
class Day:
    """What has happened since ``since_ms``; hears every message that the watch gets."""

    since_ms: int
    model: DisplayModel
    equities: dict[int, Decimal] = field(default_factory=dict)
    latencies: dict[int, Latencies] = field(default_factory=dict)

    def hear(self, message: object) -> None:
        """Remember an account's first equity and how quickly closes were acted on."""
        if isinstance(message, AccountReport):
            self.equities.setdefault(message.account, message.equity)
        elif isinstance(message, CloseLatency):
            known = self.latencies.get(message.account, NO_LATENCIES)
            self.latencies[message.account] = known.with_one(message.exchange_to_acted_ms)

    def notices(self, model: DisplayModel, now_ms: int) -> list[Notice]:
        """The summary of each account as things stand now."""
        return [
            Notice(
                topic=Topic.SUMMARY,
                severity=Severity.INFO,
                account=account.account,
                symbol="",
                kind="summary",
                text=self._text(account, now_ms),
                at_ms=now_ms,
            )
            for account in model.accounts.values()
        ]

    def after(self, model: DisplayModel, now_ms: int) -> Day:
        """The next day: it begins with what each account has now."""
        reports = {number: tally.report for number, tally in model.accounts.items()}
        equities = {number: report.equity for number, report in reports.items() if report is not None}
        return Day(since_ms=now_ms, model=model, equities=equities)

    def _text(self, account: AccountTally, now_ms: int) -> str:
        report, base = account.report, _base(self.model.accounts.get(account.account))
        name = account.name  # whoever tells it says that it is dry
        if report is None:
            return f"{name}: has not traded"
        booked, before = account.booked, base.booked
        change = report.equity - self.equities.get(account.account, report.equity)
        acted = self.latencies.get(account.account, NO_LATENCIES)
        stopped = f"STOPPED ({report.stopped}), " if report.stopped else ""
        return (
            f"{name}: {stopped}{duration(now_ms - self.since_ms)}: equity {usdt(report.equity)} USDT, "
            f"change {usdt_change(change)}, realised {usdt_change(booked.realised - before.realised)}; "
            f"closes {booked.cycles - before.cycles}, fees {usdt(booked.fees - before.fees)}, "
            f"funding {usdt(booked.funding - before.funding)}; "
            f"orphans {account.total('orphan') - base.orphans:f}, "
            f"recoveries {account.total('recovery') - base.recoveries:f}, "
            f"maintenance {percent(report.maintenance_rate)}, TP close p50/p99/max {_latencies(acted)}"
        )


def _base(account: AccountTally | None) -> _Base:
    if account is None:
        return _Base(booked=SideTally(), orphans=Decimal(0), recoveries=Decimal(0))
    return _Base(booked=account.booked, orphans=account.total("orphan"), recoveries=account.total("recovery"))


def _latencies(acted: Latencies) -> str:
    if not acted.count:
        return "-"
    figures = (acted.percentile(50), acted.percentile(99), acted.largest)
    return f"{' / '.join(latency(figure) for figure in figures)} ms"

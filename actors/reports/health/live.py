"""What the running process tells of itself: pure over its picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from actors.display.formats import duration, latency
from actors.display.latencies import Latencies
from actors.display.tallies import AccountTally
from actors.reports.health.findings import Finding, Mark, above, finding
from actors.reports.health.risks import guard, limits, prices, take_profits
from actors.reports.picture import Picture
from actors.reports.vitals import DAY_MS, KEPT, AccountVitals, within
from config import Config

HOUR_MS = 3_600_000
TP_LOOK_MS, TP_BAD_MS = Decimal(1_000), Decimal(5_000)
#: What an hour may have, but for those that the start and the guard ask for.
BALANCE_LOOK, BALANCE_BAD = 2, 60
COUNTED_APART = ("start", "guard")
SILENT_MS = 60_000
LOSSES_BAD = 5
RESTARTS_BAD = 5
SYNCS_MISSED = 5
WAITING_LOOK, WAITING_BAD = 100, 1_000
CLOCK_LOOK_MS = 1_000
Standings = Mapping[int, Mapping[str, Any]]


def process_findings(picture: Picture, config: Config) -> Iterator[Finding]:
    """The process as a whole."""
    running = duration(picture.now_ms - picture.model.started_ms)
    told = [tally.account for tally in picture.model.accounts.values() if tally.report is not None]
    text = f"pid {picture.pid} runs for {running}, {len(told)} of {len(config.accounts)} accounts trade"
    absent = [account.code for account in config.accounts if account.id not in told]
    missing = [f"account {code} has not started" for code in absent]
    wrong = list(picture.refusals) or missing
    yield finding(0, "process", Mark.BAD if wrong else Mark.OK, "; ".join([text, *wrong]))
    address, depth = max(picture.mailboxes.items(), key=lambda item: item[1], default=("", 0))
    text = f"{depth} messages wait at {address or 'none'}, the most of {len(picture.mailboxes)} actors"
    yield finding(0, "mailboxes", above(depth, WAITING_LOOK, WAITING_BAD), text)
    offset = picture.clock_offset_ms
    text = f"the exchange's is {offset:+,} ms to this machine's, and the bot goes by the exchange's"
    far = abs(offset) > CLOCK_LOOK_MS
    yield finding(0, "clock", Mark.LOOK if far else Mark.OK, f"{text}{': set this one (NTP)' if far else ''}")


def account_findings(picture: Picture, config: Config, standings: Standings) -> Iterator[Finding]:
    """Each account."""
    every_ms = config.process.sync_seconds * 1000
    for tally in picture.model.accounts.values():
        vitals = picture.vitals.of(tally.account)
        yield _latency(tally.account, vitals, picture.now_ms)
        yield take_profits(tally, vitals, picture.now_ms)
        yield _orphans(tally.account, vitals, picture.now_ms)
        yield _recoveries(tally.account, vitals, picture.now_ms)
        yield _resyncs(tally.account, vitals, picture.now_ms)
        yield _balance(tally.account, vitals, picture.now_ms)
        yield _feeds(tally, picture)
        yield prices(tally, picture.now_ms)
        yield _syncs(tally.account, vitals, picture, every_ms)
        yield guard(tally, vitals, standings.get(tally.account, {}))
        yield limits(tally, vitals)
        yield _restarts(tally.account, vitals, picture.now_ms)
        if vitals.state_failure:
            yield finding(tally.account, "state file", Mark.BAD, f"not written: {vitals.state_failure}")


def _latency(account: int, vitals: AccountVitals, now_ms: int) -> Finding:
    found = Latencies()
    for close in vitals.closes:
        if close.at_ms > now_ms - DAY_MS:
            found = found.with_one(close.acted_ms)
    if not found.count:
        return finding(account, "TP latency", Mark.OK, "no take profit has closed a side in the last day")
    most = found.largest or Decimal(0)
    p50, p99 = latency(found.percentile(50)), latency(found.percentile(99))
    many = "the newest " if found.count >= KEPT else ""
    text = f"{many}{found.count} closes in the last day, p50 {p50} ms, p99 {p99} ms, most {latency(most)} ms"
    return finding(account, "TP latency", above(most, TP_LOOK_MS, TP_BAD_MS), text)


def _orphans(account: int, vitals: AccountVitals, now_ms: int) -> Finding:
    count = within(vitals.counted.get("orphan", ()), now_ms, DAY_MS)
    return finding(account, "orphans", Mark.BAD if count else Mark.OK, f"{count} in the last day")


def _recoveries(account: int, vitals: AccountVitals, now_ms: int) -> Finding:
    count = within(vitals.counted.get("recovery", ()), now_ms, DAY_MS)
    text = f"{count} closes in the last day were found by a sync, not told by the stream"
    return finding(account, "recoveries", Mark.LOOK if count else Mark.OK, text)


def _resyncs(account: int, vitals: AccountVitals, now_ms: int) -> Finding:
    """One gap of the private stream is settled by one sync."""
    syncs = within(vitals.counted.get("resync", ()), now_ms, HOUR_MS)
    gaps = within(vitals.losses.get("private", ()), now_ms, HOUR_MS)
    text = f"none: {gaps} gaps of the private stream and {syncs} syncs after them in the last hour"
    if syncs > gaps + 1:  # a gap may have begun before this hour
        return finding(account, "resync loops", Mark.LOOK, text.removeprefix("none: "))
    return finding(account, "resync loops", Mark.OK, text)


def _balance(account: int, vitals: AccountVitals, now_ms: int) -> Finding:
    reads = {source: within(times, now_ms, HOUR_MS) for source, times in vitals.balance_reads.items()}
    usual = sum(count for source, count in reads.items() if source not in COUNTED_APART)
    apart = ", ".join(f"{reads.get(source, 0)} for the {source}" for source in COUNTED_APART)
    text = f"{usual} in the last hour (at most {BALANCE_LOOK}), and {apart}"
    return finding(account, "balance calls", above(usual, BALANCE_LOOK, BALANCE_BAD), text)


def _feeds(tally: AccountTally, picture: Picture) -> Finding:
    vitals, now_ms = picture.vitals.of(tally.account), picture.now_ms
    streams = {**picture.model.shared_streams, **tally.streams}
    down = [f"{name} is down" for name, up in streams.items() if not up]
    silent = [
        f"nothing of {symbol} for {duration(now_ms - of.report.at_ms)}"
        for symbol, of in tally.symbols.items()
        if of.report is not None and now_ms - of.report.at_ms > SILENT_MS
    ]
    of_all = {**picture.vitals.of(0).losses, **vitals.losses}
    losses = {name: within(times, now_ms, HOUR_MS) for name, times in of_all.items()}
    lost = sum(losses.values())
    often = [f"{name} was lost {count} times" for name, count in losses.items() if count > LOSSES_BAD]
    wrong = [*down, *silent, *often]
    text = f"{', '.join(streams) or 'none'} up, {lost} losses in the last hour"
    if wrong:
        return finding(tally.account, "feeds", Mark.BAD, "; ".join(wrong))
    return finding(tally.account, "feeds", Mark.LOOK if lost else Mark.OK, text)


def _syncs(account: int, vitals: AccountVitals, picture: Picture, every_ms: int) -> Finding:
    if not vitals.synced_ms:
        why = f": {vitals.sync_failure}" if vitals.sync_failure else ""
        return finding(account, "syncs", Mark.BAD, f"none has succeeded yet{why}")
    age_ms = picture.now_ms - vitals.synced_ms
    text = f"the last one that succeeded is {duration(age_ms)} old (every {duration(every_ms)})"
    if vitals.sync_failure:
        return finding(account, "syncs", Mark.BAD, f"{text}; since then: {vitals.sync_failure}")
    late = age_ms > SYNCS_MISSED * every_ms
    return finding(account, "syncs", Mark.BAD if late else Mark.OK, text)


def _restarts(account: int, vitals: AccountVitals, now_ms: int) -> Finding:
    times = vitals.counted.get("actor_restart", ())
    day, hour = within(times, now_ms, DAY_MS), within(times, now_ms, HOUR_MS)
    mark = Mark.BAD if hour > RESTARTS_BAD else Mark.LOOK if day else Mark.OK
    return finding(account, "restarts", mark, f"{day} in the last day")

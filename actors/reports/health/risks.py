"""What an account's money hangs on: take profits, prices, the guard and how near its limits are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from actors.display.formats import duration
from actors.display.tallies import AccountTally
from actors.reports.health.findings import Finding, Mark, above, finding
from actors.reports.vitals import AccountVitals
from messages.reports import GuardReport, SideReport, SymbolReport

#: As the alerts have it.
BARE_LOOK_MS, BARE_BAD_MS = 3_000, 10_000
PRICE_LOOK_MS, PRICE_BAD_MS = 20_000, 60_000
#: Share of a threshold from which on a person should look.
NEAR = Decimal("0.8")
_HUNDRED = Decimal(100)


def take_profits(tally: AccountTally, vitals: AccountVitals, now_ms: int) -> Finding:
    """Right after a fill a side waits for its TP: how long it does is what counts."""
    bare = {who: now_ms - since_ms for who, since_ms in vitals.unprotected.items()}
    late = [f"{who} for {duration(age_ms)}" for who, age_ms in bare.items() if age_ms > BARE_LOOK_MS]
    if late:
        mark = above(max(bare.values()), BARE_LOOK_MS, BARE_BAD_MS)
        return finding(tally.account, "take profits", mark, f"without a right one: {', '.join(late)}")
    withdrawn = [who for who, side in _sides(tally) if side.withdrawn]
    if withdrawn:
        text = f"the guard keeps those of {', '.join(withdrawn)} away: `resume` brings them back"
        return finding(tally.account, "take profits", Mark.LOOK, text)
    held = sum(side.size > 0 for _, side in _sides(tally))
    text = f"none of {held} sides with a position lacks a right one"
    return finding(tally.account, "take profits", Mark.OK, text)


def prices(tally: AccountTally, now_ms: int) -> Finding:
    """How old the newest price is that each grid has, by the exchange's time."""
    ages = {report.symbol: now_ms - report.price_ms for report in _reports(tally) if report.price_ms}
    without = [report.symbol for report in _reports(tally) if not report.price_ms]
    if without:
        return finding(tally.account, "prices", Mark.BAD, f"none has come of {', '.join(without)}")
    if not ages:
        return finding(tally.account, "prices", Mark.OK, "no symbol has told of its price yet")
    oldest = max(ages.values())
    old = [f"{symbol} {duration(age)}" for symbol, age in ages.items() if age > PRICE_LOOK_MS]
    mark = above(oldest, PRICE_LOOK_MS, PRICE_BAD_MS)
    text = (
        f"old: {', '.join(old)}" if old else f"of {len(ages)} symbols, the oldest {duration(max(oldest, 0))}"
    )
    return finding(tally.account, "prices", mark, text)


def guard(tally: AccountTally, vitals: AccountVitals, standing: Mapping[str, Any]) -> Finding:
    """What it has done to the account, and which of its rules fire, whatever they do."""
    # The guard's own word is of now; a report is some seconds old, and may still tell of what was resumed.
    stopped = standing.get("stopped", tally.stopped)
    paused = [who for who, side in _sides(tally) if side.status == "paused"]
    also = [f"paused until `resume`: {', '.join(paused)}"] if paused else []
    also += _fires(vitals.guard) if vitals.guard is not None else []
    if standing.get("silent"):
        return finding(tally.account, "guard", Mark.BAD, f"it does not answer: {standing['silent']}")
    if stopped:
        mode = f" ({standing['mode']})" if standing.get("mode") else ""
        return finding(tally.account, "guard", Mark.BAD, "; ".join([f"stopped{mode}: {stopped}", *also]))
    if standing.get("frozen"):
        return finding(tally.account, "guard", Mark.LOOK, "; ".join([f"frozen: {standing['frozen']}", *also]))
    mark = Mark.LOOK if also else Mark.OK
    return finding(tally.account, "guard", mark, "; ".join(["neither stopped nor frozen", *also]))


def _fires(report: GuardReport) -> Iterator[str]:
    if report.averaging_frozen:
        yield "pending entries stay away: too little is available for averaging"
    rules = sorted(report.holding - {"early_freeze"} if report.averaging_frozen else report.holding)
    if rules:
        yield f"rules that fire: {', '.join(rule.replace('_', ' ') for rule in rules)}"
    failed = [f"{count} on {symbol}" for symbol, count in report.failures if count]
    if failed:
        yield f"closes that failed in a row: {', '.join(failed)}"


def limits(tally: AccountTally, vitals: AccountVitals) -> Finding:
    """How far the maintenance rate and the loss below the peak are from where their rules act."""
    report, known = tally.report, vitals.guard
    if report is None or known is None:
        return finding(tally.account, "limits", Mark.OK, "its guard has told of none yet")
    rate, at = report.maintenance_rate, known.maintenance_threshold
    mark = Mark.BAD if at is not None and rate > NEAR * at else Mark.OK
    told = [f"maintenance rate {_percent(rate)}, {_acts(at)}"]
    if known.peak:
        loss = max(1 - report.equity / known.peak, Decimal(0))
        if mark is Mark.OK and known.loss_threshold is not None and loss > NEAR * known.loss_threshold:
            mark = Mark.LOOK
        told.append(f"equity {_percent(loss)} below its peak, {_acts(known.loss_threshold)}")
    return finding(tally.account, "limits", mark, "; ".join(told))


def _acts(threshold: Decimal | None) -> str:
    return f"its rule acts at {_percent(threshold)}" if threshold is not None else "its rule is off"


def _percent(ratio: Decimal) -> str:
    return f"{ratio * _HUNDRED:.1f} %"


def _reports(tally: AccountTally) -> Iterator[SymbolReport]:
    return (of.report for of in tally.symbols.values() if of.report is not None)


def _sides(tally: AccountTally) -> Iterator[tuple[str, SideReport]]:
    """Each side as people call it."""
    for report in _reports(tally):
        for side in (report.long, report.short):
            yield f"{report.symbol} {side.side}", side

"""The rules, one function each: what holds now, in words; nothing is done here.

| rule                 | function     | fires when                                                        |
|----------------------|--------------|-------------------------------------------------------------------|
| early freeze         | early_freeze | available + resting entries < below x the costliest level         |
| panic                | panic        | available < below x that; or one quantity over size_ratio x other |
| maintenance rate     | maintenance  | rate >= threshold                                                 |
| loss                 | loss         | equity a threshold below its peak                                 |
| disconnections       | disconnected | more than max_per_hour losses of the stream in an hour            |
| closes failing       | (step)       | threshold in a row on a symbol                                    |
| state                | (step)       | told by the start and by the grids                                |
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from messages.guard import GuardAction, StopMode, SymbolFigures
from state.guard.model import GuardState
from state.numbers import HUNDRED

_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A rule that fires: its name, why, and what it does; ``symbol`` where it is one symbol's."""

    rule: str
    reason: str
    action: GuardAction
    mode: StopMode = StopMode.HOLD
    symbol: str = ""


def averaging_short(state: GuardState) -> Verdict | None:
    """Early freeze: what could be had for averaging is small against the costliest entry still to come.

    What rests counts as had, so that its withdrawal lifts nothing.
    """
    rule, figures, cost = state.rules.early_freeze, state.figures, state.costliest_level
    if rule is None or figures is None or cost == 0:
        return None
    ratio = rule.lift if state.averaging_frozen else rule.below
    had = figures.available + state.resting_cost
    if had >= ratio * cost:
        return None
    reason = f"{_usdt(had)} available with what rests, under {ratio} times a level's {_usdt(cost)}"
    return Verdict(rule="early freeze", reason=reason, action=rule.action)


def panic(state: GuardState) -> list[Verdict]:
    """The money is nearly gone, or a hedge is lopsided with little left: a verdict for each symbol."""
    rule, figures, cost = state.rules.panic, state.figures, state.costliest_level
    if rule is None or figures is None:
        return []
    poor = cost > 0 and figures.available < rule.below * cost
    little = figures.available * HUNDRED < figures.equity * rule.available_percent
    found = []
    for symbol in state.symbols.values():
        lopsided = little and _lopsided(symbol, rule.size_ratio)
        if poor or lopsided:
            why = f"{_usdt(figures.available)} available"
            if lopsided:
                why += f", {symbol.symbol} holds {symbol.long_qty:f} LONG and {symbol.short_qty:f} SHORT"
            found.append(Verdict(rule="panic", reason=why, action=rule.action, symbol=symbol.symbol))
    return found


def _lopsided(symbol: SymbolFigures, ratio: Decimal) -> bool:
    smaller, larger = sorted((symbol.long_qty, symbol.short_qty))
    return smaller > 0 and larger > ratio * smaller


def maintenance(state: GuardState) -> Verdict | None:
    """The maintenance margin is too large a part of the equity."""
    rule, figures = state.rules.maintenance_percent, state.figures
    if rule is None or figures is None or figures.maintenance_percent < rule.threshold:
        return None
    reason = f"maintenance rate {figures.maintenance_percent:.2f} % is at or above {rule.threshold} %"
    return Verdict(rule="maintenance rate", reason=reason, action=rule.action, mode=rule.mode)


def loss(state: GuardState) -> Verdict | None:
    """The equity is too far below its peak."""
    rule, figures, peak = state.rules.loss_percent, state.figures, state.memory.peak
    lost = lost_percent(state)
    if rule is None or figures is None or peak is None or lost is None or lost < rule.threshold:
        return None
    reason = (
        f"equity {_usdt(figures.equity)} is {lost:.2f} % below its peak {_usdt(peak)}, "
        f"{rule.threshold} % are allowed"
    )
    return Verdict(rule="loss", reason=reason, action=rule.action, mode=rule.mode)


def lost_percent(state: GuardState) -> Decimal | None:
    """How far the equity is below its peak, in percent of it; None without figures or a peak."""
    figures, peak = state.figures, state.memory.peak
    if figures is None or peak is None or peak <= 0:
        return None
    return (peak - figures.equity) * HUNDRED / peak


def disconnected(state: GuardState) -> Verdict | None:
    """The private stream is lost too often."""
    rule = state.rules.disconnections
    if rule is None or len(state.losses) <= rule.max_per_hour:
        return None
    reason = (
        f"the private stream was lost {len(state.losses)} times in an hour, {rule.max_per_hour} are allowed"
    )
    return Verdict(rule="disconnections", reason=reason, action=rule.action)


def of_last_hour(losses: tuple[int, ...], now_ms: int) -> tuple[int, ...]:
    """The losses that still count."""
    return tuple(at for at in losses if at > now_ms - _HOUR_MS)


def _usdt(amount: Decimal) -> str:
    return f"{amount:.2f} USDT"

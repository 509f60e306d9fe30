"""The guard's heart: ``step(state, event, now_ms) -> (state, effects)``.

| event                            | from              | what it may do                                      |
|----------------------------------|-------------------|-----------------------------------------------------|
| AccountFigures                   | order actor       | every rule about money                              |
| SymbolFigures                    | grids             | the same, with the newest sizes and costs           |
| PrivateStreamLost                | private feed      | disconnections                                      |
| CloseFailed, CloseSucceeded      | grids             | closes failing in a row                             |
| StopAccount, FreezeAccount       | grids             | liquidation, ADL, settlement, or signs of them      |
| Mismatched                       | grids             | a rebuild that doesn't sum                          |
| StateUnreadable                  | the start         | the state file was corrupt                          |
| StopAll                          | the main thread   | too many accounts have stopped                      |
| JudgeAgain                       | a timer           | every rule about money (state/guard/doubts.py)      |

A stop is for the first reason; a later one that flattens turns a hold into a flatten, never the other way.
A rule that alerts is told when it begins to hold, and again only after it has ceased to.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from messages.events import Note, Severity
from messages.guard import (
    AccountFigures,
    CloseFailed,
    CloseSucceeded,
    GuardAction,
    GuardMemory,
    JudgeAgain,
    Mismatched,
    PrivateStreamLost,
    StateUnreadable,
    StopAll,
    StopMode,
    SymbolFigures,
)
from state.grid.effects import FreezeAccount, StopAccount
from state.guard.doubts import doubt, overdue, proven, read
from state.guard.model import (
    AveragingFrozen,
    Effect,
    FreezeDecided,
    GuardState,
    PanicDecided,
    Remember,
    StopDecided,
)
from state.guard.rules import Verdict, averaging_short, disconnected, loss, maintenance, of_last_hour, panic

Event = (
    AccountFigures
    | SymbolFigures
    | PrivateStreamLost
    | CloseFailed
    | CloseSucceeded
    | StopAccount
    | FreezeAccount
    | Mismatched
    | StateUnreadable
    | StopAll
    | JudgeAgain
)

#: A freeze that holds as long as its cause does reaches so far, and is renewed when so little is left.
_FREEZE_MS, _RENEW_MS = 60_000, 30_000
_KEEP_FROM = Decimal("1.001")
EXCHANGE = "the exchange takes orders away"


class Draft:
    """A state under change, and what is to be done."""

    def __init__(self, state: GuardState, now_ms: int) -> None:
        self.state, self.now_ms = state, now_ms
        self.effects: list[Effect] = []

    def note(self, kind: str, text: str, *, symbol: str = "", severity: Severity = Severity.CRITICAL) -> None:
        """Tell a person."""
        self.effects.append(
            Note(
                account=self.state.account,
                symbol=symbol,
                side=None,
                kind=kind,
                severity=severity,
                text=text,
                at_ms=self.now_ms,
            )
        )

    def would_stop(self, mode: StopMode) -> bool:
        """Whether a stop changes anything: one that flattens is the last word."""
        state = self.state
        return not state.stopped or (state.mode is StopMode.HOLD and mode is StopMode.FLATTEN)

    def stop(self, reason: str, mode: StopMode, *, emergency: bool = True) -> None:
        """Stop the account, or let a stop flatten that has held so far."""
        if not self.would_stop(mode):
            return
        self.state = replace(self.state, stopped=reason, mode=mode)
        self.effects.append(
            StopDecided(reason=reason, mode=mode, evidence=evidence(self.state), emergency=emergency)
        )
        self.note("emergency_stop" if emergency else "stopped", f"{reason} ({mode.value})")

    def freeze(self, until_ms: int, reason: str) -> None:
        """No entry of the account until then; a freeze never becomes shorter."""
        state = self.state
        if until_ms <= state.frozen_until_ms:
            return
        if self.now_ms >= state.frozen_until_ms:
            self.note("frozen", reason, severity=Severity.WARNING)
        self.state = replace(state, frozen_until_ms=until_ms, frozen_for=reason)
        self.effects.append(FreezeDecided(until_ms=until_ms))


def step(state: GuardState, event: Event, now_ms: int) -> tuple[GuardState, list[Effect]]:
    """Take one event at ``now_ms`` (UTC)."""
    d = Draft(state, now_ms)
    match event:
        case AccountFigures():
            _take_figures(d, event)
            _judge(d)
        case SymbolFigures():
            d.state = state.with_symbol(event)
            _judge(d)
        case JudgeAgain():
            _judge(d)
        case PrivateStreamLost():
            d.state = replace(state, losses=of_last_hour((*state.losses, now_ms), now_ms))
            _act_on_losses(d)
        case CloseFailed():
            _close_failed(d, event)
        case CloseSucceeded():
            d.state = replace(state, failures={k: n for k, n in state.failures.items() if k != event.symbol})
        case StopAccount():
            d.stop(event.reason, StopMode.HOLD)
        case StateUnreadable():
            _act(d, Verdict(rule="state", reason=event.reason, action=state.rules.corrupt_state))
        case StopAll():
            d.stop(event.reason, StopMode.HOLD)
        case Mismatched():
            rule = state.rules.mismatch
            reason = f"{event.symbol}: {event.reason}"
            _act(d, Verdict(rule="mismatch", reason=reason, action=rule.action, mode=rule.mode))
        case FreezeAccount():
            d.freeze(event.until_ms, f"{EXCHANGE}: {event.reason}")
    return d.state, d.effects


def _take_figures(d: Draft, figures: AccountFigures) -> None:
    """Newer money. The peak rises with the equity that the exchange tells, and moves with what is paid in."""
    memory = d.state.memory
    peak, paid_in = memory.peak, figures.paid_in if figures.paid_in is not None else memory.paid_in
    if peak is not None and memory.paid_in is not None and paid_in is not None:
        peak = max(peak + paid_in - memory.paid_in, Decimal(0))
    peak = figures.told_equity if peak is None else max(peak, figures.told_equity)
    newer = replace(memory, peak=peak, paid_in=paid_in)
    d.state = replace(d.state, figures=figures, memory=newer)
    if _worth_keeping(newer, d.state.kept):
        d.state = replace(d.state, kept=newer)
        d.effects.append(Remember(memory=newer))


def _worth_keeping(memory: GuardMemory, kept: GuardMemory) -> bool:
    """A rising equity is not written at each tick: of its peak a thousandth may be forgotten in a crash."""
    if memory.peak is None or kept.peak is None or memory.paid_in != kept.paid_in:
        return memory != kept
    return memory.peak >= kept.peak * _KEEP_FROM


def _judge(d: Draft) -> None:
    """Every rule about money; what has ceased to hold may be told again."""
    state = d.state
    early = averaging_short(state)
    if early is not None and early.action is GuardAction.FREEZE:
        _freeze_averaging(d, early.reason)
        early = None
    elif early is None and state.averaging_frozen:
        _freeze_averaging(d, "")
    panics = panic(state)
    firing = [verdict for verdict in (early, *panics, maintenance(state), loss(state)) if verdict is not None]
    about_money = {"early freeze", "panic", "maintenance rate", "loss"}
    held = {verdict.rule for verdict in firing}
    d.state = replace(d.state, alerted=frozenset(d.state.alerted - (about_money - held)))
    in_doubt = [verdict for verdict in firing if _doubtful(d, verdict)]
    for verdict in firing:
        if verdict not in in_doubt:
            _act(d, verdict)
    _settle_doubts(d, bool(in_doubt))
    _spread_panic(d, panics)
    _stay_frozen(d)


def _doubtful(d: Draft, verdict: Verdict) -> bool:
    """Whether a stop that would change something rests on carried figures alone."""
    decides = verdict.action is GuardAction.STOP and verdict.rule in ("maintenance rate", "loss")
    if not decides or not d.would_stop(verdict.mode) or overdue(d.state, d.now_ms):
        return False
    return not proven(d.state, verdict)


def _settle_doubts(d: Draft, doubtful: bool) -> None:
    if doubtful:
        d.state, effects = doubt(d.state, d.now_ms)
        d.effects += effects
    else:
        d.state = replace(d.state, doubted_ms=0)
    d.state, effects = read(d.state, d.now_ms)
    d.effects += effects


def _freeze_averaging(d: Draft, reason: str) -> None:
    if bool(reason) == d.state.averaging_frozen:
        return
    d.state = replace(d.state, averaging_frozen=bool(reason))
    d.effects.append(AveragingFrozen(on=bool(reason)))
    text = reason or "enough is available again: pending entries come back"
    d.note("early_freeze", text, severity=Severity.WARNING)


def _spread_panic(d: Draft, panics: list[Verdict]) -> None:
    """What a panic does beside its freeze is done once, when it begins."""
    rule = d.state.rules.panic
    began = bool(panics) and not d.state.panicking
    d.state = replace(d.state, panicking=bool(panics))
    if not began or rule is None or not (rule.pull_take_profit or rule.balance_smaller_side):
        return
    for verdict in panics:
        d.effects.append(
            PanicDecided(
                symbol=verdict.symbol,
                pull_take_profit=rule.pull_take_profit,
                balance_smaller_side=rule.balance_smaller_side,
            )
        )


def _stay_frozen(d: Draft) -> None:
    """A freeze after the exchange's signs ends only with the maintenance rate under half its threshold."""
    state, rule = d.state, d.state.rules.maintenance_percent
    if rule is None or state.figures is None or not state.frozen_for.startswith(EXCHANGE):
        return
    near = state.figures.maintenance_percent * 2 >= rule.threshold
    if near and 0 < state.frozen_until_ms - d.now_ms < _RENEW_MS:
        d.freeze(d.now_ms + _FREEZE_MS, state.frozen_for)


def _act_on_losses(d: Draft) -> None:
    verdict, rule = disconnected(d.state), d.state.rules.disconnections
    if verdict is None or rule is None:
        d.state = replace(d.state, alerted=d.state.alerted - {"disconnections"})
    elif verdict.action is GuardAction.FREEZE:
        d.freeze(d.now_ms + rule.quiet_ms, verdict.reason)
    else:
        _act(d, verdict)


def _close_failed(d: Draft, event: CloseFailed) -> None:
    count = d.state.failures.get(event.symbol, 0) + 1
    d.state = replace(d.state, failures=d.state.failures | {event.symbol: count})
    rule = d.state.rules.take_profit_failures
    if rule is not None and count >= rule.threshold:
        reason = f"{count} closes failed in a row, the last: {event.symbol} {event.side}: {event.reason}"
        d.state = replace(d.state, alerted=d.state.alerted - {"closes failing"})
        _act(d, Verdict(rule="closes failing", reason=reason, action=rule.action, mode=rule.mode))


def _act(d: Draft, verdict: Verdict) -> None:
    if verdict.action is GuardAction.STOP:
        d.stop(f"{verdict.rule}: {verdict.reason}", verdict.mode)
    elif verdict.action is GuardAction.FREEZE:
        if d.state.frozen_until_ms - d.now_ms < _RENEW_MS:
            d.freeze(d.now_ms + _FREEZE_MS, f"{verdict.rule}: {verdict.reason}")
    elif verdict.rule not in d.state.alerted:
        d.state = replace(d.state, alerted=d.state.alerted | {verdict.rule})
        d.note("guard", f"{verdict.rule}: {verdict.reason}", symbol=verdict.symbol)


def evidence(state: GuardState) -> dict[str, str]:
    """What a person should see of the moment of a stop, names to exact figures."""
    found: dict[str, str] = {}
    if state.figures is not None:
        found["equity_usdt"] = f"{state.figures.equity:f}"
        found["available_usdt"] = f"{state.figures.available:f}"
        found["maintenance_percent"] = f"{state.figures.maintenance_percent:.4f}"
    if state.memory.peak is not None:
        found["peak_usdt"] = f"{state.memory.peak:f}"
    for symbol in sorted(state.symbols.values(), key=lambda each: each.symbol):
        found[symbol.symbol] = f"LONG {symbol.long_qty:f}, SHORT {symbol.short_qty:f}"
    if state.losses:
        found["private_stream_losses"] = str(len(state.losses))
    return found

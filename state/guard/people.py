"""What a person asks of a guard: stop, flatten, resume; and how an account stands.

| asked                | refused while                                                          |
|----------------------|------------------------------------------------------------------------|
| stop                 | never; an account that has stopped already may still be told to flatten |
| flatten              | the symbol is unknown                                                  |
| resume the account   | the maintenance rate is at its threshold, or levels and positions disagree |
| resume a symbol      | the account is stopped: it resumes as a whole                          |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from messages.events import Severity
from messages.guard import AskFlatten, AskResume, AskStop, Standing, StopMode
from state.guard.model import GuardState, Remember, ResumeDecided
from state.guard.rules import maintenance
from state.guard.step import Draft

BY_PERSON = "stopped by a person"


def ask_stop(d: Draft, asked: AskStop) -> str:
    """Stop the account; a stop that holds turns into one that flattens if that is asked for."""
    if asked.flatten:
        d.state = replace(d.state, flatten_ms=d.now_ms)
    d.stop(BY_PERSON, StopMode.FLATTEN if asked.flatten else StopMode.HOLD, emergency=False)
    return ""


def ask_flatten(d: Draft, asked: AskFlatten) -> str:
    """Close the account's positions, which stops it; one symbol's are closed by its grid alone."""
    if asked.symbol is None:
        return ask_stop(d, AskStop(flatten=True))
    refused = unknown(d.state, asked.symbol)
    if not refused:
        d.state = replace(d.state, flatten_ms=d.now_ms)
    return refused


def ask_resume(d: Draft, asked: AskResume) -> str:
    """Let go on; "" or why not. The peak becomes today's equity, counts begin anew."""
    state = d.state
    if asked.symbol is not None:
        if state.stopped:
            return f"the whole account is stopped ({state.stopped}): resume it without a symbol"
        return unknown(state, asked.symbol)
    too_near = maintenance(state)
    if too_near is not None:
        return too_near.reason
    unexplained = sorted(symbol.symbol for symbol in state.symbols.values() if symbol.unexplained)
    if state.stopped and unexplained:
        return (
            f"levels and positions disagree on {', '.join(unexplained)}, as they do for a moment while "
            "something fills: ask again in some seconds; if they still do, see the log, or flatten first"
        )
    equity = state.figures.equity if state.figures is not None else state.memory.peak
    memory = replace(state.memory, peak=equity)
    d.state = replace(
        state,
        memory=memory,
        kept=memory,
        stopped="",
        mode=StopMode.HOLD,
        failures={},
        losses=(),
        panicking=False,
        alerted=frozenset(),
    )
    d.effects += (Remember(memory=memory), ResumeDecided())
    d.note("resumed", "a person lets the account go on", severity=Severity.WARNING)
    return ""


def unknown(state: GuardState, symbol: str) -> str:
    """Why a symbol can't be meant, "" if it can."""
    if symbol in state.symbols:
        return ""
    return f"{symbol} is none of the account's symbols: {', '.join(sorted(state.symbols)) or 'none yet'}"


def standing(state: GuardState, symbols: Iterable[str], now_ms: int, refused: str = "") -> Standing:
    """How the account stands; ``symbols`` are all that it trades."""
    open_symbols = sorted(symbol for symbol in symbols if not _is_flat(state, symbol))
    return Standing(
        account=state.account,
        refused=refused,
        stopped=state.stopped,
        mode=state.mode,
        frozen=state.frozen_for if now_ms < state.frozen_until_ms else "",
        open_symbols=tuple(open_symbols),
    )


def _is_flat(state: GuardState, symbol: str) -> bool:
    """Whether a read has proven it that is younger than what was asked."""
    known = state.symbols.get(symbol)
    return known is not None and known.flat_ms > 0 and known.flat_ms >= state.flatten_ms

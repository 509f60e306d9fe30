"""A stop for money is decided on the exchange's own figures; carried ones only have them read (section 8).

A price can arrive before the row that tells of a smaller leg: figures carried with it then lose on a size
that is gone, and would stop, or flatten, an account that is well.

| a rule that stops holds by                | and so                                                         |
|-------------------------------------------|----------------------------------------------------------------|
| carried figures and those of the exchange | it fires                                                       |
| carried figures alone                     | the wallet is read, at once if none was read for 5 s           |
| carried figures alone, 5 s after the read | it fires: an exchange that doesn't answer protects nobody      |

Beside it the wallet is read where a mark has moved over 1 % since the last push while over half of a
threshold is used up. Pure: what has to happen is returned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from state.guard.model import Doubted, Effect, GuardState, WalletWanted
from state.guard.rules import Verdict, loss, lost_percent, maintenance
from state.numbers import ONE

#: The guard reads at most so often, and waits so long for what a read brings.
READ_EVERY_MS = 5_000
ANSWER_MS = 5_000
_FAST_PERCENT = ONE
_HALF = 2


def proven(state: GuardState, verdict: Verdict) -> bool:
    """Whether what the exchange itself has told says so, too."""
    if state.figures is None:
        return False
    rule: Callable[[GuardState], Verdict | None] = loss if verdict.rule == "loss" else maintenance
    return rule(replace(state, figures=state.figures.as_told())) is not None


def overdue(state: GuardState, now_ms: int) -> bool:
    """Whether a doubt has been asked about, and the answer must not be waited for any longer."""
    asked = state.doubted_ms > 0 and state.asked_ms >= state.doubted_ms
    return asked and now_ms >= state.asked_ms + ANSWER_MS


def doubt(state: GuardState, now_ms: int) -> tuple[GuardState, list[Effect]]:
    """A stop is due by carried figures alone: from now on it is judged again, whatever comes."""
    if state.doubted_ms:
        return state, []
    return replace(state, doubted_ms=now_ms), [Doubted(again_ms=now_ms + READ_EVERY_MS)]


def read(state: GuardState, now_ms: int) -> tuple[GuardState, list[Effect]]:
    """Have the wallet read if something is in doubt, or the market is fast, and it is time for it."""
    since_ms = now_ms - state.asked_ms
    if 0 <= since_ms < READ_EVERY_MS or not (state.doubted_ms or _fast(state)):
        return state, []
    effects: list[Effect] = [WalletWanted()]
    if state.doubted_ms:
        effects.append(Doubted(again_ms=now_ms + ANSWER_MS))
    return replace(state, asked_ms=now_ms), effects


def _fast(state: GuardState) -> bool:
    figures = state.figures
    return figures is not None and figures.moved_percent > _FAST_PERCENT and _over_half(state)


def _over_half(state: GuardState) -> bool:
    figures, lost = state.figures, lost_percent(state)
    rate, most_lost = state.rules.maintenance_percent, state.rules.loss_percent
    if rate is not None and figures is not None and figures.maintenance_percent * _HALF > rate.threshold:
        return True
    return most_lost is not None and lost is not None and lost * _HALF > most_lost.threshold

"""Guards that tests begin with, and what they are told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from config.guard import Guard
from messages.guard import AccountFigures, SymbolFigures
from state.guard.model import Effect, GuardState
from state.guard.step import Event, step

NOW_MS = 1_760_000_000_000


def guard(**sections: dict[str, Any]) -> GuardState:
    """An account's guard with the default rules, but for these tables of its config."""
    return GuardState(account=1, rules=Guard.model_validate(sections).to_rules())


def money(
    equity: str = "1000",
    available: str = "900",
    rate: str = "1",
    paid_in: str | None = "1000",
    told: str = "",
    told_rate: str = "",
    moved: str = "0",
) -> AccountFigures:
    """An account's figures; ``rate`` in percent; ``told`` and ``told_rate`` are as the exchange says."""
    return AccountFigures(
        equity=Decimal(equity),
        told_equity=Decimal(told or equity),
        available=Decimal(available),
        maintenance_percent=Decimal(rate),
        told_maintenance_percent=Decimal(told_rate or rate),
        moved_percent=Decimal(moved),
        paid_in=Decimal(paid_in) if paid_in is not None else None,
    )


def symbol(name: str = "SOLUSDT", **changes: Any) -> SymbolFigures:
    """Both sides hold the same, nothing rests, a level costs 60 USDT at most."""
    figures = SymbolFigures(
        symbol=name,
        long_qty=Decimal("0.3"),
        short_qty=Decimal("0.3"),
        resting_cost=Decimal(0),
        costliest_level=Decimal(60),
        unexplained=False,
        flat_ms=0,
    )
    return replace(figures, **changes)


def after(state: GuardState, *events: Event, at_ms: int = NOW_MS) -> tuple[GuardState, list[Effect]]:
    """The guard after some events at one moment, and all that it asked for."""
    asked: list[Effect] = []
    for event in events:
        state, effects = step(state, event, at_ms)
        asked += effects
    return state, asked


def of_kind(effects: list[Effect], kind: type[Any]) -> list[Any]:
    """The effects of one kind."""
    return [effect for effect in effects if isinstance(effect, kind)]

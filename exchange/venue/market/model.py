"""The generator's model: what the fit script measures on real files and ``parameters`` holds.

A minute's log return of a symbol is ``volatility · shock + push``. The logarithm of its volatility is a
sum of first-order autoregressions with half-lives from minutes to days (clustering with a long memory);
shocks are Student t (fat tails). Part of both is common to all symbols, so that they move together.
Jumps of a minute and crashes
of minutes to hours are pushes as measured. These are random numbers for a model market, not money: floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Cluster(NamedTuple):
    """One autoregression of log volatility: half-life in minutes, standard deviation."""

    half_life_minutes: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """One measured crash. ``falls`` are log depths by symbol, peak to trough.

    Seven tenths of the fall came in its last ``fall_minutes``; ``rebound`` (share of the fall) came back
    in the half hour after the trough; minutes were ``boost`` times as volatile then as the day before.
    """

    day: str
    falls: Mapping[str, float]
    fall_minutes: int
    rebound: float
    boost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolModel:
    """One symbol's own scale."""

    volatility: float  # standard deviation of a minute's log return
    jump: float  # how far it goes in a jump of 1
    minute_usdt: float  # traded in a usual minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All symbols together. ``hours`` are 24 factors of volatility by hour of day (UTC), mean square 1."""

    symbols: Mapping[str, SymbolModel]
    clusters: tuple[Cluster, ...]
    shared_clusters: float  # share of the variance of log volatility that is common
    tail: float  # degrees of freedom of the shocks
    correlation: float  # of the shocks of two symbols
    hours: tuple[float, ...]
    volume_power: float  # a minute trades in proportion to its volatility to this power
    volume_noise: float  # standard deviation of what is left of log volume
    size_deviation: float  # standard deviation of the log of one trade's size
    jumps: tuple[float, ...]  # log returns of single minutes out of a quiet hour
    jumps_per_day: float
    crashes: tuple[Crash, ...]
    crashes_per_day: float

    def symbol(self, name: str) -> SymbolModel:
        """The scale of ``name``; a symbol that was never measured moves like the first that was."""
        return self.symbols.get(name) or next(iter(self.symbols.values()))

    def fall(self, crash: Crash, name: str) -> float:
        """How deep ``name`` falls in ``crash`` (log): as measured, or as the mean of those measured."""
        known = crash.falls.get(name)
        return known if known is not None else sum(crash.falls.values()) / len(crash.falls)

"""The model minute by minute: volatility and log return of one symbol, an hour at a time.

What symbols have in common is drawn from a seed of its own, anew for each symbol: a symbol's prices
don't depend on which others are generated beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, repeat
from typing import NamedTuple
from zlib import crc32

import numpy as np

from exchange.venue.market.listing import Floats
from exchange.venue.market.model import Crash, Model
from exchange.venue.market.scenarios import Crashes, Legs, Scenario

HOUR = 60
DAY = 24 * HOUR
HOME_MINUTES = 5 * DAY
"""Time in which a price drifts back to its start by a factor e, so that endless runs stay in range."""
REBOUND_MINUTES = 30
BOOST_HALF_LIFE = 60
AFTERMATH_MINUTES = 240


class Minutes(NamedTuple):
    """One hour of a symbol, arrays of 60: standard deviation and log return of each minute."""

    volatility: Floats
    returns: Floats


class Push(NamedTuple):
    """What a crash does to one minute: log return added, factor on volatility."""

    move: float
    boost: float


QUIET = Push(0.0, 1.0)


def minutes(model: Model, scenario: Scenario, symbol: str, seed: int, first_hour: int) -> Iterator[Minutes]:
    """Endless hours of ``symbol``; ``first_hour`` (0-23, UTC) is the hour of day of the first."""
    common, own = np.random.default_rng((seed, 0)), np.random.default_rng((seed, crc32(symbol.encode())))
    legs = leg_moves(np.random.default_rng((seed, 1)), scenario.legs)
    crashes = crash_pushes(np.random.default_rng((seed, 2)), model, scenario, symbol)
    jumps = jump_moves(np.random.default_rng((seed, 3)), model, scenario)
    clusters = zip(cluster_hours(common, model), cluster_hours(own, model), strict=True)
    spread = scenario.clustering**2 * sum(cluster.deviation**2 for cluster in model.clusters)
    scale = model.symbol(symbol)
    usual = scale.volatility * scenario.volatility
    gone = 0.0  # log distance from the start price
    for hour, (common_log, own_log) in enumerate(clusters, start=first_hour):
        log_volatility = scenario.clustering * blend(common_log, own_log, model.shared_clusters) - spread
        pushes = list(islice(crashes, HOUR))
        boost = np.array([push.boost for push in pushes])
        volatility = usual * model.hours[hour % 24] * np.exp(log_volatility) * boost
        shocks = blend(fat_tailed(common, model.tail), fat_tailed(own, model.tail), model.correlation)
        moves = np.array([push.move for push in pushes])
        moves += np.fromiter(islice(legs, HOUR), float, HOUR)
        moves += np.fromiter(islice(jumps, HOUR), float, HOUR) * scale.jump
        returns = volatility * shocks + moves - gone / HOME_MINUTES
        gone += float(returns.sum())
        yield Minutes(volatility, returns)


def blend(common: Floats, own: Floats, share: float) -> Floats:
    """Of the same variance as the two, with correlation ``share`` between symbols."""
    mixed: Floats = np.sqrt(share) * common + np.sqrt(1 - share) * own
    return mixed


def fat_tailed(rng: np.random.Generator, tail: float) -> Floats:
    """An hour of Student t with variance 1."""
    shocks: Floats = rng.standard_t(tail, HOUR) * np.sqrt((tail - 2) / tail)
    return shocks


def cluster_hours(rng: np.random.Generator, model: Model) -> Iterator[Floats]:
    """Hours of log volatility: the sum of the model's autoregressions, started from their long run."""
    keep = np.array([0.5 ** (1 / cluster.half_life_minutes) for cluster in model.clusters])
    deviation = np.array([cluster.deviation for cluster in model.clusters])
    lag = np.subtract.outer(np.arange(HOUR), np.arange(HOUR))
    weights = np.where(lag >= 0, keep[:, None, None] ** np.maximum(lag, 0), 0.0)
    fade = keep[:, None] ** np.arange(1, HOUR + 1)
    state = rng.standard_normal(len(keep)) * deviation
    while True:
        news = rng.standard_normal((len(keep), HOUR)) * (deviation * np.sqrt(1 - keep**2))[:, None]
        paths = np.einsum("kts,ks->kt", weights, news) + fade * state[:, None]
        state = paths[:, -1]
        yield paths.sum(axis=0)


def leg_moves(rng: np.random.Generator, legs: Legs | None) -> Iterator[float]:
    """A log return for each minute: legs one after another, or none."""
    if legs is None:
        yield from repeat(0.0)
        return
    way = 1.0 if rng.random() < 0.5 else -1.0
    while True:
        length = int(rng.integers(*legs.minutes, endpoint=True))
        yield from repeat(way * float(rng.uniform(*legs.move)) / length, length)
        if rng.random() < legs.reverse:
            way = -way


def jump_moves(rng: np.random.Generator, model: Model, scenario: Scenario) -> Iterator[float]:
    """A log return for each minute: nothing, or now and then one of the measured jumps."""
    for wait in _waits(rng, None, model.jumps_per_day if scenario.jumps and model.jumps else 0.0):
        yield from repeat(0.0, wait)
        yield model.jumps[int(rng.integers(len(model.jumps)))]
    yield from repeat(0.0)


def crash_pushes(rng: np.random.Generator, model: Model, scenario: Scenario, symbol: str) -> Iterator[Push]:
    """A push for each minute: quiet until a crash begins, then one of the measured ones, then quiet."""
    for wait in _waits(rng, scenario.crashes, model.crashes_per_day if scenario.rare_crashes else 0.0):
        yield from repeat(QUIET, wait)
        crash = model.crashes[int(rng.integers(len(model.crashes)))]
        yield from crash_course(crash, model.fall(crash, symbol) * float(rng.uniform(0.8, 1.1)))
    yield from repeat(QUIET)


def crash_course(crash: Crash, fall: float) -> Iterator[Push]:
    """Minutes of one crash: a fall that speeds up, a rebound that slows down, a wild afternoon."""
    # The last fall_minutes of a fall that grows as t^2.5 bring seven tenths of it when it lasts 2.6 as long.
    length = max(round(crash.fall_minutes * 2.6), 2)
    way_down = (np.arange(length + 1) / length) ** 2.5
    back = 1 - np.exp(-np.arange(REBOUND_MINUTES + 1) / (REBOUND_MINUTES / 4))
    calmer = 1 + (crash.boost - 1) * 0.5 ** (np.arange(AFTERMATH_MINUTES) / BOOST_HALF_LIFE)
    moves = chain(np.diff(way_down) * -fall, np.diff(back / back[-1]) * fall * crash.rebound, repeat(0.0))
    boosts = chain(1 + (crash.boost - 1) * way_down[1:], calmer)
    for boost, move in zip(boosts, moves, strict=False):
        yield Push(float(move), float(boost))


def _waits(rng: np.random.Generator, planned: Crashes | None, per_day: float) -> Iterator[int]:
    if planned is not None:
        yield int(rng.integers(*planned.first, endpoint=True))
        while True:
            yield int(rng.integers(*planned.wait, endpoint=True))
    while per_day > 0:
        yield int(rng.exponential(DAY / per_day)) + 1

"""The generator's model from real minutes, one measured property after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from backtest.market_figures import (
    ACF_LAGS,
    MINUTE_MS,
    Fall,
    Floats,
    Ints,
    Series,
    correlation,
    covariance,
    deepest_fall,
    joint,
)
from exchange.venue.market.minutes import minutes
from exchange.venue.market.model import Cluster, Crash, Model, SymbolModel
from exchange.venue.market.scenarios import DEFAULT, SCENARIOS

FITTED_SYMBOLS = ("SOLUSDT", "DOGEUSDT")
HALF_LIVES = (2.0, 15.0, 120.0, 900.0, 5000.0)
LAGS = (1, 2, 3, 5, 8, 12, 20, 35, 60, 100, 180, 300, 600, 1000, 1440, 2880, 4320, 7200)
TAILS = (3.5, 4.0, 4.5, 5.0, 6.0, 8.0, 12.0, 20.0)
GAINS = (1.1, 1.2, 1.3, 1.4, 1.5)
WEIGHTS = np.array([2.0, 0.3, 1.0, 1.0, 0.5])
TRIAL_MONTHS = 12
MONTH_HOURS = 31 * 24
HALF_DAY_MS = 12 * 60 * MINUTE_MS
CRASH_DEPTH = 0.08
JUMP_RATIO, JUMP_LEAST = 12, 0.01


def fit(series: Sequence[Series], trade_sizes: Floats) -> Model:
    """The model of all 1m ``series``; crashes from 5m ones too."""
    months = [one for one in series if one.bar_minutes == 1]
    scale = {
        name: np.sqrt(np.concatenate([one.returns for one in months if one.symbol == name]).var())
        for name in FITTED_SYMBOLS
    }
    hours = fit_hours(months, scale)
    logs = [log_sizes(one.returns, one.hours, scale[one.symbol], hours) for one in months]
    clusters = fit_clusters(logs)
    power, noise, usual_usdt = fit_volume(months, logs, hours, clusters)
    pairs = pairs_of(months)
    crashes, per_day = fit_crashes(series)
    jumps, jumps_per_day, jump_factors = fit_jumps(months)
    rough = Model(
        symbols={
            name: SymbolModel(
                volatility=_digits(scale[name]),
                jump=_digits(jump_factors[name]),
                minute_usdt=_digits(usual_usdt[name]),
            )
            for name in scale
        },
        clusters=clusters,
        shared_clusters=_digits(fit_shared(pairs, scale, hours)),
        tail=max(TAILS),
        correlation=_digits(correlation(pairs)),
        hours=tuple(round(float(factor), 3) for factor in hours),
        volume_power=_digits(power),
        volume_noise=_digits(noise),
        size_deviation=_digits(float(np.log(trade_sizes).std())),
        jumps=jumps,
        jumps_per_day=_digits(jumps_per_day),
        crashes=crashes,
        crashes_per_day=per_day,
    )
    return fit_tail(rough, months)


def pairs_of(series: Sequence[Series]) -> list[tuple[Series, Series]]:
    """SOL and DOGE of the same month and exchange."""
    return [
        (first, second)
        for first in series
        for second in series
        if first.symbol == FITTED_SYMBOLS[0]
        and second.symbol == FITTED_SYMBOLS[1]
        and first.source.split("_")[0] == second.source.split("_")[0]
        and len(np.intersect1d(first.time_ms, second.time_ms)) > len(first.time_ms) / 2
    ]


def fit_hours(months: Sequence[Series], scale: Mapping[str, float]) -> Floats:
    """Volatility by hour of day (UTC), mean square 1: from mean |r|, which tails disturb less."""
    size = np.concatenate([np.abs(one.returns) / scale[one.symbol] for one in months])
    hour = np.concatenate([one.hours for one in months])
    factors = np.bincount(hour, size) / np.bincount(hour)
    hours: Floats = factors / np.sqrt((factors**2).mean())
    return hours


def log_sizes(returns: Floats, hour: Ints, scale: float, hours: Floats) -> Floats:
    """log |r| without the hour of day; a return of 0 counts as a third of a basis point."""
    return np.log(np.maximum(np.abs(returns), 3e-5) / (scale * hours[hour]))


def fit_clusters(logs: Sequence[Floats]) -> tuple[Cluster, ...]:
    """Non-negative variances of autoregressions whose sum has the autocovariance of log |r|."""
    mean = np.concatenate(logs).mean()
    wanted = np.array([covariance(logs, logs, lag, mean, mean) for lag in LAGS])
    design = np.array([[0.5 ** (lag / half) for half in HALF_LIVES] for lag in LAGS])
    used = list(range(len(HALF_LIVES)))
    while True:
        variances = np.linalg.lstsq(design[:, used], wanted, rcond=None)[0]
        if (variances > 0).all():
            break
        del used[int(variances.argmin())]
    return tuple(
        Cluster(HALF_LIVES[index], round(float(np.sqrt(variance)), 3))
        for index, variance in zip(used, variances, strict=True)
    )


def fit_shared(pairs: Sequence[tuple[Series, Series]], scale: Mapping[str, float], hours: Floats) -> float:
    """Share of log volatility that two symbols have in common, from covariances of later minutes."""
    first, second = [], []
    for pair in pairs:
        left, right, hour = joint(*pair)
        first.append(log_sizes(left, hour, scale[pair[0].symbol], hours))
        second.append(log_sizes(right, hour, scale[pair[1].symbol], hours))
    means = np.concatenate(first).mean(), np.concatenate(second).mean()
    lags = range(1, 61)
    across = sum(covariance(first, second, lag, *means) for lag in lags)
    within = [
        sum(covariance(one, one, lag, mean, mean) for lag in lags)
        for one, mean in zip((first, second), means, strict=True)
    ]
    return min(float(across / np.sqrt(within[0] * within[1])), 0.99)


def fit_volume(
    months: Sequence[Series], logs: Sequence[Floats], hours: Floats, clusters: Sequence[Cluster]
) -> tuple[float, float, dict[str, float]]:
    """How volume follows volatility: power, deviation of the rest, USDT of a usual minute by symbol."""
    volume = [np.log(np.maximum(one.usdt[1:], 1.0)) for one in months]
    calm = [part - np.log(hours[one.hours]) for part, one in zip(volume, months, strict=True)]
    calm = [part - part.mean() for part in calm]
    mean = np.concatenate(logs).mean()
    lags = range(2, 21)
    shared = sum(covariance(calm, logs, lag, 0.0, mean) for lag in lags)
    own = sum(covariance(logs, logs, lag, mean, mean) for lag in lags)
    power = float(shared / own)
    spread = sum(cluster.deviation**2 for cluster in clusters)
    noise = float(np.sqrt(max(np.concatenate(calm).var() - power**2 * spread, 0.01)))
    usual = {}
    for name in FITTED_SYMBOLS:
        mine = np.concatenate([part for part, one in zip(volume, months, strict=True) if one.symbol == name])
        usual[name] = float(np.exp(mine.mean() + power * (spread - np.log(hours).mean())))
    return power, noise, usual


def fit_jumps(months: Sequence[Series]) -> tuple[tuple[float, ...], float, dict[str, float]]:
    """Jumps of all months, how many a day, and by symbol the factor that gives its own fourth moment."""
    found = [(one, jumps_of(one.returns)) for one in months]
    every = np.concatenate([jumps for _, jumps in found])

    def strength(symbols: Sequence[str]) -> float:
        mine = [(len(one.close), (jumps**4).sum()) for one, jumps in found if one.symbol in symbols]
        return float(sum(fourth for _, fourth in mine) / sum(length for length, _ in mine))

    factors = {name: float((strength([name]) / strength(FITTED_SYMBOLS)) ** 0.25) for name in FITTED_SYMBOLS}
    days = sum(len(one.close) for one in months) / (24 * 60)
    return tuple(round(jump, 4) for jump in np.sort(every).tolist()), len(every) / days, factors


def jumps_of(returns: Floats) -> Floats:
    """Returns of over a percent that are a dozen times the mean |r| of the hour before."""
    sums = np.concatenate(([0.0], np.abs(returns).cumsum()))
    usual = (sums[60:-1] - sums[:-61]) / 60
    later = returns[60:]
    return later[np.abs(later) > np.maximum(JUMP_RATIO * usual, JUMP_LEAST)]


def fit_crashes(series: Sequence[Series]) -> tuple[tuple[Crash, ...], float]:
    """The deepest fall of each file, measured for both symbols, and how many there were a day."""
    days = {int(day) for one in series for day in np.unique(one.time_ms // (24 * 60 * MINUTE_MS))}
    troughs: list[int] = []
    for one in series:
        fall = deepest_fall(one, int(one.time_ms[0]), int(one.time_ms[-1]))
        if (
            fall
            and fall.depth > CRASH_DEPTH
            and all(abs(fall.trough_ms - at) > HALF_DAY_MS for at in troughs)
        ):
            troughs.append(fall.trough_ms)
    crashes = []
    for trough in sorted(troughs):
        falls: dict[str, Fall] = {}
        for one in sorted(series, key=lambda one: one.bar_minutes):
            fall = deepest_fall(one, trough - 2 * HALF_DAY_MS, trough + HALF_DAY_MS // 2)
            if fall and one.symbol not in falls:
                falls[one.symbol] = fall
        deepest = max(falls.values(), key=lambda fall: fall.depth)
        crashes.append(
            Crash(
                day=str(np.datetime64(trough, "ms").astype("datetime64[D]")),
                falls={name: round(fall.depth, 3) for name, fall in sorted(falls.items())},
                fall_minutes=deepest.fall_minutes,
                rebound=round(deepest.rebound, 2),
                boost=round(min(deepest.boost, 8.0), 1),
            )
        )
    return tuple(crashes), round(len(crashes) / len(days), 4)


def fit_tail(rough: Model, months: Sequence[Series]) -> Model:
    """Tail and spread of the clusters together, by what matters at last: |r| of typical months.

    The variances from log |r| are scaled by one factor, since log |r| says little of the largest moves.
    """
    real = {name: _typical(one.returns for one in months if one.symbol == name) for name in FITTED_SYMBOLS}
    models = [
        replace(
            rough,
            tail=tail,
            clusters=tuple(Cluster(half, round(gain * deviation, 3)) for half, deviation in rough.clusters),
        )
        for gain in GAINS
        for tail in TAILS
    ]
    return min(models, key=lambda model: _misfit(model, real))


def _misfit(model: Model, real: Mapping[str, Floats]) -> float:
    """Weighted distance of the logarithms of ``_typical`` figures, summed over symbols."""
    base = replace(SCENARIOS[DEFAULT], rare_crashes=False)
    made = {
        name: _typical(
            np.concatenate(
                [hour.returns for hour in islice(minutes(model, base, name, seed, 0), MONTH_HOURS)]
            )
            for seed in range(TRIAL_MONTHS)
        )
        for name in real
    }
    return sum(float(WEIGHTS @ np.abs(np.log(made[name] / real[name]))) for name in real)


def _typical(months: Iterable[Floats]) -> Floats:
    """Medians over months: 99.9 % quantile of |r| in deviations, kurtosis, ACF of |r| at ACF_LAGS."""
    rows = []
    for month in months:
        size = np.abs(month) - np.abs(month).mean()
        acf = [(size[lag:] * size[:-lag]).mean() / size.var() for lag in ACF_LAGS]
        kurtosis = ((month - month.mean()) ** 4).mean() / month.var() ** 2
        rows.append([np.quantile(np.abs(month), 0.999) / month.std(), kurtosis, *acf])
    typical: Floats = np.maximum(np.median(rows, axis=0), 0.01)
    return typical


def _digits(value: float) -> float:
    """Four digits: more would pretend."""
    return float(f"{value:.4g}")

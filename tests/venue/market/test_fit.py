"""The fit script: it recovers what it is shown, and writes what it found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backtest.fitted_file import spelt
from backtest.market_figures import MINUTE_MS, Series, deepest_fall, figures
from backtest.market_fit import fit_clusters
from exchange.venue.market import model
from exchange.venue.market.parameters import FITTED

DAY = 24 * 60


def series(close: np.ndarray) -> Series:
    times = np.arange(len(close), dtype=np.int64) * MINUTE_MS
    return Series(
        symbol="SOLUSDT",
        source="made",
        time_ms=times,
        close=close,
        high=close,
        low=close,
        usdt=np.ones(len(close)),
    )


def test_a_model_written_as_source_reads_back_as_the_same_model() -> None:
    assert eval(spelt(FITTED), vars(model)) == FITTED


def test_the_deepest_fall_is_measured_from_peak_to_trough_with_its_rebound() -> None:
    quiet = np.where(np.arange(2 * DAY) % 2 == 0, 0.0, 0.0005)
    fall = np.linspace(0, -0.2, 21)[1:]
    back = np.linspace(-0.2, -0.1, 31)[1:]
    logs = np.concatenate([quiet, fall, back, np.full(DAY, -0.1)])
    found = deepest_fall(series(100 * np.exp(logs)), 0, (len(logs) - 1) * MINUTE_MS)
    assert found is not None
    assert found.trough_ms == (2 * DAY + 19) * MINUTE_MS
    assert found.depth == pytest.approx(0.2, abs=0.001)
    assert found.fall_minutes == pytest.approx(14, abs=1)
    assert found.rebound == pytest.approx(0.5, abs=0.01)
    assert found.boost > 1


def test_clusters_of_known_spread_are_found_again() -> None:
    rng = np.random.default_rng(1)
    keep, deviation = 0.5 ** (1 / 120), 0.4
    logs = []
    for _ in range(6):
        path = np.zeros(20 * DAY)
        for minute, news in enumerate(rng.normal(0, deviation * np.sqrt(1 - keep**2), len(path) - 1)):
            path[minute + 1] = keep * path[minute] + news
        logs.append(path + rng.normal(0, 1, len(path)))
    spread = sum(cluster.deviation**2 for cluster in fit_clusters(logs)) ** 0.5
    assert spread == pytest.approx(deviation, rel=0.15)


def test_figures_of_plain_normal_returns_are_plain() -> None:
    returns = np.random.default_rng(1).normal(0, 0.001, 20 * DAY)
    found = figures(series(100 * np.exp(returns.cumsum())))
    assert found["std of 1m returns, %"] == pytest.approx(0.1, rel=0.05)
    assert found["kurtosis"] == pytest.approx(3, abs=0.2)
    assert abs(found["ACF of |r| at lag 10"]) < 0.03


def test_a_folder_without_prices_is_refused_without_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "backtest.fit_market", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == 2
    assert "needs 1m bars of SOLUSDT and DOGEUSDT" in done.stderr
    assert "Traceback" not in done.stderr

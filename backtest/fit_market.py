"""Fit the venue's market generator to real prices and print how close it comes.

``python -m backtest.fit_market --data DIR [--write]`` reads the 1m bars of SOLUSDT and DOGEUSDT in DIR (5m
bars too, for crashes; an aggTrades zip for the sizes of trades), fits a Model, generates months of trades
with it, and prints the figures of both side by side. ``--write`` puts the model, with that table, into
``exchange/venue/market/parameters.py``. Takes about four minutes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np

from backtest.fitted_file import write_parameters
from backtest.market_figures import MINUTE_MS, Floats, Series, correlation, figures
from backtest.market_fit import FITTED_SYMBOLS, fit, pairs_of
from exchange.venue.market import GeneratedMarket, Listing, PriceError
from exchange.venue.market.bars import Bars
from exchange.venue.market.files import read_prices
from exchange.venue.market.model import Model
from exchange.venue.market.scenarios import DEFAULT, SCENARIOS
from exchange.venue.market.tape import Tape

LISTINGS = {
    "SOLUSDT": Listing(Decimal("0.01"), Decimal("0.1"), Decimal("150")),
    "DOGEUSDT": Listing(Decimal("0.00001"), Decimal("1"), Decimal("0.18")),
    "APEUSDT": Listing(Decimal("0.0001"), Decimal("0.1"), Decimal("0.7")),
}
MONTH_MINUTES = 31 * 24 * 60


def read_series(folder: Path) -> tuple[list[Series], Floats]:
    """All bars in ``folder``, and the sizes (base coin) of the trades of its tapes."""
    series, sizes = [], [np.zeros(0)]
    for path in sorted(folder.glob("*")):
        if path.suffix not in (".parquet", ".csv", ".zip") or "funding" in path.name:
            continue
        source = read_prices(str(path), LISTINGS)
        if isinstance(source, Tape):
            sizes.append(source.prints.steps.astype(np.float64))
        elif source.symbol in FITTED_SYMBOLS:
            series.append(series_from(source, path.stem))
    return series, np.concatenate(sizes)


def series_from(bars: Bars, source: str) -> Series:
    """Bars as floats, for statistics only."""
    _, high, low, close = (bars.ticks * float(bars.listing.tick)).T
    usdt = bars.steps * float(bars.listing.step) * close
    return Series(
        symbol=bars.symbol, source=source, time_ms=bars.time_ms, close=close, high=high, low=low, usdt=usdt
    )


def generated_months(model: Model, count: int) -> list[Series]:
    """``count`` months of both symbols, made into 1m bars from generated trades, seeds 0 and up."""
    return [month for seed in range(count) for month in generated_month(model, seed)]


def generated_month(model: Model, seed: int) -> list[Series]:
    """One month of trades of both symbols as 1m bars."""
    listings = {name: LISTINGS[name] for name in FITTED_SYMBOLS}
    market = GeneratedMarket(listings, SCENARIOS[DEFAULT], seed=seed, model=model)
    bars = {name: np.full((4, MONTH_MINUTES), np.nan) for name in listings}
    for minute in range(MONTH_MINUTES):
        prices: dict[str, list[float]] = {name: [] for name in listings}
        usdt = dict.fromkeys(listings, 0.0)
        for trade in market.until(market.start_ms + (minute + 1) * MINUTE_MS - 1):
            prices[trade.symbol].append(float(trade.price))
            usdt[trade.symbol] += float(trade.price * trade.qty)
        for name, seen in prices.items():
            bars[name][:, minute] = seen[-1], max(seen), min(seen), usdt[name]
    times = market.start_ms + np.arange(MONTH_MINUTES, dtype=np.int64) * MINUTE_MS
    return [
        Series(
            symbol=name,
            source=f"seed{seed}_",
            time_ms=times,
            close=part[0],
            high=part[1],
            low=part[2],
            usdt=part[3],
        )
        for name, part in bars.items()
    ]


def comparison(real: Sequence[Series], made: Sequence[Series]) -> list[str]:
    """A table: each figure of a month, the median and the range over months, real and generated."""
    lines = [f"{'of a month':<34}{'real':>9}{'range':>18}{'generated':>12}{'range':>18}"]
    for name in FITTED_SYMBOLS:
        sides = [[figures(one) for one in side if one.symbol == name] for side in (real, made)]
        for figure in sides[0][0]:
            months = [[month[figure] for month in side] for side in sides]
            lines.append(_line(f"{name.removesuffix('USDT')} {figure}", *months))
    pairs = [[correlation([pair]) for pair in pairs_of(side)] for side in (real, made)]
    return [*lines, _line("correlation of SOL and DOGE", *pairs)]


def _line(label: str, real: Sequence[float], made: Sequence[float]) -> str:
    cells = [f"{np.median(side):.3g}" for side in (real, made)]
    ranges = [f"{min(side):.3g} … {max(side):.3g}" for side in (real, made)]
    return f"{label:<34}{cells[0]:>9}{ranges[0]:>18}{cells[1]:>12}{ranges[1]:>18}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, compare, print; 0 when done, 2 when the data can't be used."""
    parser = argparse.ArgumentParser(
        prog="python -m backtest.fit_market", description="Fit the market generator."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the real price files")
    parser.add_argument("--months", type=int, default=12, help="months to generate for the comparison (12)")
    parser.add_argument("--write", action="store_true", help="put the result into the venue's parameters")
    options = parser.parse_args(arguments)
    try:
        series, trade_sizes = read_series(options.data)
        real = [one for one in series if one.bar_minutes == 1]
        if not pairs_of(real) or not len(trade_sizes):
            raise PriceError(
                f"{options.data}: needs 1m bars of {' and '.join(FITTED_SYMBOLS)} of one exchange and month, "
                "and an aggTrades zip"
            )
    except PriceError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    model = fit(series, trade_sizes)
    table = comparison(real, generated_months(model, options.months))
    sys.stdout.write("\n".join([repr(model), *table]) + "\n")
    if options.write:
        write_parameters(model, [f"{one.source}" for one in real], table)
    return 0


if __name__ == "__main__":
    sys.exit(main())

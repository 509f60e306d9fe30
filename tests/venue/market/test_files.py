"""Files: which symbol they hold, what they must look like, and the real ones."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exchange.venue.market.bars import MINUTE_MS
from exchange.venue.market.errors import PriceError
from exchange.venue.market.files import name_symbol, read_prices
from exchange.venue.market.listing import Listing
from exchange.venue.market.replay import ReplayMarket
from exchange.venue.market.tape import Tape
from tests.venue.market.made import BOTH, GOOD, SOL, T0, bars, columns, write_csv

REAL = Path(__file__).parents[4] / "shared" / "data"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real price files are not in {REAL}")
TAPE_HEAD = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"


@pytest.mark.parametrize(
    ("given", "symbol"),
    [
        ("bybit-linear_SOLUSDT_1m_2025-05-29_2025-06-29.parquet", "SOLUSDT"),
        ("data/dogeusdt.csv", "DOGEUSDT"),
        ("SOLUSDT=data/prices.csv", "SOLUSDT"),
        ("dogeusdt=SOLUSDT.csv", "DOGEUSDT"),
    ],
)
def test_the_symbol_stands_in_the_name_or_before_it(given: str, symbol: str) -> None:
    assert name_symbol(given, BOTH)[0] == symbol


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("prices.csv", "doesn't name a listed symbol; write SYMBOL=prices.csv"),
        ("SOLUSDT_DOGEUSDT.csv", "names several symbols"),
        ("XRPUSDT=prices.csv", "doesn't list XRPUSDT; it lists DOGEUSDT, SOLUSDT"),
    ],
)
def test_an_unclear_symbol_is_refused_with_a_way_out(given: str, reason: str) -> None:
    with pytest.raises(PriceError, match=reason):
        name_symbol(given, BOTH)


def test_csv_and_parquet_of_the_same_bars_replay_alike(tmp_path: Path) -> None:
    rows = [GOOD, (150.2, 151.37, 150.01, 151.0, 12.3)]
    csv = write_csv(tmp_path / "SOLUSDT.csv", rows)
    parquet = tmp_path / "SOLUSDT.parquet"
    raw = columns(rows)
    pq.write_table(pa.table({**raw, "open_time_ms": raw["open_time_ms"].astype("int64")}), parquet)
    expected = list(bars(rows).trades(1))
    for path in (csv, parquet):
        source = read_prices(str(path), BOTH)
        assert list(source.trades(1)) == expected


def test_whole_numbers_are_prices_too(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "SOLUSDT.csv", [(150, 151, 149, 150, 7)])
    assert next(read_prices(str(path), BOTH).trades(1)).price == Decimal("150.00")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("SOLUSDT.csv", "", "empty file"),
        ("SOLUSDT.csv", "open_time_ms,open,high,low,close,volume\n", "no rows"),
        (
            "SOLUSDT.csv",
            f"open_time_ms,open,high,low\n{T0},1,1,1\n",
            "no column close, volume; it has open_time_ms",
        ),
        (
            "SOLUSDT.csv",
            f"open_time_ms,open,high,low,close,volume\n{T0},1,1,1,1,1\n{T0 + 60000},1,x,1,1,1\n",
            "row 2: high is 'x', not a number",
        ),
        (
            "SOLUSDT.csv",
            f"open_time_ms,open,high,low,close,volume\n{T0},1,1,1,,1\n",
            "row 1: close is missing",
        ),
        ("SOLUSDT.parquet", "not parquet", "not readable as .parquet"),
        ("SOLUSDT.zip", "not a zip", "not readable as .zip"),
        ("SOLUSDT.xlsx", "x", "give one of .parquet, .csv, .zip"),
    ],
)
def test_a_file_that_holds_no_prices_is_refused(tmp_path: Path, name: str, text: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(PriceError) as refused:
        read_prices(str(path), BOTH)
    assert str(path) in str(refused.value)
    assert reason in str(refused.value)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(PriceError, match=r"nowhere/SOLUSDT\.csv: no such file"):
        read_prices("nowhere/SOLUSDT.csv", BOTH)


def tape(path: Path, rows: str) -> Tape:
    with ZipFile(path, "w") as archive:
        archive.writestr("trades.csv", TAPE_HEAD + rows)
    source = read_prices(str(path), BOTH)
    assert isinstance(source, Tape)
    return source


def test_a_tape_gives_its_trades_as_they_were(tmp_path: Path) -> None:
    source = tape(tmp_path / "SOLUSDT.zip", f"1,150.01,2.5,1,1,{T0},false\n2,150.00,0.1,2,2,{T0},true\n")
    given = [(t.price, t.qty, t.taker, t.market_ms) for t in source.trades(1)]
    assert given == [
        (Decimal("150.01"), Decimal("2.5"), "Buy", T0),
        (Decimal("150.00"), Decimal("0.1"), "Sell", T0),
    ]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (f"1,150,1,1,1,{T0},false\n2,150,1,1,1,{T0 - 1},true\n", "row 2: earlier than the row before"),
        (f"1,-150,1,1,1,{T0},false\n", "row 1: price must be above 0, not -150"),
        ("", "no rows"),
    ],
)
def test_a_wrong_tape_is_refused(tmp_path: Path, rows: str, reason: str) -> None:
    with pytest.raises(PriceError, match=reason):
        tape(tmp_path / "SOLUSDT.zip", rows)


@needs_real
def test_the_real_minutes_of_both_symbols_replay_bar_by_bar() -> None:
    sources = [read_prices(str(path), BOTH) for path in sorted(REAL.glob("bybit-linear_*_1m_*"))]
    market = ReplayMarket(sources, seed=1)
    minute = market.until(market.start_ms + MINUTE_MS - 1)
    sol = [trade.price for trade in minute if trade.symbol == "SOLUSDT"]
    assert market.symbols == ("DOGEUSDT", "SOLUSDT")
    table = pq.read_table(next(iter(REAL.glob("bybit-linear_SOLUSDT_1m_*")))).to_pylist()
    bar = next(row for row in table if row["open_time_ms"] == market.start_ms)
    expected = [Decimal(repr(bar[name])).quantize(SOL.tick) for name in ("open", "high", "low", "close")]
    assert [sol[0], max(sol), min(sol), sol[-1]] == expected


@needs_real
def test_every_real_price_file_is_read() -> None:
    listings = {**BOTH, "APEUSDT": Listing(Decimal("0.0001"), Decimal("0.1"), Decimal("0.7"))}
    paths = [p for p in REAL.iterdir() if p.suffix in (".parquet", ".zip") and "funding" not in p.name]
    assert paths
    for path in paths:
        source = read_prices(str(path), listings)
        assert source.start_ms < source.last_ms


@needs_real
def test_a_funding_file_is_not_taken_for_prices() -> None:
    path = next(iter(REAL.glob("*funding*")))
    with pytest.raises(PriceError, match="no column open, high, low, close, volume"):
        read_prices(str(path), BOTH)

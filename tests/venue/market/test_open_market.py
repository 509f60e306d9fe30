"""What the command line asks for, and the market of tests."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from exchange.venue.market import GeneratedMarket, ManualMarket, PriceError, ReplayMarket, open_market
from tests.venue.market.made import BOTH, GOOD, T0, write_csv


def test_files_are_replayed_and_without_files_a_scenario_is_generated(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "SOLUSDT.csv", [GOOD])
    replay = open_market([str(path)], None, 1, BOTH)
    assert isinstance(replay, ReplayMarket)
    assert replay.symbols == ("SOLUSDT",)
    generated = open_market([], "Crash", 1, BOTH)
    assert isinstance(generated, GeneratedMarket)
    assert generated.scenario.name == "crash"


@pytest.mark.parametrize(
    ("prices", "scenario", "seed", "reason"),
    [
        ([], "whipsow", 1, "unknown scenario 'whipsow'; did you mean whipsaw?"),
        ([], "xyz", 1, "there are mixed, calm, trend, whipsaw, crash"),
        (["SOLUSDT.csv"], "calm", 1, "both price files and scenario 'calm' given"),
        ([], None, -1, "seed is -1; it must be 0 or more"),
    ],
)
def test_what_makes_no_sense_is_refused(
    prices: list[str], scenario: str | None, seed: int, reason: str
) -> None:
    with pytest.raises(PriceError) as refused:
        open_market(prices, scenario, seed, BOTH)
    assert reason in str(refused.value)


@pytest.mark.parametrize("bad", ["0", "-1", "NaN", "Infinity"])
def test_a_listing_needs_a_tick_above_zero(bad: str) -> None:
    with pytest.raises(PriceError, match="SOLUSDT: tick is"):
        open_market([], None, 1, {"SOLUSDT": (Decimal(bad), Decimal("0.1"), Decimal("150"))})


def test_a_manual_market_trades_only_what_was_pushed() -> None:
    market = ManualMarket(["SOLUSDT"], start_ms=T0)
    assert market.until(T0 + 1000) == []
    market.push("SOLUSDT", Decimal("150.01"), Decimal("2"))
    market.push("SOLUSDT", Decimal("150.00"), Decimal("1"), taker="Sell", market_ms=T0 + 5000)
    assert [t.price for t in market.until(T0 + 1000)] == [Decimal("150.01")]
    assert market.until(T0 + 4999) == []
    assert [(t.price, t.taker) for t in market.until(T0 + 5000)] == [(Decimal("150.00"), "Sell")]
    assert not market.ended
    market.close()
    assert market.ended


def test_a_manual_market_keeps_the_order_of_time() -> None:
    market = ManualMarket()
    market.push("SOLUSDT", Decimal("150"), Decimal("1"), market_ms=10)
    with pytest.raises(ValueError, match="push in order of time"):
        market.push("SOLUSDT", Decimal("150"), Decimal("1"), market_ms=9)
    with pytest.raises(ValueError, match="above 0"):
        market.push("SOLUSDT", Decimal("0"), Decimal("1"))

"""Public topics: conflated where Bybit conflates, sampled in a burst, nothing made for nobody."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exchange.venue.contract import PublicPush, Reply, Trade
from exchange.venue.core import VenueCore
from exchange.venue.instruments import default_instruments
from exchange.venue.server.public import TICKERS_EVERY_MS, TRADES_IN_A_FRAME, PublicFeed

START = 1_760_000_000_000 - 1_760_000_000_000 % 60_000
TOPICS = {"tickers.SOLUSDT", "publicTrade.SOLUSDT", "kline.1.SOLUSDT"}


class Market:
    """A core whose prints reach a feed, as the engine does it."""

    def __init__(self, wanted: set[str]) -> None:
        self.now_ms = START
        self.wanted = wanted
        self.asked: list[str] = []
        self.core = VenueCore(seed=1, now_ms=START, instruments=default_instruments(), accounts=[])
        self.feed = PublicFeed(self._ask, lambda topic: topic in self.wanted)

    def _ask(self, op: str, params: Mapping[str, Any]) -> Reply:
        self.asked.append(op)
        return self.core.request("", op, params, self.now_ms)

    def print(self, price: str) -> None:
        trade = Trade(symbol="SOLUSDT", price=Decimal(price), qty=Decimal("0.1"), taker="Buy", market_ms=0)
        self.core.trade(trade, self.now_ms)
        self.feed.note(trade, self.now_ms)

    def take(self, topic: str, after_ms: int = 0) -> list[PublicPush]:
        self.now_ms += after_ms
        return [push for push in self.feed.take(self.now_ms) if push.topic == topic]


prices = st.integers(14_000, 16_000).map(lambda cents: f"{Decimal(cents) / 100}")


@given(st.lists(st.tuples(prices, st.integers(0, 200)), min_size=1, max_size=40), st.integers(0, 39))
def test_a_snapshot_and_the_deltas_after_it_make_the_current_ticker(
    steps: list[tuple[str, int]], join_at: int
) -> None:
    market = Market(TOPICS)
    known: dict[str, Any] | None = None
    for number, (price, pause_ms) in enumerate(steps):
        market.print(price)
        for push in market.take("tickers.SOLUSDT", pause_ms):
            if known is not None:
                known.update(push.data)
        if number == min(join_at, len(steps) - 1):
            snapshot = market.feed.snapshot("tickers.SOLUSDT", market.now_ms)
            assert snapshot is not None
            assert snapshot.kind == "snapshot"
            known = dict(snapshot.data)
    for push in market.take("tickers.SOLUSDT", TICKERS_EVERY_MS):
        assert known is not None
        known.update(push.data)
    assert known is not None
    current = market.core.request(
        "", "market.tickers", {"category": "linear", "symbol": "SOLUSDT"}, market.now_ms
    )
    now = current.result["list"][0]
    assert {name: now[name] for name in known if name != "tickDirection"} == {
        name: value for name, value in known.items() if name != "tickDirection"
    }


def test_tickers_come_at_most_every_100_ms_and_only_if_something_changed() -> None:
    market = Market({"tickers.SOLUSDT"})
    frames = []
    for number in range(1000):
        market.print(f"{150 + number % 2}")
        frames += market.take("tickers.SOLUSDT", 1)
    assert len(frames) == 10
    market.take("tickers.SOLUSDT", 100)
    market.take("tickers.SOLUSDT", 100)
    assert market.take("tickers.SOLUSDT", 100) == []


def test_a_burst_of_prints_is_shown_in_samples_with_the_last_ones() -> None:
    market = Market({"publicTrade.SOLUSDT"})
    for number in range(1000):
        market.print(f"{150 + number}")
    frames = market.take("publicTrade.SOLUSDT")
    assert [row["p"] for row in frames[0].data] == [
        f"{150 + n}" for n in range(1000 - TRADES_IN_A_FRAME, 1000)
    ]
    assert market.take("publicTrade.SOLUSDT", 1000) == []


def test_a_closed_minute_is_confirmed_once_before_the_next_one_is_shown() -> None:
    market = Market({"kline.1.SOLUSDT"})
    rows = []
    for price in ("150", "153", "149", "151"):
        market.print(price)
        rows += [push.data[0] for push in market.take("kline.1.SOLUSDT", 25_000)]
    confirmed = [row for row in rows if row["confirm"]]
    assert [row["start"] for row in confirmed] == [START]
    assert (confirmed[0]["open"], confirmed[0]["high"], confirmed[0]["close"]) == (
        "150.000",
        "153.000",
        "149.000",
    )
    starts = [row["start"] for row in rows]
    assert starts == sorted(starts)
    assert starts[-1] == START + 60_000


def test_nothing_is_worked_out_for_nobody() -> None:
    market = Market(set())
    for _ in range(100):
        market.print("150")
        market.now_ms += 50
        assert market.feed.take(market.now_ms) == []
    assert market.asked == []
    assert market.feed.snapshot("kline.1.SOLUSDT", market.now_ms) is None


def test_before_the_first_print_there_is_no_snapshot() -> None:
    assert Market(TOPICS).feed.snapshot("tickers.SOLUSDT", START) is None

"""Ticker frames: snapshots and deltas, merged."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exchange.bybit.decode_public import Tickers
from exchange.errors import ProtocolError
from messages.market import Price
from tests.bybit.frames import ticker


def test_a_snapshot_gives_the_first_price() -> None:
    price = Tickers().decode(ticker("snapshot", 5, last="150.10", mark="150.2"))
    assert price == Price(symbol="SOLUSDT", last=Decimal("150.10"), mark=Decimal("150.2"), at_ms=5)


def test_a_field_that_a_delta_lacks_is_unchanged() -> None:
    tickers = Tickers()
    tickers.decode(ticker("snapshot", 5, last="150.1", mark="150.2"))
    price = tickers.decode(ticker("delta", 6, mark="150.3", bid1Price="150.0"))
    assert price == Price(symbol="SOLUSDT", last=Decimal("150.1"), mark=Decimal("150.3"), at_ms=6)


def test_a_frame_that_changes_neither_price_makes_the_price_younger() -> None:
    tickers = Tickers()
    tickers.decode(ticker("snapshot", 5, last="150.1", mark="150.2"))
    for at_ms, frame in ((6, ticker("delta", 6, bid1Price="150.0")), (7, ticker("delta", 7, last="150.10"))):
        price = tickers.decode(frame)
        assert price is not None
        assert (price.at_ms, price.last) == (at_ms, Decimal("150.1"))


def test_a_delta_before_the_snapshot_waits_for_the_other_price() -> None:
    tickers = Tickers()
    assert tickers.decode(ticker("delta", 5, mark="150.2")) is None
    assert tickers.decode(ticker("delta", 6, last="150.1")) is not None


def test_symbols_are_kept_apart() -> None:
    tickers = Tickers()
    tickers.decode(ticker("snapshot", 5, last="150.1", mark="150.2"))
    assert tickers.decode(ticker("delta", 6, symbol="DOGEUSDT", last="0.2")) is None


@pytest.mark.parametrize("last", ["0", "-1", "x", 1.5])
def test_a_price_that_can_be_none_is_refused(last: object) -> None:
    with pytest.raises(ProtocolError, match=r"tickers\.SOLUSDT: lastPrice is"):
        Tickers().decode(ticker("snapshot", 5, last=last, mark="150.2"))


def test_other_topics_give_no_price() -> None:
    frame = {"topic": "kline.1.SOLUSDT", "type": "snapshot", "ts": 5, "data": []}
    assert Tickers().decode(frame) is None

"""Money of the account: margin, funding, liquidation, position mode and leverage."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.venue.core import VenueCore
from exchange.venue.instruments import default_instruments, instrument_for
from exchange.venue.records import AccountSpec
from tests.venue.core.rig import START_MS, Rig, calm


def test_the_wallet_follows_the_formulas() -> None:
    rig = Rig()
    rig.order("Buy", 1, "10")
    rig.trade("152.00")
    wallet = rig.wallet()
    assert wallet["totalPerpUPL"] == "20"
    assert wallet["totalWalletBalance"] == "9999.175"
    assert wallet["totalMarginBalance"] == "10019.175"
    assert wallet["totalInitialMargin"] == "152.7524"  # 1520/10 + 1520·0.9·0.00055
    assert wallet["totalMaintenanceMargin"] == "8.3524"  # 1520·0.005 + the same fee
    assert wallet["totalAvailableBalance"] == "9866.4226"
    assert wallet["accountIMRate"] == "0.0152"


def test_both_legs_of_a_hedge_count() -> None:
    rig = Rig()
    rig.order("Buy", 1, "10")
    one = Decimal(rig.wallet()["totalInitialMargin"])
    rig.order("Sell", 2, "10")
    assert Decimal(rig.wallet()["totalInitialMargin"]) > one * Decimal("1.9")


def test_the_liquidation_price_is_where_it_happens() -> None:
    rig = Rig(balance="1000")
    rig.order("Buy", 1, "60")
    price = Decimal(rig.leg(1)["liqPrice"])
    rig.trade(str(price + Decimal("0.02")), qty="0")
    assert rig.leg(1)["size"] == "60.0"
    rig.trade(str(price - Decimal("0.02")), qty="0")
    assert rig.leg(1)["size"] == "0"


@pytest.mark.parametrize(
    ("takeover", "kind", "created"),
    [(False, "Trade", "CreateByLiq"), (True, "BustTrade", "CreateByTakeOver_PassThrough")],
)
def test_liquidation_cancels_everything_and_closes_both_legs_at_mark(
    takeover: bool, kind: str, created: str
) -> None:
    rig = Rig(calm(takeover=takeover), balance="1000")
    rig.order("Buy", 1, "50")
    rig.order("Sell", 2, "5")
    rig.order("Buy", 1, "0.1", "120.00")
    rig.order("Sell", 1, "50", "151.50")
    rig.do("position.trading-stop", positionIdx=1, tpslMode="Full", takeProfit="160.00")
    rig.frames.clear()
    rig.trade("128.00", qty="0")
    cancelled = rig.rows("order", cancelType="CancelAllBeforeLiq")
    assert len(cancelled) == 3
    fills = rig.rows("execution")
    assert {(f["execType"], f["createType"], f["execPrice"], f["orderLinkId"]) for f in fills} == {
        (kind, created, "128.000", "")
    }
    assert sorted(f["execQty"] for f in fills) == ["5.0", "50.0"]
    assert rig.list("order.realtime") == []
    assert rig.list("position.list", symbol=None, settleCoin="USDT") == []
    assert rig.venue.audit() == []


def test_a_gap_below_bankruptcy_leaves_zero_and_not_a_debt() -> None:
    rig = Rig(balance="1000")
    rig.order("Buy", 1, "60")
    rig.trade("100.00")
    assert rig.wallet()["totalWalletBalance"] == "0"
    assert rig.venue.audit() == []


def test_one_account_is_liquidated_and_the_other_trades_on() -> None:
    rig = Rig(balance="1000")
    rig.order("Buy", 1, "60")
    rig.order("Buy", 0, "1", account="b")
    rig.trade("130.00")
    assert rig.leg(1)["size"] == "0"
    assert rig.leg(0, "b")["size"] == "1.0"


@pytest.mark.parametrize(("rate", "long_pays"), [("0.0001", "0.03"), ("-0.005", "-1.5")])
def test_funding_is_booked_for_each_leg_apart(rate: str, long_pays: str) -> None:
    rig = Rig()
    rig.order("Buy", 1, "2")
    rig.order("Sell", 2, "1")
    rig.frames.clear()
    rig.venue.set_funding_rate("SOLUSDT", Decimal(rate))
    before = Decimal(rig.wallet()["totalWalletBalance"])
    rig.venue.fund("SOLUSDT", rig.now_ms)
    rig.wait()
    long, short = rig.rows("execution")
    assert (long["execType"], long["side"], long["execQty"], long["execFee"]) == (
        "Funding",
        "Buy",
        "2.0",
        long_pays,
    )
    assert (short["side"], short["execQty"]) == ("Sell", "1.0")
    assert Decimal(short["execFee"]) == -Decimal(long_pays) / 2
    assert long["closedSize"] == "0"
    assert Decimal(rig.wallet()["totalWalletBalance"]) == before - Decimal(long_pays) / 2
    assert rig.rows("position") == []
    assert rig.leg(1)["size"] == "2.0"


def test_funding_comes_at_its_stamp() -> None:
    rig = Rig()
    rig.order("Buy", 1, "2")
    stamp = int(rig.list("market.tickers")[0]["nextFundingTime"])
    assert stamp % 28_800_000 == 0
    rig.wait(stamp - rig.now_ms - 1)
    assert rig.rows("execution", execType="Funding") == []
    rig.wait(10)
    (row,) = rig.rows("execution", execType="Funding")
    assert row["execTime"] == str(stamp)
    assert int(rig.list("market.tickers")[0]["nextFundingTime"]) == stamp + 28_800_000


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 200), st.integers(1, 200), st.integers(-50, 50))
def test_equal_legs_pay_each_other_their_funding(qty: int, lots: int, bps: int) -> None:
    rig = Rig(balance="1000000")
    rig.order("Buy", 1, str(qty))
    rig.order("Sell", 2, str(qty))
    before = rig.wallet()["totalWalletBalance"]
    rig.venue.set_funding_rate("SOLUSDT", Decimal(bps) / 10_000)
    rig.venue.fund("SOLUSDT", rig.now_ms)
    assert rig.wallet()["totalWalletBalance"] == before


def test_the_position_mode_switches_only_without_position_and_orders() -> None:
    rig = Rig()
    assert rig.ask("position.switch-mode", mode=3).ret_code == 110025
    order = rig.order("Buy", 1, "1", "149.00")
    assert rig.ask("position.switch-mode", mode=0).ret_code == 110028
    rig.do("order.cancel", orderId=order)
    rig.order("Buy", 1, "1")
    assert rig.ask("position.switch-mode", mode=0).ret_code == 110024
    rig.order("Sell", 1, "1")
    rig.do("position.switch-mode", mode=0)
    assert [row["positionIdx"] for row in rig.list("position.list")] == [0]
    assert rig.ask("position.switch-mode", mode=1).ret_code == 10001


def test_switching_by_coin_takes_every_symbol_that_is_free() -> None:
    rig = Rig()
    rig.trade("0.20000", symbol="DOGEUSDT")
    rig.order("Buy", 1, "1")
    rig.do("position.switch-mode", symbol=None, coin="USDT", mode=0)
    assert len(rig.list("position.list")) == 2
    assert len(rig.list("position.list", symbol="DOGEUSDT")) == 1


def test_leverage_changes_the_margin_and_pushes_the_legs_with_their_seq() -> None:
    rig = Rig()
    rig.order("Buy", 1, "10")
    seq = rig.leg(1)["seq"]
    rig.frames.clear()
    rig.do("position.set-leverage", buyLeverage="20", sellLeverage="20")
    assert {(row["positionIdx"], row["leverage"]) for row in rig.rows("position")} == {(1, "20"), (2, "20")}
    assert rig.rows("position", positionIdx=1)[0]["seq"] == seq
    assert Decimal(rig.wallet()["totalInitialMargin"]) < 76


@pytest.mark.parametrize(
    ("buy", "sell", "code"),
    [("10", "10", 110043), ("5", "6", 10001), ("101", "101", 10001), ("0.5", "0.5", 10001), ("", "", 10001)],
)
def test_a_leverage_against_the_rules_is_refused_with_its_code(buy: str, sell: str, code: int) -> None:
    assert Rig().ask("position.set-leverage", buyLeverage=buy, sellLeverage=sell).ret_code == code


def test_a_leverage_that_the_balance_cannot_bear_is_refused_and_undone() -> None:
    rig = Rig(balance="160")
    rig.order("Buy", 1, "10")
    assert rig.ask("position.set-leverage", buyLeverage="5", sellLeverage="5").ret_code == 110007
    assert rig.leg(1)["leverage"] == "10"
    assert rig.venue.audit() == []


@pytest.mark.parametrize(
    "spec", [{"balance_usdt": Decimal(-1)}, {"balance_usdt": Decimal("NaN")}, {"leverage": Decimal(0)}]
)
def test_an_account_that_makes_no_sense_is_named(spec: dict[str, Any]) -> None:
    accounts = [AccountSpec(name="odd", **spec)]
    with pytest.raises(ValueError, match="odd"):
        VenueCore(seed=1, now_ms=START_MS, instruments=default_instruments(), accounts=accounts)


def test_made_up_symbols_get_rules_that_suit_their_price() -> None:
    for symbol, price in (("AUSDT", "0.00001234"), ("ABCDEFGHIJKLMNOPQUSDT", "95000"), ("1000XUSDT", "7.3")):
        made = instrument_for(symbol, Decimal(price))
        assert Decimal("0.00001") <= made.tick / Decimal(price) <= Decimal("0.0001")
        assert made.min_qty * Decimal(price) < 1
    for symbol, price in (("A" * 18 + "USDT", "1"), ("ausdt", "1"), ("AUSDT", "0"), ("ABTC", "1")):
        with pytest.raises(ValueError, match=symbol):
            instrument_for(symbol, Decimal(price))

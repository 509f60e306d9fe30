"""Nothing is lost or made: under any sequence of requests and prints the books add up to the last digit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from exchange.venue.contract import Push, Reply, Trade
from exchange.venue.core import VenueCore
from exchange.venue.instruments import default_instruments
from exchange.venue.quirks import Quirks
from exchange.venue.records import AccountSpec
from tests.venue.core.rig import START_MS

SYMBOLS = {
    "SOLUSDT": (Decimal("150.00"), Decimal("0.01"), Decimal("0.1")),
    "DOGEUSDT": (Decimal("0.20000"), Decimal("0.00001"), Decimal(100)),
}
SIDES = st.sampled_from(("Buy", "Sell"))
OFFSETS = st.integers(-160, 160)
LINKS = st.integers(0, 30)
ACCOUNTS = st.sampled_from("ab")


class Venue(RuleBasedStateMachine):
    """Two accounts, one in each mode, do everything that the venue offers, on two symbols."""

    @initialize(seed=st.integers(0, 10_000), balance=st.sampled_from((60, 400, 10_000)))
    def open(self, seed: int, balance: int) -> None:
        accounts = [
            AccountSpec(name="a", hedge=True, balance_usdt=Decimal(balance)),
            AccountSpec(name="b", balance_usdt=Decimal(balance)),
        ]
        self.seed = seed
        self.now_ms = START_MS
        self.venue = VenueCore(
            seed=seed, now_ms=START_MS, instruments=default_instruments(), accounts=accounts
        )
        self.prices = {symbol: price for symbol, (price, _, _) in SYMBOLS.items()}
        self.heard: list[Reply | Push] = []
        for symbol in SYMBOLS:
            self.print(symbol, 0, 5, "Buy")

    def near(self, symbol: str, offset: int) -> str:
        return str(max(self.prices[symbol] + SYMBOLS[symbol][1] * offset, SYMBOLS[symbol][1]))

    def idx(self, account: str, idx: int) -> int:
        return idx if account == "a" else 0

    def ask(self, account: str, op: str, symbol: str, **params: Any) -> None:
        params |= {"category": "linear", "symbol": symbol}
        self.heard.append(self.venue.request(account, op, params, self.now_ms))

    @rule(
        symbol=st.sampled_from(sorted(SYMBOLS)),
        ticks=st.integers(-120, 120) | st.integers(-3000, 3000),
        lots=st.integers(0, 400),
        taker=SIDES,
    )
    def print(self, symbol: str, ticks: int, lots: int, taker: str) -> None:
        _, tick, step = SYMBOLS[symbol]
        self.prices[symbol] = max(self.prices[symbol] + tick * ticks, tick * 1000)
        self.venue.trade(
            Trade(symbol=symbol, price=self.prices[symbol], qty=step * lots, taker=taker, market_ms=0),
            self.now_ms,
        )

    @rule(ms=st.sampled_from((1, 3, 7, 40, 1000, 600_000)))
    def wait(self, ms: int) -> None:
        self.now_ms += ms
        self.heard += self.venue.advance(self.now_ms)

    @rule(
        account=ACCOUNTS, symbol=st.sampled_from(sorted(SYMBOLS)), side=SIDES, idx=st.sampled_from((1, 2)),
        lots=st.integers(1, 300), offset=OFFSETS, link=LINKS, market=st.booleans(), reduce=st.booleans(),
        tif=st.sampled_from(("GTC", "GTC", "IOC", "FOK", "PostOnly")), trigger=st.none() | OFFSETS,
        profit=st.none() | OFFSETS,
    )  # fmt: skip
    def create(
        self, account: str, symbol: str, side: str, idx: int, lots: int, offset: int, link: int,
        market: bool, reduce: bool, tif: str, trigger: int | None, profit: int | None,
    ) -> None:  # fmt: skip
        params: dict[str, Any] = {
            "side": side, "positionIdx": self.idx(account, idx), "qty": str(SYMBOLS[symbol][2] * lots),
            "orderType": "Market" if market else "Limit", "price": self.near(symbol, offset),
            "timeInForce": tif, "reduceOnly": reduce and account == "b", "orderLinkId": f"l{link}",
        }  # fmt: skip
        if trigger is not None:
            direction = 1 if trigger > 0 else 2
            params |= {"triggerPrice": self.near(symbol, trigger), "triggerDirection": direction}
        if profit is not None:
            params["takeProfit"] = self.near(symbol, profit)
        self.ask(account, "order.create", symbol, **params)

    @rule(account=ACCOUNTS, symbol=st.sampled_from(sorted(SYMBOLS)), link=LINKS)
    def cancel(self, account: str, symbol: str, link: int) -> None:
        self.ask(account, "order.cancel", symbol, orderLinkId=f"l{link}")

    @rule(
        account=ACCOUNTS, symbol=st.sampled_from(sorted(SYMBOLS)), link=LINKS, lots=st.integers(1, 300),
        offset=OFFSETS,
    )  # fmt: skip
    def amend(self, account: str, symbol: str, link: int, lots: int, offset: int) -> None:
        qty, price = str(SYMBOLS[symbol][2] * lots), self.near(symbol, offset)
        self.ask(account, "order.amend", symbol, orderLinkId=f"l{link}", qty=qty, price=price)

    @rule(account=ACCOUNTS, symbol=st.sampled_from(sorted(SYMBOLS)), idx=st.sampled_from((1, 2)))
    def close(self, account: str, symbol: str, idx: int) -> None:
        self.ask(
            account, "order.create", symbol, side="Sell" if idx == 1 else "Buy", orderType="Market", qty="0",
            positionIdx=self.idx(account, idx), reduceOnly=True, closeOnTrigger=True,
        )  # fmt: skip

    @rule(
        account=ACCOUNTS, symbol=st.sampled_from(sorted(SYMBOLS)), idx=st.sampled_from((1, 2)), up=OFFSETS,
        down=OFFSETS,
    )  # fmt: skip
    def stop(self, account: str, symbol: str, idx: int, up: int, down: int) -> None:
        self.ask(
            account, "position.trading-stop", symbol, tpslMode="Full", positionIdx=self.idx(account, idx),
            takeProfit=self.near(symbol, up), stopLoss=self.near(symbol, down),
        )  # fmt: skip

    @rule(
        account=ACCOUNTS,
        symbol=st.sampled_from(sorted(SYMBOLS)),
        leverage=st.sampled_from(["5", "7", "10", "25", "50"]),
    )
    def leverage(self, account: str, symbol: str, leverage: str) -> None:
        self.ask(account, "position.set-leverage", symbol, buyLeverage=leverage, sellLeverage=leverage)

    @rule(account=ACCOUNTS, symbol=st.sampled_from(sorted(SYMBOLS)), mode=st.sampled_from((0, 3)))
    def mode(self, account: str, symbol: str, mode: int) -> None:
        if account == "b":
            self.ask(account, "position.switch-mode", symbol, mode=mode)
            if mode == 3:
                self.ask(account, "position.switch-mode", symbol, mode=0)

    @rule(symbol=st.sampled_from(sorted(SYMBOLS)), bps=st.integers(-50, 50))
    def funding(self, symbol: str, bps: int) -> None:
        self.venue.set_funding_rate(symbol, Decimal(bps) / 10_000)
        self.venue.fund(symbol, self.now_ms)

    @rule(account=ACCOUNTS, symbol=st.sampled_from(sorted(SYMBOLS)))
    def cancel_all(self, account: str, symbol: str) -> None:
        self.ask(account, "order.cancel-all", symbol)

    @invariant()
    def the_books_add_up(self) -> None:
        if hasattr(self, "venue"):
            assert self.venue.audit() == []


Venue.TestCase.settings = settings(
    max_examples=60, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
TestTheBooksAddUpWhateverHappens = Venue.TestCase

OPS = st.lists(
    st.tuples(st.integers(-150, 150), st.integers(1, 60), SIDES, st.sampled_from((1, 2)), st.booleans()),
    min_size=5,
    max_size=40,
)


def replay(seed: int, ops: list[tuple[int, int, str, int, bool]]) -> tuple[list[object], VenueCore]:
    """A short run of prints and orders; everything that the venue answered and pushed."""
    venue = VenueCore(
        seed=seed,
        now_ms=START_MS,
        instruments=default_instruments(),
        accounts=[AccountSpec(name="a", hedge=True)],
    )
    heard: list[object] = []
    now, price = START_MS, Decimal("150.00")
    for n, (ticks, lots, side, idx, prints) in enumerate(ops):
        if prints or n == 0:
            price += Decimal("0.01") * ticks
            venue.trade(
                Trade(symbol="SOLUSDT", price=price, qty=Decimal(lots), taker=side, market_ms=now), now
            )
        else:
            order = {
                "category": "linear", "symbol": "SOLUSDT", "side": side, "positionIdx": idx,
                "orderType": "Limit", "qty": str(lots),
                "price": str(price - Decimal("0.01") * ticks), "orderLinkId": f"x{n}",
            }  # fmt: skip
            heard.append(venue.request("a", "order.create", order, now))
        now += 2
        heard += venue.advance(now)
    heard += venue.advance(now + 1000)
    return heard, venue


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), OPS)
def test_the_same_seed_and_calls_give_the_same_run(seed: int, ops: list[Any]) -> None:
    assert replay(seed, ops)[0] == replay(seed, ops)[0]


def test_another_seed_gives_another_run() -> None:
    ops = [(0, 5, "Buy", 1, True), (10, 5, "Buy", 1, False)]
    assert replay(1, ops)[0] != replay(2, ops)[0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), OPS)
def test_pushed_rows_tell_the_books(seed: int, ops: list[Any]) -> None:
    """A client that only listens ends up with the wallet, the sizes and the order states of the venue."""
    heard, venue = replay(seed, ops)
    legs: dict[int, dict[str, Any]] = {}
    sizes = {1: Decimal(0), 2: Decimal(0)}
    orders: dict[str, dict[str, Any]] = {}
    paid = Decimal(0)
    for push in heard:
        for row in getattr(push, "data", ()):
            match push.topic:  # type: ignore[attr-defined]  # only pushes carry data
                case "position":
                    legs[row["positionIdx"]] = row
                case "order":
                    orders[row["orderId"]] = row
                case "execution":
                    opens = row["closedSize"] == "0"
                    idx = 1 if (row["side"] == "Buy") == opens else 2
                    sizes[idx] += Decimal(row["execQty"]) * (1 if opens else -1)
                    paid += Decimal(row["execPnl"]) - Decimal(row["execFee"])
    now = START_MS + 10_000
    shown = venue.request("a", "position.list", {"category": "linear", "symbol": "SOLUSDT"}, now).result[
        "list"
    ]
    for row in shown:
        assert Decimal(row["size"]) == sizes[row["positionIdx"]]
        pushed = legs.get(row["positionIdx"])
        assert pushed is None or pushed["size"] == row["size"]
    wallet = venue.request("a", "account.wallet-balance", {"accountType": "UNIFIED"}, now).result["list"][0]
    assert Decimal(wallet["totalWalletBalance"]) == 10_000 + paid
    live = venue.request(
        "a", "order.realtime", {"category": "linear", "symbol": "SOLUSDT", "limit": 50}, now
    ).result["list"]
    open_ids = {i for i, row in orders.items() if row["orderStatus"] in ("New", "PartiallyFilled")}
    assert {row["orderId"] for row in live} == open_ids


@given(st.integers(0, 10_000))
def test_quirks_of_a_seed_are_always_the_same(seed: int) -> None:
    assert Quirks.drawn(seed) == Quirks.drawn(seed)

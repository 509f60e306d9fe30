"""A venue written down and read back goes on as if nothing had happened, whatever it was doing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from exchange.venue.contract import Push, Reply, Trade
from exchange.venue.core import VenueCore
from exchange.venue.instruments import default_instruments
from exchange.venue.quirks import Quirks
from exchange.venue.records import AccountSpec
from exchange.venue.restore import NotRestorable
from tests.venue.core.rig import START_MS, Rig
from tests.venue.core.test_conservation import Venue


def written_and_read(core: VenueCore) -> VenueCore:
    """The core after a trip through bytes."""
    data = orjson.loads(orjson.dumps(core.dump()))
    return VenueCore.restored(data, instruments=default_instruments(), quirks=core.quirks)


class Twins:
    """Two cores that hear the same and must say the same; the second one is put away now and then."""

    def __init__(self, core: VenueCore) -> None:
        self.one, self.two = core, written_and_read(core)

    def put_away(self) -> None:
        self.two = written_and_read(self.two)
        assert self.one.dump() == self.two.dump()

    def request(self, *asked: Any) -> Reply:
        answer, other = self.one.request(*asked), self.two.request(*asked)
        assert answer == other
        return answer

    def advance(self, now_ms: int) -> Sequence[Push]:
        assert self.one.due_ms() == self.two.due_ms()
        pushes, others = self.one.advance(now_ms), self.two.advance(now_ms)
        assert pushes == others
        return pushes

    def trade(self, trade: Trade, now_ms: int) -> None:
        self.one.trade(trade, now_ms)
        self.two.trade(trade, now_ms)

    def set_funding_rate(self, symbol: str, rate: Decimal) -> None:
        self.one.set_funding_rate(symbol, rate)
        self.two.set_funding_rate(symbol, rate)

    def fund(self, symbol: str, now_ms: int) -> None:
        self.one.fund(symbol, now_ms)
        self.two.fund(symbol, now_ms)

    def audit(self) -> Sequence[str]:
        return [*self.one.audit(), *self.two.audit()]


class PutAwayVenue(Venue):
    """The venue of the conservation test, written down and read back at any moment."""

    @initialize(seed=st.integers(0, 10_000), balance=st.sampled_from((60, 400, 10_000)))
    def open(self, seed: int, balance: int) -> None:
        self.seed, self.now_ms, self.heard = seed, START_MS, []
        core = VenueCore(
            seed=seed,
            now_ms=START_MS,
            instruments=default_instruments(),
            accounts=[
                AccountSpec(name="a", hedge=True, balance_usdt=Decimal(balance)),
                AccountSpec(name="b", balance_usdt=Decimal(balance)),
            ],
        )
        self.venue: Any = Twins(core)
        self.prices = {"SOLUSDT": Decimal("150.00"), "DOGEUSDT": Decimal("0.20000")}
        for symbol in self.prices:
            self.print(symbol, 0, 5, "Buy")

    @rule()
    def put_away(self) -> None:
        self.venue.put_away()


PutAwayVenue.TestCase.settings = settings(
    max_examples=40, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAVenueThatIsReadBackGoesOnAsItWas = PutAwayVenue.TestCase


def test_an_outcome_on_its_way_survives_being_put_away() -> None:
    rig = Rig(Quirks(min_outcome_ms=5))
    rig.ask(
        "order.create", side="Buy", positionIdx=1, orderType="Limit", qty="1", price="149", orderLinkId="x"
    )
    rig.core = rig.venue = written_and_read(rig.venue)
    rig.wait()
    assert rig.rows("order", orderLinkId="x", orderStatus="New")
    assert rig.ask("order.create", side="Buy", positionIdx=1, orderType="Limit", qty="1", price="149",
                   orderLinkId="x").ret_code == 110072  # fmt: skip


def test_rules_of_today_replace_those_that_were_kept() -> None:
    rig = Rig()
    rig.order("Buy", 1, "1.0")
    data = rig.venue.dump()
    finer = [i for i in default_instruments() if i.symbol == "BTCUSDT"]
    core = VenueCore.restored(data, instruments=finer, quirks=rig.venue.quirks)
    shown = core.request("a", "market.instruments-info", {"category": "linear"}, rig.now_ms).result["list"]
    assert {row["symbol"] for row in shown} == {i.symbol for i in default_instruments()}
    assert core.audit() == []


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"format": "sol-trader-venue", "version": 99},
        {"format": "sol-trader-venue", "version": 1},
    ],
)
def test_what_is_no_dump_is_refused_with_a_reason(data: object) -> None:
    with pytest.raises(NotRestorable, match=r"."):
        VenueCore.restored(data, instruments=default_instruments(), quirks=Quirks())


@pytest.mark.parametrize("part", ["now_ms", "count", "chance", "listings", "accounts", "agenda", "outbox"])
def test_a_dump_that_lacks_a_part_is_refused(part: str) -> None:
    rig = Rig()
    rig.order("Buy", 1, "1.0")
    data = rig.venue.dump()
    del data[part]
    with pytest.raises(NotRestorable, match=part):
        VenueCore.restored(data, instruments=default_instruments(), quirks=Quirks())

"""A venue may let go of what is over at any moment: its books still add up, and nothing open changes."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import rule

from tests.venue.core.rig import Rig
from tests.venue.core.test_conservation import Venue


class ForgetfulVenue(Venue):
    """The venue of the conservation test, which lets go of all that is over."""

    @rule()
    def forget(self) -> None:
        before = self.venue.dump()
        self.venue.forget(self.now_ms + 1)
        after = self.venue.dump()
        for old, new in zip(before["accounts"], after["accounts"], strict=True):
            assert [old[name] for name in ("wallet", "upl", "im", "mm", "order_im", "holdings")] == [
                new[name] for name in ("wallet", "upl", "im", "mm", "order_im", "holdings")
            ]
            kept = {order["order_id"]: order for order in new["orders"]}
            for order in old["orders"]:
                still_open = order["status"] in ("New", "PartiallyFilled", "Untriggered")
                assert kept.get(order["order_id"], None if not still_open else "lost") in (order, None)
        assert {**before, "accounts": []} == {**after, "accounts": []}


ForgetfulVenue.TestCase.settings = settings(
    max_examples=40, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestTheBooksAddUpAfterAnythingWasForgotten = ForgetfulVenue.TestCase


def test_what_is_over_is_gone_and_its_gain_stays_in_the_wallet() -> None:
    rig = Rig()
    rig.order("Buy", 1, "2.0", orderLinkId="in")
    rig.trade("151.00")
    rig.order("Sell", 1, "2.0", orderLinkId="out")
    wallet = rig.wallet()["totalWalletBalance"]
    rig.venue.forget(rig.now_ms + 1)
    kept = rig.venue.dump()["accounts"][0]
    assert (kept["orders"], kept["executions"], kept["closed"], kept["ended"]) == ([], [], [], [])
    assert kept["started_with"] == kept["wallet"]
    assert rig.wallet()["totalWalletBalance"] == wallet
    assert rig.venue.audit() == []


def test_an_open_position_keeps_its_executions_however_old_they_are() -> None:
    rig = Rig()
    rig.order("Buy", 1, "2.0")
    rig.order("Sell", 1, "2.0")
    rig.order("Buy", 1, "3.0", orderLinkId="held")
    rig.order("Buy", 1, "1.0", "140.00", orderLinkId="rests")
    rig.venue.forget(rig.now_ms + 10**9)
    kept = rig.venue.dump()["accounts"][0]
    assert {order["link_id"] for order in kept["orders"]} == {"held", "rests"}
    assert {each["symbol"] for each in kept["executions"]} == {"SOLUSDT"}
    assert rig.venue.audit() == []


def test_what_ended_lately_is_remembered() -> None:
    rig = Rig()
    rig.order("Buy", 1, "2.0")
    rig.order("Sell", 1, "2.0")
    before = rig.venue.dump()
    rig.venue.forget(rig.now_ms - 60_000)
    assert rig.venue.dump() == before

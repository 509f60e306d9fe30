"""Frames: topics interleave in any order that Bybit allows, but one topic never overtakes itself."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venue.core.rig import Rig, calm


def first_topics(seed: int) -> tuple[str, ...]:
    rig = Rig(seed=seed)
    rig.order("Buy", 1, "1")
    return tuple(dict.fromkeys(frame.topic for frame in rig.frames))


def test_an_outcome_reaches_its_account_in_every_order_of_topics() -> None:
    seen = {first_topics(seed) for seed in range(400)}
    assert len(seen) == 24


def test_records_may_share_a_frame_or_come_one_by_one() -> None:
    sizes = set()
    for seed in range(20):
        rig = Rig(seed=seed, balance="1000000")
        rig.order("Buy", 1, "1000")
        sizes.add(max(len(frame.data) for frame in rig.frames if frame.topic == "execution"))
    assert min(sizes) == 1
    assert max(sizes) > 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_an_order_never_goes_back_on_its_own_topic(seed: int) -> None:
    rig = Rig(calm(max_push_ms=20), seed=seed)
    for n in range(3):
        rig.ask("order.create", side="Buy", positionIdx=1, orderType="Limit", qty="3", price=f"149.{n}0")
    rig.wait(5)
    for price in ("148.99", "148.98", "148.97", "148.96"):
        rig.trade(price, qty="2.5")
    rig.wait(100)
    filled: dict[str, Decimal] = {}
    for row in rig.rows("order"):
        assert Decimal(row["cumExecQty"]) >= filled.get(row["orderId"], Decimal(0))
        filled[row["orderId"]] = Decimal(row["cumExecQty"])
    times = [frame.at_ms for frame in rig.frames]
    assert times == sorted(times)


def test_accounts_hear_only_of_themselves() -> None:
    rig = Rig()
    rig.order("Buy", 0, "1", account="b")
    assert {frame.account for frame in rig.frames} == {"b"}


def test_the_wallet_is_pushed_when_the_balance_changes_and_not_on_prices() -> None:
    rig = Rig()
    rig.order("Buy", 1, "1")
    assert len(rig.rows("wallet")) == 1
    rig.trade("160.00")
    rig.trade("140.00")
    assert len(rig.rows("wallet")) == 1
    assert len(rig.rows("position")) == 1


def test_wallet_pushes_on_their_way_may_be_merged() -> None:
    def pushed(merge: bool) -> list[str]:
        rig = Rig(calm(merge_wallet_pushes=merge, max_push_ms=0))
        for _ in range(3):
            rig.ask("order.create", side="Buy", positionIdx=1, orderType="Market", qty="1")
        rig.wait()
        return [row["totalWalletBalance"] for row in rig.rows("wallet")]

    every, merged = pushed(False), pushed(True)
    assert len(every) == 3
    assert len(merged) == 1
    assert every[-1] == merged[-1]


def test_executions_and_the_leg_of_one_outcome_share_the_seq() -> None:
    rig = Rig()
    rig.order("Buy", 1, "1")
    rig.order("Buy", 1, "1")
    seqs = [row["seq"] for row in rig.rows("execution")]
    assert seqs == sorted(set(seqs))
    assert [row["seq"] for row in rig.rows("position")] == seqs

"""Faults of frames: late, doubled, unreadable, missing; and the order in which they come."""

from __future__ import annotations

from collections import defaultdict
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.simulated.weather import CALM, Weather, weather_of
from messages.account import Execution, OrderRow, PositionRow, Wallet
from messages.market import Price
from messages.orders import OrdersAnswered
from tests.bybit.orders import place
from tests.simulated.desk import SYMBOL, Desk


def traded(weather: Weather, seed: int = 1) -> Desk:
    """A desk that has placed and filled some orders in this weather."""
    desk = Desk(weather, seed=seed).open()
    for level in range(1, 6):
        desk.socket.send(desk.request(place(level, f"{150 - level}.00")))
        desk.wait(700)
        desk.print(f"{150 - level - 1}.00")
        desk.wait(300)
    desk.wait(30_000)
    return desk


def sequences(desk: Desk) -> dict[str, list[int]]:
    """When the venue gave out each topic's frames, in the order in which they came."""
    found: dict[str, list[int]] = defaultdict(list)
    for push in desk.delivered:
        found[push.topic].append(push.at_ms)
    return found


def test_calm_weather_brings_every_frame_once() -> None:
    desk = traded(CALM)
    assert len(desk.of(Execution)) == len({done.exec_id for done in desk.of(Execution)}) == 5
    assert not desk.venue.faults
    assert not desk.problems


def test_late_frames_come_late_but_never_out_of_their_topics_order() -> None:
    desk = traded(Weather(late_frame=0.3, frame_ms=(0, 400)))
    assert desk.venue.faults["late_frame"]
    topics = sequences(desk)
    assert set(topics) == {"order", "execution", "position", "wallet"}
    assert all(times == sorted(times) for times in topics.values())


def test_topics_overtake_each_other_either_way() -> None:
    first: set[type] = set()
    for seed in range(12):
        desk = Desk(Weather(frame_ms=(0, 300)), seed=seed).open()
        desk.socket.send(desk.request(place(1, "149.00")))
        desk.wait(2_000)
        desk.told.clear()
        desk.print("148.00")
        desk.wait(2_000)
        kinds = [type(what) for _, what in desk.told if not isinstance(what, Price)]
        first.add(kinds[0])
    assert {Execution, OrderRow, PositionRow, Wallet} == first


def test_a_doubled_frame_comes_twice_in_a_row() -> None:
    desk = traded(Weather(doubled_frame=1))
    ids = [done.exec_id for done in desk.of(Execution)]
    assert ids[::2] == ids[1::2]
    assert len(set(ids)) == 5


def test_an_unreadable_frame_is_a_problem_and_nothing_of_it_is_believed() -> None:
    for seed in range(5):
        desk = traded(Weather(unreadable_frame=1), seed)
        assert all(desk.of(kind) == [] for kind in (Execution, PositionRow, Wallet))
        assert len(desk.of(OrderRow)) == sum(len(push.data) for push in desk.delivered)  # of two, the other
        assert len(desk.problems) == desk.venue.faults["unreadable_frame"] > 10
        assert not desk.lost


def test_missing_wallets_leave_all_other_frames() -> None:
    desk = traded(Weather(missing_wallet=1))
    assert desk.of(Wallet) == []
    assert len(desk.of(Execution)) == 5
    assert desk.venue.faults["missing_wallet"] >= 5


def test_what_watchers_are_shown_is_what_the_bot_could_read() -> None:
    desk = traded(Weather(unreadable_frame=0.4, doubled_frame=0.2))
    shown = [row["execId"] for push in desk.delivered if push.topic == "execution" for row in push.data]
    assert shown == [done.exec_id for done in desk.of(Execution)]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_in_any_weather_requests_are_answered_once_and_topics_keep_their_order(seed: int) -> None:
    desk = traded(weather_of(Random(seed)), seed)
    answered = [one.request_id for one in desk.of(OrdersAnswered)]
    assert sorted(answered) == [f"001-{number}" for number in range(1, 6)]
    if not desk.venue.faults["replayed"]:
        assert all(times == sorted(times) for times in sequences(desk).values())
    assert desk.core.audit() == []


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_same_seed_gives_the_same_sequence_to_the_last_field(seed: int) -> None:
    one, other = (traded(weather_of(Random(seed)), seed) for _ in range(2))
    assert one.told == other.told
    assert repr(one.told) == repr(other.told)
    assert one.venue.faults == other.venue.faults
    assert list(map(str, one.problems)) == list(map(str, other.problems))


def test_public_frames_keep_their_order_and_the_last_price_wins() -> None:
    desk = Desk(Weather(frame_ms=(0, 900), late_frame=0.3)).open()
    for step in range(30):
        desk.print(f"{151 + step}.00")
        desk.wait(150)
    desk.wait(10_000)
    prices = [price.last for price in desk.of(Price) if price.symbol == SYMBOL]
    assert prices == sorted(prices)
    assert prices[-1] == 180

"""Frames on their way to listeners: to the right ones, in order, late if a fault says so."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exchange.venue.contract import PrivatePush
from exchange.venue.server.faults import Faults
from exchange.venue.server.hub import Hub

TOPICS = ("order", "position", "wallet")


class Ear:
    """A listener that keeps what it hears."""

    def __init__(self, account: str, *topics: str) -> None:
        self.account = account
        self.topics = set(topics)
        self.heard: list[dict[str, Any]] = []

    def send(self, text: str) -> None:
        self.heard.append(json.loads(text))

    def numbers(self, topic: str) -> list[int]:
        return [frame["data"][0]["n"] for frame in self.heard if frame["topic"] == topic]


pushes = st.tuples(st.sampled_from(["001", "002"]), st.sampled_from(TOPICS))
delays = st.tuples(st.sampled_from(TOPICS), st.integers(0, 500))
steps = st.lists(st.tuples(st.integers(0, 100), pushes, st.none() | delays), max_size=60)


@given(steps)
def test_delays_lose_nothing_and_let_nothing_overtake_within_a_topic(
    steps: list[tuple[int, tuple[str, str], tuple[str, int] | None]],
) -> None:
    faults = Faults()
    hub, ear = Hub(faults), Ear("001", *TOPICS)
    hub.listeners.append(ear)
    now_ms, sent = 0, dict[str, list[int]]()
    for number, (pause_ms, (account, topic), delay) in enumerate(steps):
        now_ms += pause_ms
        if delay is not None:
            faults.delays_ms[delay[0]] = delay[1]
        hub.release(now_ms)
        row = {"n": number, "due": now_ms + faults.delays_ms.get(topic, 0)}
        hub.push(PrivatePush(account=account, topic=topic, data=[row], at_ms=now_ms), now_ms)
        if account == "001":
            sent.setdefault(topic, []).append(number)
        assert all(frame["data"][0]["due"] <= now_ms for frame in ear.heard)
    hub.release(now_ms + 1000)
    assert {topic: ear.numbers(topic) for topic in sent} == sent
    assert hub.due_ms() is None


def test_a_frame_comes_under_the_name_by_which_it_was_subscribed() -> None:
    hub = Hub(Faults())
    plain, linear, deaf = Ear("001", "order"), Ear("001", "order.linear"), Ear("001", "wallet")
    hub.listeners += [plain, linear, deaf]
    hub.push(PrivatePush(account="001", topic="order", data=[{"n": 1}], at_ms=5), 5)
    assert [frame["topic"] for frame in plain.heard] == ["order"]
    assert [frame["topic"] for frame in linear.heard] == ["order.linear"]
    assert deaf.heard == []


def test_fast_executions_are_trades_only_and_name_no_maker_order() -> None:
    hub, ear = Hub(Faults()), Ear("001", "execution.fast")
    hub.listeners.append(ear)
    names = ["category", "symbol", "execId", "execPrice", "execQty"]
    names += ["orderId", "orderLinkId", "side", "execTime", "seq"]
    row = {**dict.fromkeys(names, "x"), "isMaker": True, "execType": "Trade", "execFee": "0.1"}
    rows = [row, {**row, "isMaker": False}, {**row, "execType": "Funding"}]
    hub.push(PrivatePush(account="001", topic="execution", data=rows, at_ms=5), 5)
    data = ear.heard[0]["data"]
    assert [one["orderLinkId"] for one in data] == ["", "x"]
    assert set(data[0]) == {*names, "isMaker"}

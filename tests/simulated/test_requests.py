"""Faults of requests: what is told, and what has really happened at the venue."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from exchange.errors import ProtocolError, Retryable
from exchange.simulated.weather import CALM, REST_TROUBLES, SOCKET_TROUBLES, Weather
from messages.orders import Action, OrdersAnswered, Outcome, RequestAnswered
from messages.requests import LookUpOrder, OrderLookUp, ReadServerTime, ReadSnapshot, ReadWallet, ServerTime
from messages.sides import Role, Side
from tests.bybit.orders import cancel, link, place
from tests.simulated.desk import START_MS, Desk

SEEDS = range(12)
ALWAYS: Any = 1


def by_rest(desk: Desk, *levels: int) -> RequestAnswered:
    """One request by REST; the answer to its first order."""
    answered = desk.rest.send(desk.request(*(place(level, "100.00") for level in levels)))
    return answered.answers[0]


def after_rest(trouble: str, seed: int = 1, **more: Any) -> tuple[Desk, RequestAnswered]:
    desk = Desk(Weather(**{trouble: ALWAYS}, **more), seed=seed).open()
    return desk, by_rest(desk, 1)


def test_in_calm_weather_a_request_is_accepted_and_its_budget_told() -> None:
    desk = Desk().open()
    answered = desk.rest.send(desk.request(place(1)))
    assert answered.answers[0].outcome is Outcome.ACCEPTED
    assert answered.limit_left == 9
    assert not desk.venue.faults


def test_a_lost_request_is_unknown_after_five_seconds_and_never_arrives() -> None:
    desk, answer = after_rest("lost_request")
    assert answer.outcome is Outcome.UNKNOWN
    assert answer.answered_ms - answer.request_ms == 5_000
    desk.wait(10_000)
    assert desk.orders_at_the_venue() == []


def test_a_lost_reply_is_unknown_though_the_order_is_there() -> None:
    desk, answer = after_rest("lost_reply")
    assert answer.outcome is Outcome.UNKNOWN
    assert desk.orders_at_the_venue() == [link(1)]


@pytest.mark.parametrize("trouble", ["connect_timeout", "connect_refused", "forbidden", "refused"])
def test_a_definite_failure_has_carried_nothing_out(trouble: str) -> None:
    for seed in SEEDS:
        desk, answer = after_rest(trouble, seed)
        assert answer.outcome in (Outcome.RETRYABLE, Outcome.REFUSED)
        desk.wait(10_000)
        assert desk.orders_at_the_venue() == []


@pytest.mark.parametrize(
    "trouble", ["server_error", "protection", "overloaded", "unreadable_reply", "broken_off"]
)
def test_an_open_outcome_is_unknown_and_comes_either_way(trouble: str) -> None:
    ways = set()
    for seed in SEEDS:
        desk, answer = after_rest(trouble, seed, slow_ms=(50, 1_500))
        assert answer.outcome is Outcome.UNKNOWN
        desk.wait(10_000)
        ways.add(len(desk.orders_at_the_venue()))
    assert ways == {0, 1}


def test_a_request_broken_off_may_arrive_after_its_sender_knew() -> None:
    arrived_later = False
    for seed in range(40):
        desk, answer = after_rest("broken_off", seed)
        known = len(desk.orders_at_the_venue())
        desk.wait(10_000)
        arrived_later = arrived_later or len(desk.orders_at_the_venue()) > known
        assert all(one.at_ms <= answer.request_ms + 2_000 for one in desk.served)
    assert arrived_later


def test_a_slow_request_beyond_its_window_is_refused_and_not_carried_out() -> None:
    desk, answer = after_rest("slow_request", slow_ms=(2_500, 2_500))
    assert (answer.outcome, answer.code) == (Outcome.RETRYABLE, 10002)
    assert desk.venue.faults["stale_request"] == 1
    assert desk.orders_at_the_venue() == []


def test_a_slow_request_within_its_window_is_accepted_late() -> None:
    _, answer = after_rest("slow_request", slow_ms=(1_900, 1_900))
    assert answer.outcome is Outcome.ACCEPTED
    assert answer.answered_ms >= answer.request_ms + 1_900


@pytest.mark.parametrize("ahead_ms", [-2_500, 1_100])
def test_a_clock_that_is_off_is_refused_by_rest_and_by_the_socket(ahead_ms: int) -> None:
    desk = Desk().open()
    desk.clock.offset_ms = ahead_ms
    assert by_rest(desk, 1).code == 10002
    desk.socket.send(desk.request(place(2)))
    desk.wait()
    assert desk.of(OrdersAnswered)[0].answers[0].code == 10002
    with pytest.raises(Retryable, match="10002"):
        desk.rest.call(ReadWallet(source="test"))
    assert isinstance(desk.rest.call(ReadServerTime()), ServerTime)
    assert desk.orders_at_the_venue() == []


def test_over_the_budget_single_requests_and_items_of_a_batch_are_refused() -> None:
    desk = Desk().open()
    codes = [by_rest(desk, level).code for level in range(40)]
    assert set(codes) == {0, 10006}
    assert codes[:10] == [0] * 10
    desk.wait(2_000)
    batch = desk.rest.send(desk.request(*(place(50 + level) for level in range(12))))
    assert [answer.code for answer in batch.answers] == [0] * 10 + [10006] * 2


def test_a_rate_limit_may_name_a_reset_that_has_passed() -> None:
    resets = set()
    for seed in range(60):
        desk = Desk(Weather(refused=ALWAYS), seed=seed).open()
        answered = desk.rest.send(desk.request(place(1)))
        if answered.answers[0].code == 10006:
            assert answered.limit_left == 0
            assert answered.limit_reset_ms is not None
            resets.add(answered.limit_reset_ms < answered.answers[0].answered_ms)
    assert resets == {True, False}


def test_a_spoiled_batch_tells_the_truth_wherever_it_is_definite() -> None:
    told: set[Outcome] = set()
    for seed in SEEDS:
        desk = Desk(Weather(spoiled_batch=ALWAYS), seed=seed).open()
        batch = desk.rest.send(desk.request(*(place(level) for level in range(5))))
        assert len(batch.answers) == 5
        there = desk.orders_at_the_venue()
        for answer in batch.answers:
            told.add(answer.outcome)
            if answer.outcome is not Outcome.UNKNOWN:
                assert (answer.outcome is Outcome.ACCEPTED) == (answer.order_link_id in there)
    assert {Outcome.ACCEPTED, Outcome.UNKNOWN} < told


def test_no_lack_of_margin_is_told_of_a_closing_order() -> None:
    for seed in range(60):
        desk = Desk(Weather(refused=ALWAYS), seed=seed).open()
        closing = place(1, "160.00", Side.LONG, role=Role.TAKE_PROFIT)
        answer = desk.rest.send(desk.request(closing)).answers[0]
        assert answer.code not in (110007, 110012, 110021, 110040, 110045)


def test_a_duplicate_id_is_told_only_of_an_order_that_is_there() -> None:
    seen = 0
    for seed in range(80):
        desk, answer = after_rest("overloaded", seed)
        if answer.code == 110072:
            seen += 1
            assert desk.orders_at_the_venue() == [link(1)]
    assert seen


@pytest.mark.parametrize("trouble", SOCKET_TROUBLES)
def test_whatever_befalls_it_a_socket_request_is_answered_exactly_once(trouble: str) -> None:
    for seed in SEEDS:
        desk = Desk(Weather(**{trouble: ALWAYS}), seed=seed).open()
        single, batch = desk.request(place(1)), desk.request(place(2), place(3))
        desk.socket.send(single)
        desk.socket.send(batch)
        desk.wait(10_000)
        assert sorted(one.request_id for one in desk.of(OrdersAnswered)) == [
            single.request_id,
            batch.request_id,
        ]


@pytest.mark.parametrize("trouble", REST_TROUBLES)
def test_whatever_befalls_it_a_read_answers_or_raises_what_the_port_promises(trouble: str) -> None:
    for seed in SEEDS:
        desk = Desk(Weather(**{trouble: ALWAYS}), seed=seed).open()
        with suppress(Retryable, ProtocolError):
            desk.rest.call(ReadSnapshot(since_ms=START_MS))
        assert all(one.op != "order.create" for one in desk.served)


def test_a_read_of_several_pages_is_in_pieces_and_may_fail_in_the_middle() -> None:
    pieces = set()
    for seed in range(60):
        desk = Desk(Weather(server_error=0.3), seed=seed).open()
        desk.served.clear()
        try:
            desk.rest.call(ReadSnapshot(since_ms=START_MS))
        except Retryable:
            pieces.add(len([one for one in desk.served if one.op != "market.time"]))
    assert pieces > {0, 1}


def test_an_answer_is_as_old_as_its_reply_is_slow() -> None:
    desk = Desk(Weather(reply_ms=(400, 400))).open()
    desk.rest.send(desk.request(place(1, "149.00")))
    desk.time.at(desk.time.now_ms() + 600, lambda: desk.print("148.00"))
    found = desk.rest.call(LookUpOrder(symbol="SOLUSDT", order_link_id=link(1)))
    assert isinstance(found, OrderLookUp)
    assert found.order is not None
    assert found.order.status == "New"  # read before it filled
    assert found.executions  # read after it filled


def test_what_a_dead_process_has_sent_still_arrives_and_nothing_comes_back() -> None:
    for seed in range(5):
        desk = Desk(Weather(request_ms=(50, 50)), seed=seed).open()
        desk.socket.send(desk.request(place(1)))
        desk.exchange.end()
        told = len(desk.told)
        desk.time.sleep(10_000)
        assert desk.orders_at_the_venue() == [link(1)]
        assert (len(desk.told), desk.lost) == (told, [])


def test_a_persons_act_is_carried_out_at_once_and_not_counted_as_the_bots() -> None:
    desk = Desk().open()
    by_rest(desk, 1)
    desk.wait()
    where = {"category": "linear", "symbol": "SOLUSDT", "orderLinkId": link(1)}
    assert desk.venue.act("001", "order.cancel", where).ret_code == 0
    assert [one.by_bot for one in desk.served] == [True, False]
    desk.wait()
    assert desk.rest.send(desk.request(cancel(1), action=Action.CANCEL)).answers[0].code == 110001


def test_when_the_weather_turns_calm_the_next_request_passes() -> None:
    desk = Desk(Weather(**dict.fromkeys(("lost_reply",), ALWAYS), outage_every_s=1)).open()
    desk.wait(5_000)
    desk.venue.weather = CALM
    assert by_rest(desk, 1).outcome is Outcome.ACCEPTED

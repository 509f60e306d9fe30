"""Faults of connections: how they end, what is lost with them, how they come back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.bybit.connection import SILENCE_MS
from exchange.errors import ExchangeError, Retryable
from exchange.simulated.weather import CALM, Weather
from messages.account import Execution
from messages.market import Price
from messages.orders import OrdersAnswered, Outcome
from tests.bybit.orders import link, place
from tests.simulated.desk import SYMBOL, Desk

LINES = ("private", "public", "trading")


def weather_for(line: str, **more: object) -> Weather:
    """One line's connections end about once in 20 seconds."""
    return replace(CALM, **{f"{line}_every_s": 20, **more})  # type: ignore[arg-type]  # fields by name


def until_lost(desk: Desk, limit_ms: int = 120_000) -> int:
    """Wait for the first loss; when it was."""
    for _ in range(limit_ms // 250):
        if desk.lost:
            return desk.time.now_ms()
        desk.wait(250)
    raise AssertionError("no connection was lost")


@pytest.mark.parametrize("line", LINES)
def test_a_cut_with_a_close_frame_is_told_at_once_and_once(line: str) -> None:
    desk = Desk(weather_for(line)).open()
    until_lost(desk)
    desk.wait(60_000)
    assert desk.lost == ["closed by the exchange"]
    assert desk.venue.faults == {f"{line}_cut": 1}


@pytest.mark.parametrize("line", LINES)
def test_a_silent_cut_is_found_by_the_check_after_the_silence(line: str) -> None:
    desk = Desk(weather_for(line, silent=1)).open()
    for _ in range(200):
        if not desk.venue.faults:
            desk.wait(250)
    fell_silent_ms = desk.time.now_ms()
    assert not desk.lost
    found_ms = until_lost(desk)
    assert SILENCE_MS - 6_000 <= found_ms - fell_silent_ms <= SILENCE_MS + 1_500
    desk.wait(60_000)
    assert len(desk.lost) == 1
    assert "nothing heard for" in desk.lost[0]


def test_a_quiet_connection_that_lives_is_not_taken_for_a_silent_one() -> None:
    desk = Desk().open()
    desk.wait(600_000)
    assert not desk.lost


def test_a_clock_that_steps_far_ahead_makes_living_connections_look_silent() -> None:
    desk = Desk().open()
    desk.wait(3_000)
    desk.clock.offset_ms += 20_000
    desk.wait(2_000)
    assert len(desk.lost) == 3
    small = Desk().open()
    small.clock.offset_ms += 2_000
    small.wait(60_000)
    assert not small.lost


def test_events_while_the_stream_is_down_are_lost_to_it() -> None:
    desk = Desk().open()
    desk.rest.send(desk.request(place(1, "149.00")))
    desk.wait()
    desk.private.close()
    desk.print("148.00")
    desk.wait()
    desk.private = desk.exchange.private_stream()
    desk.reopen_private()
    desk.wait(5_000)
    assert desk.of(Execution) == []


def test_a_new_private_stream_may_begin_with_the_last_executions_once_more() -> None:
    desk = Desk(Weather(replayed=1)).open()
    desk.rest.send(desk.request(place(1, "149.00")))
    desk.wait()
    desk.print("148.00")
    desk.wait()
    desk.private.close()
    desk.reopen_private()
    desk.wait(1_000)
    assert [done.order_link_id for done in desk.of(Execution)] == [link(1)] * 2
    assert len({done.exec_id for done in desk.of(Execution)}) == 1


@pytest.mark.parametrize(
    "weather",
    [Weather(refused_dial=1), Weather(slow_dial=1, slow_dial_ms=(8_000, 12_000))],
    ids=["refused", "too slow"],
)
def test_a_dial_that_fails_takes_time_and_raises_retryable(weather: Weather) -> None:
    desk = Desk()
    desk.venue.weather = weather
    before_ms = desk.time.now_ms()
    with pytest.raises(Retryable):
        desk.reopen_private()
    assert desk.time.now_ms() > before_ms
    with pytest.raises(Retryable):
        desk.public.open((SYMBOL,), lambda price: None, desk.lost.append)
    with pytest.raises(Retryable):
        desk.socket.open(lambda answered: None, desk.lost.append)
    desk.wait(30_000)
    assert not desk.lost


def test_a_slow_dial_within_the_patience_opens_all_the_same() -> None:
    desk = Desk()
    desk.venue.weather = Weather(slow_dial=1, slow_dial_ms=(5_000, 5_000))
    before_ms = desk.time.now_ms()
    desk.reopen_private()
    assert desk.time.now_ms() >= before_ms + 5_000


def test_a_connection_that_falls_silent_while_it_opens_raises_retryable() -> None:
    desk = Desk()
    desk.venue.weather = Weather(private_every_s=1, silent=1, reply_ms=(4_000, 4_000))
    with pytest.raises(Retryable, match=r"no answer to|ended before"):
        desk.reopen_private()


def test_after_a_loss_the_door_may_be_shut_for_a_while() -> None:
    desk = Desk(weather_for("private", shut=1, shut_ms=(30_000, 30_000))).open()
    until_lost(desk)
    desk.venue.weather = replace(desk.venue.weather)  # another weather opens the doors
    desk.reopen_private()
    desk.lost.clear()
    lost_ms = until_lost(desk)
    attempts = 0
    while True:
        try:
            desk.reopen_private()
            break
        except ExchangeError:
            attempts += 1
            desk.wait(1_000)
    assert 25_000 <= desk.time.now_ms() - lost_ms <= 32_000
    assert attempts >= 20


def test_in_flight_requests_of_a_lost_socket_are_unknown_before_the_loss_is_told() -> None:
    desk = Desk(Weather(reply_ms=(60_000, 60_000), trading_every_s=1)).open()
    order: list[str] = []
    desk.on_lost = lambda reason: order.append("lost")
    desk.on_answer = lambda answered: order.append(answered.answers[0].outcome.value)
    desk.socket.send(desk.request(place(1)))
    for _ in range(10):
        desk.time.sleep(250)
    assert order == ["unknown", "lost"]


def test_on_a_lost_socket_nothing_leaves_and_the_answer_says_so() -> None:
    desk = Desk(weather_for("trading")).open()
    until_lost(desk)
    desk.socket.send(desk.request(place(1)))
    answer = desk.of(OrdersAnswered)[0].answers[0]
    assert (answer.outcome, answer.request_ms) == (Outcome.RETRYABLE, 0)
    desk.wait(5_000)
    assert desk.orders_at_the_venue() == []


def test_a_request_may_arrive_though_its_connection_died_under_it() -> None:
    arrived = set()
    for seed in range(20):
        desk = Desk(Weather(request_ms=(1_500, 1_500), trading_every_s=1), seed=seed).open()
        desk.socket.send(desk.request(place(1)))
        desk.wait(10_000)
        if desk.of(OrdersAnswered)[0].answers[0].outcome is Outcome.UNKNOWN:
            arrived.add(len(desk.orders_at_the_venue()))
    assert arrived == {0, 1}


def test_an_outage_ends_every_connection_and_lets_nothing_in_until_it_is_over() -> None:
    desk = Desk(Weather(outage_every_s=5, outage_ms=(40_000, 40_000))).open()
    until_lost(desk)
    assert len(desk.lost) == 3
    for _ in range(3):
        with pytest.raises(Retryable):
            desk.reopen_private()
        answer = desk.rest.send(desk.request(place(1))).answers[0]
        assert answer.outcome is not Outcome.ACCEPTED
    desk.venue.weather = CALM
    desk.reopen_private()
    assert desk.rest.send(desk.request(place(2))).answers[0].outcome is Outcome.ACCEPTED


def test_what_an_older_weather_had_planned_does_not_come() -> None:
    desk = Desk(Weather(outage_every_s=20, private_every_s=20, public_every_s=20, trading_every_s=20)).open()
    desk.venue.weather = CALM
    desk.wait(120_000)
    assert not desk.lost
    assert not desk.venue.faults


def test_prices_come_a_moment_after_the_print_and_not_more_often_than_ten_a_second() -> None:
    desk = Desk().open()
    desk.wait(1_000)
    before = len(desk.of(Price))
    for cent in range(100):
        desk.print(f"151.{cent:02d}")
        desk.wait(10)
    desk.wait(1_000)
    prices = desk.of(Price)[before:]
    assert 9 <= len(prices) <= 12
    assert str(prices[-1].last) == "151.99"


def test_the_mark_is_told_apart_from_the_last_price() -> None:
    desk = Desk().open()
    desk.venue.set_mark(SYMBOL, desk.of(Price)[-1].last - 3)
    desk.wait(1_000)
    price = desk.of(Price)[-1]
    assert price.mark == price.last - 3

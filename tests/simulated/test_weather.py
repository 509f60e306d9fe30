"""The weather as a whole: what is drawn, and what holds under all of it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exchange.simulated
from exchange.errors import ExchangeError
from exchange.simulated.weather import CALM, DIAL_TROUBLES, FRAME_TROUBLES, REST_TROUBLES, Weather, weather_of
from messages.orders import OrdersAnswered, Outcome
from messages.requests import LookUpOrder, OrderLookUp
from tests.bybit.orders import place
from tests.simulated.desk import Desk

DEFINITE = (Outcome.REFUSED, Outcome.RETRYABLE, Outcome.FATAL)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_in_any_weather_no_definite_answer_is_a_lie(seed: int) -> None:
    desk = Desk(weather_of(Random(seed)), seed=seed).open()
    for round_ in range(4):
        level = round_ * 10
        desk.socket.send(desk.request(*(place(level + n, "100.00") for n in range(4))))
        desk.told.append((0, desk.rest.send(desk.request(place(level + 4, "100.00")))))
        desk.told.append((0, desk.rest.send(desk.request(*(place(level + n, "100.00") for n in (5, 6, 7))))))
        desk.wait(3_000)
    desk.wait(20_000)
    there = set(desk.orders_at_the_venue())
    answers = [answer for answered in desk.of(OrdersAnswered) for answer in answered.answers]
    assert len(answers) == 4 * 8
    for answer in answers:
        if answer.outcome is Outcome.ACCEPTED:
            assert answer.order_link_id in there
        elif answer.outcome in DEFINITE:
            assert answer.order_link_id not in there


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_in_any_weather_an_order_proven_absent_by_its_stamp_never_appears(seed: int) -> None:
    desk = Desk(weather_of(Random(seed)), seed=seed).open()
    for level in range(8):
        answer = desk.rest.send(desk.request(place(level, "100.00"))).answers[0]
        try:
            found = desk.rest.call(LookUpOrder(symbol="SOLUSDT", order_link_id=answer.order_link_id))
        except ExchangeError:
            continue
        assert isinstance(found, OrderLookUp)
        if found.order is None and found.server_ms > answer.request_ms + 2_000:
            desk.wait(20_000)
            assert answer.order_link_id not in desk.orders_at_the_venue()


@pytest.mark.parametrize("seed", range(20))
def test_once_it_is_calm_everything_can_be_opened_and_asked(seed: int) -> None:
    desk = Desk(weather_of(Random(seed)), seed=seed).open()
    desk.wait(60_000)
    desk.venue.weather = CALM
    desk.wait(660_000)  # also an address that was shut out is let in again
    for port in (desk.private, desk.public, desk.socket):
        port.close()
    desk.renew()
    faults = desk.venue.faults.copy()
    assert desk.rest.send(desk.request(place(50, "100.00"))).answers[0].outcome is Outcome.ACCEPTED
    desk.wait(60_000)
    assert desk.venue.faults == faults


def test_every_kind_of_fault_stands_in_the_packages_table() -> None:
    table = exchange.simulated.__doc__ or ""
    for kind in (*REST_TROUBLES, *FRAME_TROUBLES, *DIAL_TROUBLES, "shut", "outage"):
        assert f"| {kind} " in table, kind


def test_of_six_seeds_about_one_is_calm_and_every_kind_of_fault_is_drawn() -> None:
    drawn = [weather_of(Random(seed)) for seed in range(600)]
    assert 60 <= sum(weather == CALM for weather in drawn) <= 140
    for name in Weather.__dataclass_fields__:
        if name in ("slow_ms", "late_ms", "shut_ms", "slow_dial_ms"):
            continue
        assert any(getattr(weather, name) != getattr(CALM, name) for weather in drawn), name


def test_chances_that_sum_to_more_than_one_are_refused_with_their_names() -> None:
    with pytest.raises(ValueError, match="lost_request"):
        Weather(lost_request=0.7, lost_reply=0.6)

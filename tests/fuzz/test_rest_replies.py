"""Every reply that the client reads, spoilt: an answer that is sound, or a refusal in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.errors import ExchangeError, ProtocolError
from messages.orders import SendOrders
from messages.requests import LookUpOrder, OrderLookUp
from state.store.codec import encode
from tests.fuzz.replies import RESTING, Told, as_bytes, replies, rest_over
from tests.fuzz.spoiling import Choose, choosing, spoil, spoil_bytes, spoil_fields, to_bytes

#: What, where, and what to do.
REFUSAL = re.compile(r"\S.*: .*[;:] .+", re.DOTALL)


def answer_of(request: Any, told: list[tuple[str, bytes]]) -> object:
    """What the client makes of replies; an error of the project's own is an answer, too."""
    rest = rest_over(told)
    if isinstance(request, SendOrders):
        answered = rest.send(request)
        assert [a.order_link_id for a in answered.answers] == [c.order_link_id for c in request.commands]
        return answered
    try:
        return rest.call(request)
    except ExchangeError as error:
        return error


def chosen(choose: Choose) -> tuple[Any, list[Told], int]:
    """A request, its replies, and which of them is to be spoilt."""
    request, told = choose(replies())
    return request, told, choose(range(len(told)))


def is_sound(answer: object) -> None:
    """Exact types all through: what could not be written into the state file is never given out."""
    if isinstance(answer, ExchangeError):
        assert REFUSAL.match(str(answer)), str(answer)
        assert len(str(answer)) < 1_000
    else:
        encode(answer)


def test_whole_replies_are_read() -> None:
    for request, told in replies():
        answer = answer_of(request, as_bytes(told))
        assert not isinstance(answer, ExchangeError), answer
        is_sound(answer)


@settings(deadline=None, max_examples=600)
@given(choosing(), st.integers(1, 3))
def test_a_reply_with_something_wrong_gives_a_sound_answer_or_a_refusal(choose: Choose, times: int) -> None:
    request, told, number = chosen(choose)
    spoilt = [*told]
    spoilt[number] = Told(told[number].path, spoil(told[number].body, choose, times=times))
    is_sound(answer_of(request, as_bytes(spoilt)))


@settings(deadline=None, max_examples=100)
@given(choosing())
def test_a_reply_whose_bytes_are_spoilt_gives_a_sound_answer_or_a_refusal(choose: Choose) -> None:
    request, told, number = chosen(choose)
    raw = as_bytes(told)
    raw[number] = (raw[number][0], spoil_bytes(raw[number][1], choose))
    is_sound(answer_of(request, raw))


@settings(deadline=None, max_examples=300)
@given(choosing())
def test_no_field_of_a_look_up_that_is_wrong_makes_a_live_order_absent(choose: Choose) -> None:
    request = LookUpOrder(symbol="SOLUSDT", order_link_id=RESTING)
    told = next(told for asked, told in replies() if asked == request)
    number = next(n for n, one in enumerate(told) if one.path.endswith("order/realtime"))
    spoilt = [*told]
    spoilt[number] = Told(told[number].path, spoil_fields(told[number].body, choose, ("result", "list")))
    answer = answer_of(request, as_bytes(spoilt))
    assert isinstance(answer, ProtocolError) or (isinstance(answer, OrderLookUp) and answer.order is not None)


@pytest.mark.parametrize("said", [{"category": "spot"}, {"category": None}, {"list": None}, {"list": {}}])
def test_a_look_up_that_tells_of_something_else_proves_no_absence(said: dict[str, Any]) -> None:
    request, told = next((asked, told) for asked, told in replies() if isinstance(asked, LookUpOrder))
    raw = [
        (one.path, to_bytes({**one.body, "result": {**one.body["result"], **said}}))
        if "/order/" in one.path
        else (one.path, to_bytes(one.body))
        for one in told
    ]
    answer = answer_of(request, raw)
    assert isinstance(answer, ProtocolError) or (isinstance(answer, OrderLookUp) and answer.order is not None)

"""An order's life from rows, fills and answers in any order: an end is final, no fill counts less or more."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.account import OrderRow, OrderStatus
from messages.ids import OrderName
from messages.sides import OrderSide, Role, Side
from state.order import ABSENT, REFUSED, Asked, Order, Phase, Wish

NAME = OrderName(account=1, side=Side.LONG, role=Role.ENTRY, level=1, symbol="SOLUSDT", cycle=1, attempt=1)
ENDS = [status for status in OrderStatus if status.ended]


def an_order(phase: Phase = Phase.SENT) -> Order:
    price = Decimal(100)
    return Order(name=NAME, qty=Decimal(10), price=price, asked_price=price, phase=phase, sent_ms=0)


def a_row(
    status: OrderStatus, filled: int = 0, updated_ms: int = 0, qty: int = 10, price: int = 100
) -> OrderRow:
    return OrderRow(
        symbol="SOLUSDT",
        order_id="x",
        order_link_id=str(NAME),
        leg=Side.LONG,
        order_side=OrderSide.BUY,
        status=status,
        price=Decimal(price),
        qty=Decimal(qty),
        cum_exec_qty=Decimal(filled),
        reduce_only=False,
        cancel_type="",
        reject_reason="",
        create_type="",
        stop_order_type="",
        created_ms=0,
        updated_ms=updated_ms,
    )


@st.composite
def lives(draw: st.DrawFn) -> list[OrderRow]:
    """The rows of one order as the exchange made them: fills and amendments, perhaps an end."""
    rows = [a_row(OrderStatus.NEW)]
    filled, qty = 0, 10
    for updated_ms in range(1, draw(st.integers(1, 6))):
        filled = draw(st.integers(filled, 9))
        qty = draw(st.sampled_from([qty, 10, 12]))
        status = OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.NEW
        rows.append(a_row(status, filled, updated_ms, qty, price=100 + qty))
    if draw(st.booleans()):
        end = draw(st.sampled_from([OrderStatus.FILLED, OrderStatus.CANCELLED]))
        rows.append(a_row(end, qty if end is OrderStatus.FILLED else filled, 100, qty))
    return rows


def after(order: Order, rows: list[OrderRow]) -> Order:
    for row in rows:
        order = order.with_row(row, row.updated_ms)
    return order


@given(life=lives(), data=st.data())
def test_rows_in_any_order_and_number_tell_the_same(life: list[OrderRow], data: st.DataObject) -> None:
    more = data.draw(st.lists(st.sampled_from(life), max_size=5))
    order = after(an_order(), data.draw(st.permutations([*life, *more])))
    last = life[-1]
    assert order.row_filled == last.cum_exec_qty
    assert order.ended == last.status.ended
    assert order.status == last.status.value
    if not last.status.ended:
        assert (order.phase, order.qty, order.price) == (Phase.LIVE, last.qty, last.price)


@given(life=lives(), phase=st.sampled_from(Phase), data=st.data())
def test_an_end_is_final_and_fills_still_count(
    life: list[OrderRow], phase: Phase, data: st.DataObject
) -> None:
    ended = an_order(phase).with_row(a_row(OrderStatus.CANCELLED, 2, 50), 50)
    order = after(ended, data.draw(st.permutations(life)))
    assert order.phase is Phase.ENDED
    assert order.status == ended.status
    assert order.row_filled >= max(row.cum_exec_qty for row in life)


@given(parts=st.lists(st.integers(1, 3), min_size=1, max_size=3), end_at=st.integers(0, 3))
def test_an_order_is_settled_once_all_its_fills_are_known(parts: list[int], end_at: int) -> None:
    order = an_order()
    events: list[int | None] = [*parts]
    events.insert(min(end_at, len(parts)), None)
    for number, event in enumerate(events):
        if event is None:
            order = order.with_row(a_row(OrderStatus.CANCELLED, sum(parts)), 1)
        else:
            order = order.with_fill(Decimal(event), Decimal(event * 100))
        assert order.settled == (number == len(events) - 1)
    assert order.exec_filled == sum(parts)
    assert order.exec_value == sum(parts) * 100
    assert order.leaves == 10 - sum(parts)


@pytest.mark.parametrize("status", ENDS)
@pytest.mark.parametrize("phase", [Phase.SENT, Phase.ACCEPTED, Phase.UNKNOWN, Phase.LIVE])
def test_every_end_ends_an_order_of_every_phase(phase: Phase, status: OrderStatus) -> None:
    order = an_order(phase).with_row(a_row(status), 7)
    assert (order.phase, order.since_ms, order.busy) == (Phase.ENDED, 7, False)


@pytest.mark.parametrize("phase", [Phase.SENT, Phase.ACCEPTED, Phase.UNKNOWN])
def test_a_live_row_proves_an_order_that_was_not_proven(phase: Phase) -> None:
    assert an_order(phase).with_row(a_row(OrderStatus.NEW), 3).phase is Phase.LIVE


def test_a_row_that_shows_the_wish_ends_the_amendment() -> None:
    wish = Wish(qty=Decimal(12), price=Decimal(101))
    asked = an_order().with_row(a_row(OrderStatus.NEW), 0)
    asked = replace(asked, amend=Asked.SENT, wish=wish)
    still = asked.with_row(a_row(OrderStatus.NEW, 0, 1, qty=12, price=100), 1)
    assert still.amend is Asked.SENT
    done = still.with_row(a_row(OrderStatus.NEW, 0, 2, qty=12, price=101), 2)
    assert (done.amend, done.wish) == (Asked.NO, None)


@pytest.mark.parametrize("end", [REFUSED, ABSENT])
def test_an_order_without_any_row_can_be_ended(end: str) -> None:
    order = an_order(Phase.UNKNOWN).ended_as(end, 9)
    assert (order.phase, order.status, order.since_ms, order.settled) == (Phase.ENDED, end, 9, True)

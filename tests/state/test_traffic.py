"""The order queue: order by order id, budgets in every window, priorities, and nothing lost or doubled."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.orders import Action, AmendOrder, CancelOrder, OrderCommand, PlaceOrder, Priority
from state.budget import RollingBudget
from state.traffic import TrafficQueue
from tests.state.account_rows import check, name_of, place

KEPT = 2
LIMIT = 10
SPAN_MS = 1_000
URGENT = (Priority.CLOSE, Priority.CANCEL_FOR_CLOSE)


def a_place(number: int, priority: Priority = Priority.PENDING) -> PlaceOrder:
    return place(number, check(1), priority)


def an_amendment(number: int, priority: Priority = Priority.CLOSE, qty: int = 1) -> AmendOrder:
    return AmendOrder(
        symbol="SOLUSDT", order_link_id=name_of(number), qty=Decimal(qty), price=None, priority=priority
    )


def a_cancel(number: int, priority: Priority = Priority.CANCEL_FOR_CLOSE) -> CancelOrder:
    return CancelOrder(symbol="SOLUSDT", order_link_id=name_of(number), priority=priority)


def action_of(command: OrderCommand) -> Action:
    kinds = {PlaceOrder: Action.PLACE, AmendOrder: Action.AMEND, CancelOrder: Action.CANCEL}
    return kinds[cast("type[PlaceOrder]", type(command))]


@dataclass(slots=True)
class Watched:
    """A queue with a record of everything that went in and came out."""

    queue: TrafficQueue = field(default_factory=lambda: TrafficQueue(LIMIT, SPAN_MS))
    now_ms: int = 0
    waiting: list[OrderCommand] = field(default_factory=list)
    sent: list[tuple[int, list[OrderCommand]]] = field(default_factory=list)

    def push(self, command: OrderCommand) -> None:
        replaced = self.queue.push(command, self.now_ms)
        if replaced is None:
            self.waiting.append(command)
        else:
            place_of = next(n for n, waiting in enumerate(self.waiting) if waiting is replaced)
            assert isinstance(replaced, AmendOrder)
            assert isinstance(command, AmendOrder)
            assert replaced.order_link_id == command.order_link_id
            self.waiting[place_of] = command

    def send(self) -> list[list[OrderCommand]]:
        requests = self.queue.ready(self.now_ms)
        for request in requests:
            self.sent.append((self.now_ms, request))
            for command in request:
                self.leaves(command)
        return requests

    def leaves(self, command: OrderCommand) -> None:
        of_order = [waiting for waiting in self.waiting if waiting.order_link_id == command.order_link_id]
        assert of_order[0] is command, "out of order, or not waiting at all"
        self.waiting = [waiting for waiting in self.waiting if waiting is not command]

    def drop(self, priority: Priority) -> None:
        dropped = self.queue.drop(lambda command: command.priority is priority)
        assert sorted(map(id, dropped)) == sorted(id(c) for c in self.waiting if c.priority is priority)
        self.waiting = [command for command in self.waiting if command.priority is not priority]

    def heads(self) -> list[OrderCommand]:
        first: dict[str, OrderCommand] = {}
        for command in self.waiting:
            first.setdefault(command.order_link_id, command)
        return list(first.values())

    def used(self, action: Action, *, batch: bool) -> list[tuple[int, int, bool]]:
        return [
            (at_ms, len(request), request[0].priority in URGENT)
            for at_ms, request in self.sent
            if action_of(request[0]) is action and (len(request) > 1) is batch
        ]


commands = st.builds(
    lambda make, number, priority: make(number, priority),
    st.sampled_from([a_place, an_amendment, a_cancel]),
    st.integers(1, 12),
    st.sampled_from(Priority),
)
steps = st.one_of(
    st.lists(commands, min_size=1, max_size=15),
    st.sampled_from([0, 1, 99, 500, 999, 1000]),
    st.sampled_from(Priority),
)


def run(script: list[list[OrderCommand] | int | Priority]) -> Watched:
    watched = Watched()
    for step in script:
        match step:
            case list():
                for command in step:
                    watched.push(command)
            case Priority():
                watched.drop(step)
            case _:
                watched.now_ms += step
                send_and_look(watched)
    return watched


def send_and_look(watched: Watched) -> None:
    """Send what may leave, and look at what stays."""
    requests = watched.send()
    for request in requests:
        assert len({action_of(command) for command in request}) == 1
        assert len({command.priority in URGENT for command in request}) == 1
        assert len({command.order_link_id for command in request}) == len(request) <= 10
        assert [command.priority for command in request] == sorted(c.priority for c in request)
    assert watched.queue.waiting == len(watched.waiting)
    for head in watched.heads():
        behind = [(at_ms, units) for at_ms, units, _ in watched.used(action_of(head), batch=False)]
        used = sum(units for at_ms, units in behind if at_ms > watched.now_ms - SPAN_MS)
        assert used >= (LIMIT if head.priority in URGENT else LIMIT - KEPT), f"{head} could have left"


@given(script=st.lists(steps, max_size=25))
def test_whatever_comes_leaves_once_in_order_and_as_soon_as_it_may(
    script: list[list[OrderCommand] | int | Priority],
) -> None:
    watched = run(script)
    for _ in range(100):
        if not watched.waiting:
            break
        watched.now_ms += SPAN_MS
        send_and_look(watched)
    assert watched.queue.waiting == 0
    assert watched.queue.next_ms is None


@given(script=st.lists(steps, max_size=25))
def test_no_bucket_is_overdrawn_in_any_second_and_a_fifth_is_kept(
    script: list[list[OrderCommand] | int | Priority],
) -> None:
    watched = run(script)
    for action in Action:
        for batch in (False, True):
            used = watched.used(action, batch=batch)
            for last, (now_ms, _, urgent) in enumerate(used):
                window = sum(units for at_ms, units, _ in used[: last + 1] if at_ms > now_ms - SPAN_MS)
                assert window <= (LIMIT if urgent else LIMIT - KEPT)


@given(script=st.lists(steps, max_size=25))
def test_the_next_time_is_the_first_at_which_something_leaves(
    script: list[list[OrderCommand] | int | Priority],
) -> None:
    watched = run(script)
    watched.send()
    due_ms = watched.queue.next_ms
    assert (due_ms is None) == (not watched.waiting)
    if due_ms is not None:
        assert due_ms > watched.now_ms
        assert deepcopy(watched.queue).ready(due_ms - 1) == []
        assert deepcopy(watched.queue).ready(due_ms) != []


@given(priorities=st.lists(st.sampled_from(Priority), min_size=1, max_size=40))
def test_within_a_priority_it_is_first_come_first_served(priorities: list[Priority]) -> None:
    watched = Watched()
    for number, priority in enumerate(priorities, 1):
        watched.push(a_place(number, priority))
    left: list[OrderCommand] = []
    while watched.waiting:
        left += [command for request in watched.send() for command in request]
        watched.now_ms += 1
    for priority in Priority:
        names = [command.order_link_id for command in left if command.priority is priority]
        assert names == sorted(names)


def test_more_than_one_leaves_as_a_batch_and_one_alone_as_a_single() -> None:
    watched = Watched()
    watched.push(a_place(1))
    watched.push(a_cancel(2))
    watched.push(a_cancel(3))
    assert [len(request) for request in watched.send()] == [2, 1]


def test_single_requests_go_on_where_the_batch_bucket_is_empty() -> None:
    watched = Watched()
    for number in range(1, 20):
        watched.push(a_place(number))
    assert [len(request) for request in watched.send()] == [8, 1, 1, 1, 1, 1, 1, 1, 1]
    assert watched.queue.waiting == 3
    assert watched.queue.next_ms == SPAN_MS


def test_a_take_profit_passes_a_queue_of_entries_at_once() -> None:
    watched = Watched()
    for number in range(1, 31):
        watched.push(a_place(number))
    watched.send()
    close = a_place(99, Priority.CLOSE)
    watched.push(close)
    assert watched.send() == [[close]]


def test_a_cancel_stays_behind_the_place_of_its_order() -> None:
    watched = Watched()
    watched.push(a_place(1, Priority.RECALCULATE))
    watched.push(a_cancel(1))
    assert watched.send() == [[a_place(1, Priority.RECALCULATE)], [a_cancel(1)]]


def test_a_newer_amendment_takes_the_place_of_a_waiting_one() -> None:
    queue = TrafficQueue()
    assert queue.push(an_amendment(1, qty=5), 0) is None
    assert queue.push(an_amendment(1, qty=7), 10) == an_amendment(1, qty=5)
    assert queue.longest_wait_ms(30) == 30
    assert queue.ready(30) == [[an_amendment(1, qty=7)]]


def test_an_amendment_behind_a_cancel_replaces_nothing_before_it() -> None:
    queue = TrafficQueue()
    for command in (an_amendment(1, qty=5), a_cancel(1), an_amendment(1, qty=7)):
        assert queue.push(command, 0) is None
    assert queue.ready(0) == [[an_amendment(1, qty=5)], [a_cancel(1)], [an_amendment(1, qty=7)]]


def test_a_stop_takes_the_waiting_entries_out_and_leaves_the_rest() -> None:
    queue = TrafficQueue()
    for command in (a_place(1), a_cancel(2), a_place(3, Priority.REOPEN)):
        queue.push(command, 0)
    dropped = queue.drop(lambda command: isinstance(command, PlaceOrder))
    assert dropped == [a_place(3, Priority.REOPEN), a_place(1)]
    assert queue.ready(0) == [[a_cancel(2)]]


def test_a_bucket_that_the_exchange_calls_empty_rests_until_it_says() -> None:
    queue = TrafficQueue(LIMIT, SPAN_MS)
    queue.push(a_place(1), 5_000)
    queue.learn(0, 5_700, Action.PLACE)
    assert queue.ready(5_699) == []
    assert queue.next_ms == 5_700
    queue.push(a_cancel(2), 5_699)
    assert queue.ready(5_699) == [[a_cancel(2)]]
    assert queue.ready(5_700) == [[a_place(1)]]


def test_an_empty_bucket_without_a_name_rests_them_all() -> None:
    queue = TrafficQueue(LIMIT, SPAN_MS)
    queue.push(a_place(1), 5_000)
    queue.push(a_cancel(2), 5_000)
    queue.learn(3, 5_700)
    queue.learn(0, 5_700)
    assert queue.next_ms == 5_700
    assert queue.ready(5_699) == []
    assert [len(request) for request in queue.ready(5_700)] == [1, 1]


def test_units_that_another_user_took_count_from_when_they_were_told() -> None:
    queue = TrafficQueue(LIMIT, SPAN_MS)
    queue.ready(5_000)
    queue.learn(4, 4_600, Action.PLACE)
    for number in range(1, 6):
        queue.push(a_place(number, Priority.CLOSE), 5_000)
    queue.learn(0, 4_600, Action.PLACE, batch=True)
    assert [len(request) for request in queue.ready(5_000)] == [1, 1, 1, 1]
    assert queue.next_ms == 5_600


def test_what_was_told_long_ago_counts_no_more() -> None:
    budget = RollingBudget(LIMIT, SPAN_MS)
    budget.told(0, 1_000, 2_000)
    assert budget.left(2_000) == LIMIT


def test_a_reply_that_knows_of_fewer_requests_than_we_do_frees_nothing() -> None:
    budget = RollingBudget(LIMIT, SPAN_MS)
    budget.take(8, 1_000)
    budget.told(9, 1_010, 1_020)
    assert budget.left(1_020) == 2


def test_a_clock_a_little_ahead_of_the_exchanges_counts_no_request_twice() -> None:
    budget = RollingBudget(LIMIT, SPAN_MS)
    for number in range(1, 5):
        budget.take(1, 5_000 + number)
    for number in range(1, 5):  # the exchange's stamps are 10 ms behind ours
        budget.told(LIMIT - number, 4_990 + number, 5_010)
    assert budget.left(5_010) == LIMIT - 4


def test_a_bucket_that_holds_no_two_requests_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 requests a second"):
        TrafficQueue(1)

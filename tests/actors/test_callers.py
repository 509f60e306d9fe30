"""The callers: calls go out one after another, and look-ups by the hundred keep to the exchange's limits."""

from __future__ import annotations

from actors.callers import CallerActor, Due
from actors.mail import Call, Called, ClockDoubted
from exchange.errors import Retryable
from messages.orders import OrdersAnswered, SendOrders
from messages.requests import Answer, LookUpOrder, ReadServerTime, Request
from tests.actors.stage import StageWorld

#: A look-up makes up to eight requests; an address may make 600 in 5 s.
REQUESTS_A_LOOK, MOST, WITHIN_MS = 8, 600, 5_000


class CountingRest:
    """Refuses everything, and remembers when it was asked."""

    def __init__(self, world: StageWorld, code: int = 10006) -> None:
        self._world, self._code = world, code
        self.asked_ms: list[int] = []

    def call(self, request: Request) -> Answer:
        """Refuse."""
        self.asked_ms.append(self._world.hands.ms)
        raise Retryable("later", code=self._code)

    def send(self, orders: SendOrders) -> OrdersAnswered:
        """Not here."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing to release."""


def look_up(number: int) -> Call:
    request = LookUpOrder(symbol="SOLUSDT", order_link_id=f"001LE{number:02d}-SOLUSDT-001001")
    return Call(request=request, reply_to="001/grid/SOLUSDT")


def run_timers(world: StageWorld, actor: CallerActor) -> None:
    """Let everything that was put off become due, in its order."""
    while world.later.asked:
        world.later.asked.sort(key=lambda entry: entry[0])
        due_ms, _, message = world.later.asked.pop(0)
        world.hands.ms = max(world.hands.ms, due_ms)
        actor.receive(message)


def test_a_few_look_ups_leave_at_once() -> None:
    world = StageWorld()
    rest = CountingRest(world)
    actor = CallerActor("001/rest/looks", world, rest)
    for number in range(10):
        actor.receive(look_up(number))
    assert len(rest.asked_ms) == 10
    assert not world.later.asked


def test_a_hundred_look_ups_are_all_made_and_never_too_many_at_a_time() -> None:
    world = StageWorld()
    rest = CountingRest(world)
    actor = CallerActor("001/rest/looks", world, rest)
    for number in range(100):
        actor.receive(look_up(number))
    assert all(isinstance(message, Due) for _, _, message in world.later.asked)
    run_timers(world, actor)
    assert len(world.stage.of(Called)) == len(rest.asked_ms) == 100
    for begin_ms in rest.asked_ms:
        within = [ms for ms in rest.asked_ms if begin_ms <= ms < begin_ms + WITHIN_MS]
        assert len(within) * REQUESTS_A_LOOK <= MOST


def test_other_calls_never_wait_behind_look_ups() -> None:
    world = StageWorld()
    rest = CountingRest(world)
    actor = CallerActor("001/rest/looks", world, rest)
    for number in range(50):
        actor.receive(look_up(number))
    asked = len(rest.asked_ms)
    actor.receive(Call(request=ReadServerTime(), reply_to="001/reconciler"))
    assert len(rest.asked_ms) == asked + 1


def test_a_refused_stamp_is_told_to_the_reconciler_which_knows_of_its_own() -> None:
    world = StageWorld()
    CallerActor("001/rest/looks", world, CountingRest(world)).receive(look_up(1))
    stale = CountingRest(world, code=10002)
    CallerActor("001/rest/reads", world, stale).receive(
        Call(request=ReadServerTime(), reply_to="001/reconciler")
    )
    assert not world.stage.of(ClockDoubted)
    CallerActor("001/rest/looks", world, stale).receive(look_up(2))
    assert world.stage.to("001/reconciler")[-1] == ClockDoubted()

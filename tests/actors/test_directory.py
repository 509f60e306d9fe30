"""The directory, the shell's death, timers and callers."""

from __future__ import annotations

import queue
import threading

import pykka
import pytest

from actors.callers import CallerActor
from actors.directory import Directory
from actors.mail import ActorDied, Call, Called
from actors.shell import Shell, World
from actors.supervisor import SupervisorActor
from actors.timers import ThreadTimers
from exchange.clock import SystemClock
from exchange.errors import OutcomeUnknown
from messages.orders import OrdersAnswered, SendOrders
from messages.requests import Answer, ReadServerTime, Request, ServerTime
from state.store.disk import RealDisk
from tests.actors.stage import HandTimers, StageWorld


class Fragile(Shell):
    """Raises what it is sent."""

    def receive(self, message: object) -> None:
        """Raise it."""
        if isinstance(message, BaseException):
            raise message


class Session:
    """A REST port that answers the time, or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails

    def call(self, request: Request) -> Answer:
        """The time, or no answer."""
        if self.fails:
            raise OutcomeUnknown("timed out")
        return ServerTime(server_ms=5)

    def send(self, orders: SendOrders) -> OrdersAnswered:
        """Accept nothing."""
        return OrdersAnswered(request_id=orders.request_id, answers=())

    def close(self) -> None:
        """Nothing to release."""


def started(kind: type[Fragile], outbox: queue.SimpleQueue[object]) -> pykka.ActorRef[Fragile]:
    """A running actor under a running supervisor that tells ``outbox`` of deaths."""
    directory = Directory()
    world = World(directory, SystemClock(), HandTimers(), RealDisk())
    directory.register("supervisor", SupervisorActor.start(world, outbox))
    ref = kind.start("001/fragile", world)
    directory.register("001/fragile", ref)
    return ref


@pytest.fixture(autouse=True)
def nobody_is_left() -> object:
    """Stop what a test started, and nothing else: an actor that hung on purpose elsewhere may hang still."""
    before = {ref.actor_urn for ref in pykka.ActorRegistry.get_all()}
    yield
    for ref in pykka.ActorRegistry.get_all():
        if ref.actor_urn not in before:
            ref.stop(timeout=30)


def test_a_message_to_nobody_is_dropped_and_counted() -> None:
    directory = Directory()
    directory.send("001/grid/NOUSDT", "hello")
    assert directory.undelivered == 1


def test_an_actor_that_raises_is_reported_with_its_address() -> None:
    outbox: queue.SimpleQueue[object] = queue.SimpleQueue()
    started(Fragile, outbox).tell(ValueError("broken"))
    assert outbox.get(timeout=10) == ActorDied(address="001/fragile", error="ValueError: broken")


def test_a_system_exit_in_one_actor_leaves_the_others_running() -> None:
    outbox: queue.SimpleQueue[object] = queue.SimpleQueue()
    ref = started(Fragile, outbox)
    other = Fragile.start("other", World(Directory(), SystemClock(), HandTimers(), RealDisk()))
    ref.tell(SystemExit(3))
    died = outbox.get(timeout=10)
    assert isinstance(died, ActorDied)
    assert "SystemExit" in died.error
    assert other.is_alive()


def test_a_call_is_answered_to_whoever_asked() -> None:
    world = StageWorld()
    caller = CallerActor("001/rest/reads", world, Session())
    caller.receive(Call(request=ReadServerTime(), reply_to="001/reconciler"))
    answer = world.stage.to("001/reconciler")[0]
    assert isinstance(answer, Called)
    assert answer.answer == ServerTime(server_ms=5)
    assert answer.error is None


def test_a_failed_call_is_answered_with_its_error_and_the_caller_lives_on() -> None:
    world = StageWorld()
    caller = CallerActor("001/rest/reads", world, Session(fails=True))
    caller.receive(Call(request=ReadServerTime(), reply_to="001/reconciler"))
    answer = world.stage.to("001/reconciler")[0]
    assert isinstance(answer, Called)
    assert isinstance(answer.error, OutcomeUnknown)
    assert answer.answer is None


def test_timers_send_in_the_order_of_their_due_times() -> None:
    directory = Directory()
    seen: queue.SimpleQueue[object] = queue.SimpleQueue()

    class Listener(Shell):
        """Passes on what it hears."""

        def receive(self, message: object) -> None:
            """Pass it on."""
            seen.put(message)

    clock = SystemClock()
    timers = ThreadTimers(directory, clock)
    directory.register("listener", Listener.start("listener", World(directory, clock, timers, RealDisk())))
    now = clock.now_ms()
    for wait, word in ((40, "third"), (0, "first"), (20, "second")):
        timers.at(now + wait, "listener", word)
    timers.start()
    try:
        assert [seen.get(timeout=10) for _ in range(3)] == ["first", "second", "third"]
    finally:
        timers.stop()
    assert "timers" not in {thread.name for thread in threading.enumerate()}

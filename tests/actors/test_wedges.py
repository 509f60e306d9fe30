"""Who stands still is noticed: real threads that hang, and a clock moved by hand."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any

import pykka
import pytest

from actors.directory import Directory, cut_off
from actors.mail import Check, Open
from actors.shell import Shell, World
from actors.timers import ThreadTimers
from actors.wedges import Wedged, Wedges
from state.store.disk import RealDisk
from tests.actors.stage import HandClock, HandTimers

DEADLINE_S = 60


class Hanging(Shell):
    """Tells of each message that it begins, and does not end it before it is released."""

    def __init__(self, address: str, world: World) -> None:
        super().__init__(address, world)
        self.begun: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.released = threading.Semaphore(0)

    def receive(self, message: object) -> None:
        """Hang, then speak."""
        self.begun.put(message)
        self.released.acquire(timeout=DEADLINE_S)
        self.send("listener", message)
        self.later(5, message)


class Listener(Shell):
    """Keeps what it hears."""

    def __init__(self, world: World) -> None:
        super().__init__("listener", world)
        self.heard: queue.SimpleQueue[object] = queue.SimpleQueue()

    def receive(self, message: object) -> None:
        """Keep it."""
        self.heard.put(message)


class Broken(Shell):
    """Ends before its first message, of which pykka tells nobody."""

    def on_start(self) -> None:
        """Fail."""
        raise ValueError("broken")


class Scene:
    """Actors with threads, the look-out, and the hand that moves the clock."""

    def __init__(self, *, drawing: bool = False) -> None:
        self.directory, self.clock, self.timers = Directory(), HandClock(), HandTimers()
        self.world = World(self.directory, self.clock, self.timers, RealDisk())
        self.wedges = Wedges(self.directory, self.timers, self.clock, drawing=drawing)

    def start(self, shell: type[Shell], address: str) -> Any:
        """A running actor, itself."""
        ref = shell.start(self.world) if shell is Listener else shell.start(address, self.world)
        self.directory.register(address, ref)
        return ref._actor_weakref()

    def hang(self, address: str, *messages: object) -> Hanging:
        """An actor in the middle of the first of these messages."""
        actor = self.start(Hanging, address)
        for message in messages:
            self.directory.send(address, message)
        actor.begun.get(timeout=DEADLINE_S)
        assert isinstance(actor, Hanging)
        return actor

    def look_for(self, seconds: int) -> tuple[Wedged, ...]:
        """Look once a second, so long; gives what the last look found."""
        found: tuple[Wedged, ...] = ()
        for _ in range(seconds):
            self.clock.ms += 1000
            found = self.wedges.look()
        return found

    def stands_for_s(self, address: str, *, most: int) -> int | None:
        """After how many seconds an actor is first said to stand still."""
        for second in range(1, most + 1):
            if address in [wedged.address for wedged in self.look_for(1)]:
                return second
        return None


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    release(made)


def release(scene: Scene) -> None:
    """Let everything end."""
    for _, ref in scene.directory.residents():
        actor = ref._actor_weakref()
        if isinstance(actor, Hanging):
            actor.released.release(1000)
    pykka.ActorRegistry.stop_all(timeout=DEADLINE_S)


def test_an_actor_stuck_in_a_message_is_told_with_address_depth_since_and_what_it_does(scene: Scene) -> None:
    scene.hang("001/grid/AUSDT", Check(), Open(), Open())
    since_ms = scene.clock.ms + 1000
    assert scene.stands_for_s("001/grid/AUSDT", most=60) == 11
    (found,) = scene.look_for(1)
    expected = Wedged(address="001/grid/AUSDT", depth=2, since_ms=since_ms, doing="Check", ended=False)
    assert found == expected
    words = "stands still in Check since 2025-10-09T08:53:21.000Z, 2 messages wait"
    assert str(found) == f"001/grid/AUSDT {words}"
    assert "in receive\n    self.released.acquire(timeout=DEADLINE_S)" in found.stack


def test_an_actor_stuck_with_an_empty_mailbox_is_told_too(scene: Scene) -> None:
    scene.hang("001/orders", Check())
    assert scene.stands_for_s("001/orders", most=60) == 21


def test_an_idle_actor_never_stands_still(scene: Scene) -> None:
    scene.start(Listener, "listener")
    assert scene.look_for(10_000) == ()


def test_an_actor_that_is_slow_but_moves_does_not_stand_still(scene: Scene) -> None:
    actor = scene.hang("001/grid/AUSDT", *[Check()] * 12)
    for _ in range(11):
        assert scene.look_for(10) == ()
        actor.released.release()
        actor.begun.get(timeout=DEADLINE_S)


def test_an_actor_that_moves_again_is_told_no_more(scene: Scene) -> None:
    actor = scene.hang("001/grid/AUSDT", Check(), Check())
    assert scene.look_for(30) != ()
    actor.released.release()
    actor.begun.get(timeout=DEADLINE_S)
    assert scene.look_for(10) == ()


def test_a_machine_that_stood_still_itself_wedges_nobody(scene: Scene) -> None:
    scene.hang("001/grid/AUSDT", Check())
    for _ in range(4):
        scene.clock.ms += 3_600_000
        assert scene.wedges.look() == ()


def test_a_slow_machine_needs_longer_to_say_that_somebody_stands_still(scene: Scene) -> None:
    scene.hang("001/grid/AUSDT", Check())
    seconds = 0
    while not scene.wedges.look():
        scene.clock.ms += 5000
        seconds += 5
    assert seconds == 255


def test_a_clock_that_is_set_wedges_nobody(scene: Scene) -> None:
    scene.hang("001/grid/AUSDT", Check())
    monotonic_ns = scene.clock.monotonic_ns()
    scene.clock.monotonic_ns = lambda: monotonic_ns  # type: ignore[method-assign]
    assert scene.look_for(10_000) == ()


def test_an_actor_that_ended_without_a_word_is_told_and_may_be_replaced(scene: Scene) -> None:
    broken = scene.start(Broken, "001/keeper")
    assert broken.actor_inbox.left.wait(DEADLINE_S)
    assert scene.stands_for_s("001/keeper", most=60) == 31
    (found,) = scene.look_for(1)
    assert (found.ended, found.replaceable) == (True, True)
    assert "ended without a word" in str(found)


@pytest.mark.parametrize(
    ("address", "message", "seconds", "replaceable"),
    [
        ("001/grid/AUSDT", Check(), 10, True),
        ("001/reconciler", Check(), 10, True),
        ("001/feed", Check(), 20, True),
        ("001/feed", Open(), 120, True),
        ("001/socket", Open(), 120, True),
        ("001/rest/reads", Check(), 300, True),
        ("001/orders", Check(), 20, False),
        ("001/keeper", Check(), 30, False),
        ("001/guard", Check(), 30, False),
        ("supervisor", Check(), 10, False),
        ("feed/public", Check(), 20, False),
        ("feed/public", Open(), 120, False),
        ("watch", Check(), 30, False),
    ],
)
def test_everyone_may_stand_as_long_as_the_table_says(
    scene: Scene, address: str, message: object, seconds: int, replaceable: bool
) -> None:
    scene.hang(address, message)
    assert scene.stands_for_s(address, most=400) == seconds + 1
    (found,) = scene.look_for(1)
    assert found.replaceable is replaceable


def test_a_watch_that_draws_may_stand_as_long_as_a_person_halts_the_terminal() -> None:
    scene = Scene(drawing=True)
    scene.hang("watch", Check())
    assert scene.stands_for_s("watch", most=700) == 601
    release(scene)


def test_timers_that_send_nothing_any_more_are_told() -> None:
    directory, clock = Directory(), HandClock()
    stuck, released = threading.Event(), threading.Event()

    class Deaf(Directory):
        """Lets nobody through."""

        def send(self, address: str, message: object) -> None:
            """Hang."""
            stuck.set()
            released.wait(DEADLINE_S)

    timers = ThreadTimers(Deaf(), clock)
    wedges = Wedges(directory, timers, clock, drawing=False)
    timers.at(clock.ms, "listener", "first")
    timers.at(clock.ms, "listener", "second")
    timers.start()
    try:
        assert stuck.wait(DEADLINE_S)
        found: tuple[Wedged, ...] = ()
        for _ in range(11):
            clock.ms += 1000
            found = wedges.look()
        assert [(wedged.address, wedged.replaceable) for wedged in found] == [("timers", False)]
    finally:
        released.set()
        timers.stop()


def test_what_was_cut_off_says_nothing_and_reads_nothing_though_it_moves_again(scene: Scene) -> None:
    listener = scene.start(Listener, "listener")
    actor = scene.hang("001/rest/orders", "in hand", "queued")
    cut_off(actor.actor_ref)
    actor.actor_ref.stop(block=False)
    actor.released.release(2)
    assert actor.actor_inbox.left.wait(DEADLINE_S)
    assert actor.begun.empty()
    scene.directory.send("listener", "end")
    assert listener.heard.get(timeout=DEADLINE_S) == "end"
    assert scene.timers.asked == []

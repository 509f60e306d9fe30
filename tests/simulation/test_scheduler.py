"""The scheduler: real actors in one thread, their order drawn, time that passes when all is done."""

from __future__ import annotations

import gc
import weakref
from decimal import Decimal
from random import Random

import pytest

from actors.directory import Directory
from actors.shell import Shell, World
from actors.simulation.disk import VirtualDisk
from actors.simulation.machine import MachineClock, VirtualMachine
from actors.simulation.plan import plan_of
from actors.simulation.quiet import quiet
from actors.simulation.scheduler import Scheduler
from actors.simulation.world import SimulatedWorld

START_MS = 1_000_000


class Bench:
    """A machine with a directory, on which tests put actors."""

    def __init__(self, seed: int = 1) -> None:
        self.scheduler = Scheduler(Random(seed), START_MS)
        disk = VirtualDisk(Random(seed), lambda path, content: None)
        self.machine = VirtualMachine(self.scheduler, disk, 0)
        self.directory = Directory()
        self.timers = self.machine.timers(self.directory, self.machine.clock)
        self.timers.start()
        self.world = World(self.directory, self.machine.clock, self.timers, disk)
        self.told: list[tuple[int, str, object]] = []

    def put(self, address: str, naps_ms: int = 0) -> None:
        """An actor that notes what it is told, and sleeps over each message."""
        ref = self.machine.spawn(Noter, address, self, naps_ms)
        self.directory.register(address, ref)


class Noter(Shell):
    """Notes each message with the time at which it was done with it."""

    def __init__(self, address: str, bench: Bench, naps_ms: int) -> None:
        super().__init__(address, bench.world)
        self._bench, self._naps_ms = bench, naps_ms

    def receive(self, message: object) -> None:
        """Sleep, note, pass on."""
        if message == "die":
            raise ValueError("told to")
        if self._naps_ms:
            self._bench.scheduler.sleep(self._naps_ms)
        self._bench.told.append((self._bench.scheduler.now_ms() - START_MS, self.address, message))


def test_a_mailbox_keeps_the_order_of_its_letters() -> None:
    bench = Bench()
    bench.put("a")
    for number in range(20):
        bench.directory.send("a", number)
    bench.scheduler.run_until(START_MS)
    assert [message for _, _, message in bench.told] == list(range(20))


def order_of(seed: int) -> list[str]:
    """In which order ten actors with a letter each are served."""
    bench = Bench(seed)
    for name in "abcdefghij":
        bench.put(name)
    bench.scheduler.run_until(START_MS)
    for name in "abcdefghij":
        bench.directory.send(name, "go")
    bench.scheduler.run_until(START_MS)
    return [address for _, address, _ in bench.told]


def test_one_seed_serves_mailboxes_in_one_order_and_others_in_another() -> None:
    assert order_of(1) == order_of(1)
    assert len({tuple(order_of(seed)) for seed in range(10)}) == 10
    assert sorted(order_of(1)) == list("abcdefghij")


def test_a_blocking_port_holds_up_nobody_but_its_own_mailbox() -> None:
    bench = Bench()
    bench.put("slow", naps_ms=500)
    bench.put("quick")
    for number in (1, 2):
        bench.directory.send("slow", number)
        bench.directory.send("quick", number)
    bench.scheduler.run_until(START_MS + 2_000)
    assert bench.told == [(0, "quick", 1), (0, "quick", 2), (500, "slow", 1), (1_000, "slow", 2)]


def test_a_letter_that_comes_during_a_sleep_does_not_wake_the_sleeper() -> None:
    bench = Bench()
    bench.put("slow", naps_ms=500)
    bench.directory.send("slow", 1)
    bench.scheduler.run_until(START_MS + 100)
    bench.directory.send("slow", 2)
    bench.scheduler.run_until(START_MS + 2_000)
    assert bench.told == [(500, "slow", 1), (1_000, "slow", 2)]


def test_a_dead_actor_takes_no_letters_and_tells_the_supervisor() -> None:
    bench = Bench()
    bench.put("a")
    bench.put("supervisor")
    bench.directory.send("a", "die")
    bench.directory.send("a", "anybody there?")
    bench.scheduler.run_until(START_MS)
    ((_, address, message),) = bench.told
    assert (address, str(message)) == ("supervisor", "ActorDied(address='a', error='ValueError: told to')")


def test_nobody_of_a_killed_process_says_anything_any_more() -> None:
    bench = Bench()
    bench.put("asleep", naps_ms=500)
    bench.put("idle")
    bench.directory.send("asleep", 1)
    bench.world.timers.at(START_MS + 700, "idle", "late")
    bench.scheduler.run_until(START_MS + 100)
    bench.scheduler.end(bench.machine)
    bench.directory.send("idle", 2)
    bench.scheduler.run_until(START_MS + 2_000)
    assert bench.told == []


@pytest.mark.parametrize(("step_ms", "stands_ms"), [(0, 0), (3_600_000, 0), (-3_600_000, 0), (0, 5_000)])
def test_timers_count_the_time_that_passes_whatever_the_clock_shows(step_ms: int, stands_ms: int) -> None:
    bench = Bench()
    bench.put("a")
    clock = bench.machine.clock
    assert isinstance(clock, MachineClock)
    bench.world.timers.after(10_000, "a", "due")
    bench.scheduler.run_until(START_MS + 1_000)
    clock.ahead_ms += step_ms
    clock.stand_still(stands_ms)
    bench.scheduler.run_until(START_MS + 30_000)
    ((at_ms, _, _),) = bench.told
    assert 10_000 + stands_ms <= at_ms <= 11_000 + stands_ms


def test_clocks_that_stand_still_go_on_later_and_never_go_back() -> None:
    bench = Bench()
    clock, began_ns = bench.machine.clock, bench.machine.clock.monotonic_ns()
    assert isinstance(clock, MachineClock)
    clock.ahead_ms = 7
    bench.scheduler.run_until(START_MS + 1_000)
    clock.stand_still(500)
    shown: list[int] = []
    for at_ms in (1_000, 1_200, 1_500, 1_900):
        bench.scheduler.run_until(START_MS + at_ms)
        shown.append((clock.monotonic_ns() - began_ns) // 1_000_000)
        assert clock.now_ms() == START_MS + shown[-1] + 7
    assert shown == [1_000, 1_000, 1_000, 1_400]


def test_the_main_thread_waits_no_longer_than_it_says() -> None:
    bench = Bench()
    got: list[tuple[int, object]] = []

    def main() -> None:
        for timeout in (1.0, None):
            try:
                got.append((bench.scheduler.now_ms() - START_MS, bench.machine.outbox.get(timeout=timeout)))
            except Exception as error:  # noqa: BLE001  # which one is what the test asks
                got.append((bench.scheduler.now_ms() - START_MS, type(error).__name__))

    bench.scheduler.settle(bench.machine.outbox.resident, main, "main", bench.machine)
    bench.scheduler.run_until(START_MS + 5_000)
    bench.machine.outbox.put("hello")
    bench.scheduler.run_until(START_MS + 5_000)
    assert got == [(1_000, "Empty"), (1_000, "hello")]


def test_a_world_that_has_ended_leaves_nothing_behind() -> None:
    with quiet():
        seen = weakref.ref(ended_world())
    gc.collect()
    assert seen() is None


def ended_world() -> SimulatedWorld:
    """A world that has lived for a minute."""
    world = SimulatedWorld(plan_of(5, Decimal("0.1")))
    world.begin()
    world.run_until(60_000)
    world.end()
    return world

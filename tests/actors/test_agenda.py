"""What is to be sent later: a while lasts as long as it was meant to, a time is never early."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actors.agenda import Agenda
from exchange.clock import ExchangeClock, steady_ms
from tests.actors.stage import HandClock

WAITS = st.integers(0, 50)
#: What is asked for, how much the exchange's clock is found to be ahead, and how long the next look takes.
LIVES = st.lists(st.tuples(st.sampled_from(("at", "after")), WAITS, st.integers(-40, 40), st.integers(0, 30)))


class Diary:
    """An agenda that is looked at, with what it was asked for and when it gave it."""

    def __init__(self) -> None:
        self.machine = HandClock()
        self.clock = ExchangeClock(self.machine)
        self.agenda = Agenda(self.clock)
        self.asked: list[tuple[str, int]] = []
        """How, and when it is due: by the exchange's clock or by the one that never steps."""
        self.given: dict[int, tuple[int, int]] = {}
        """When by either clock."""

    def ask(self, how: str, wait_ms: int) -> None:
        """For a message, which is the number of its asking."""
        number = len(self.asked)
        if how == "at":
            self.asked.append((how, self.clock.now_ms() + wait_ms))
            self.agenda.at(self.clock.now_ms() + wait_ms, "a", number)
        else:
            self.asked.append((how, steady_ms(self.clock) + wait_ms))
            self.agenda.after(wait_ms, "a", number)

    def look(self) -> None:
        """Take what is due."""
        while (due := self.agenda.take()) is not None:
            assert isinstance(due.message, int)
            assert due.message not in self.given
            self.given[due.message] = self.clock.now_ms(), steady_ms(self.clock)

    def live(self, ms: int) -> None:
        """Time passes; somebody looks at each millisecond."""
        for _ in range(ms):
            self.machine.ms += 1
            self.look()


@given(LIVES)
def test_a_while_is_exact_and_a_time_never_early_however_the_clock_is_moved(
    lives: list[tuple[str, int, int, int]],
) -> None:
    diary = Diary()
    for how, wait_ms, move_ms, passing_ms in lives:
        diary.ask(how, wait_ms)
        diary.look()
        diary.clock.ahead_ms += move_ms
        diary.live(passing_ms)
    diary.live(50 + 40 * len(lives))
    assert diary.given.keys() == set(range(len(diary.asked)))
    for number, (how, due_ms) in enumerate(diary.asked):
        now_ms, passed_ms = diary.given[number]
        assert passed_ms == due_ms if how == "after" else now_ms >= due_ms


@given(LIVES)
def test_without_a_move_everything_comes_at_its_time_in_the_order_of_times(
    lives: list[tuple[str, int, int, int]],
) -> None:
    diary = Diary()
    for how, wait_ms, _, passing_ms in lives:
        diary.ask(how, wait_ms)
        diary.look()
        diary.live(passing_ms)
    diary.live(50)
    when = [diary.given[number][how == "after"] for number, (how, _) in enumerate(diary.asked)]
    assert when == [due_ms for _, due_ms in diary.asked]


def test_what_is_forgotten_is_never_given() -> None:
    clock = HandClock()
    agenda = Agenda(clock)
    for address in ("001/grid", "0012/grid", "001/orders", "002/grid"):
        agenda.after(5, address, "x")
    agenda.forget("001/")
    clock.ms += 5
    assert [due.address for due in iter(agenda.take, None)] == ["0012/grid", "002/grid"]
    assert agenda.left_ms() is None


def test_who_asks_hears_whether_anything_comes_sooner() -> None:
    clock = HandClock()
    agenda = Agenda(clock)
    assert agenda.after(10, "a", 1)
    assert not agenda.after(20, "a", 2)
    assert agenda.at(clock.now_ms() + 5, "a", 3)
    clock.ms += 12
    assert [(due.message, due.late_ms) for due in iter(agenda.take, None)] == [(3, 7), (1, 2)]
    assert agenda.left_ms() == 8

"""The exchange's clock: read over a connection that takes its time, then carried on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actors.start import exchange_ahead_ms
from exchange.clock import ExchangeClock
from messages.requests import Request, ServerTime
from tests.actors.stage import HandClock


class SlowExchange:
    """Answers with its own time in the middle of each read's way."""

    def __init__(self, clock: HandClock, ahead_ms: int, ways: list[tuple[int, int]]) -> None:
        self._clock, self._ahead_ms, self._ways = clock, ahead_ms, iter(ways)

    def call(self, request: Request) -> ServerTime:
        there, back = next(self._ways)
        self._clock.ms += there
        answer = ServerTime(server_ms=self._clock.ms + self._ahead_ms)
        self._clock.ms += back
        return answer


WAYS = st.tuples(st.integers(0, 2_000), st.integers(0, 2_000))


@given(st.integers(-5_000, 5_000), st.lists(WAYS, min_size=3, max_size=3))
def test_the_offset_is_off_by_at_most_half_the_quickest_read(
    ahead_ms: int, ways: list[tuple[int, int]]
) -> None:
    clock = HandClock()
    found = exchange_ahead_ms(SlowExchange(clock, ahead_ms, ways), clock)  # type: ignore[arg-type]  # call is all
    assert abs(found - ahead_ms) <= min(there + back for there, back in ways) / 2 + 1


def test_the_slow_first_connection_does_not_put_our_clock_ahead() -> None:
    clock = HandClock()
    exchange = SlowExchange(clock, 40, [(300, 1), (1, 1), (2, 2)])
    assert exchange_ahead_ms(exchange, clock) == 40  # type: ignore[arg-type]  # call is all that is used


class SetClock:
    """A machine whose clock somebody sets; its monotonic clock began long ago."""

    def __init__(self) -> None:
        self.wall_ms, self.passed_ms = 1_760_000_000_000, 86_400_000

    def now_ms(self) -> int:
        return self.wall_ms

    def monotonic_ns(self) -> int:
        return self.passed_ms * 1_000_000

    def live(self, ms: int, set_by_ms: int) -> None:
        self.passed_ms += ms
        self.wall_ms += ms + set_by_ms


STEPS = st.integers(-10_000_000, 10_000_000)


@given(STEPS, st.lists(st.tuples(st.integers(0, 100_000), STEPS)))
def test_the_exchanges_clock_goes_on_evenly_however_the_machines_is_set(
    ahead_ms: int, lives: list[tuple[int, int]]
) -> None:
    machine = SetClock()
    clock = ExchangeClock(machine)
    assert (clock.now_ms(), clock.offset_ms) == (machine.wall_ms, 0)
    clock.ahead_ms += ahead_ms
    began_ms = clock.now_ms()
    for ms, set_by_ms in lives:
        machine.live(ms, set_by_ms)
    assert clock.now_ms() == began_ms + sum(ms for ms, _ in lives)
    assert clock.offset_ms == ahead_ms - sum(set_by_ms for _, set_by_ms in lives)

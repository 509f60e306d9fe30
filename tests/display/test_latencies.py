"""Percentiles are ranks of real measurements, and memory is bounded."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from actors.display.latencies import KEPT, NO_LATENCIES, Latencies, merged

samples = st.lists(st.decimals(0, 100_000, places=3), min_size=1, max_size=60)


def of(measured: list[Decimal]) -> Latencies:
    found = NO_LATENCIES
    for milliseconds in measured:
        found = found.with_one(milliseconds)
    return found


@given(samples, st.integers(1, 100))
def test_a_percentile_is_the_smallest_sample_with_so_many_at_or_below(
    measured: list[Decimal], percent: int
) -> None:
    value = of(measured).percentile(percent)
    assert value is not None
    reach = [s for s in sorted(measured) if sum(x <= s for x in measured) * 100 >= percent * len(measured)]
    assert value == reach[0]


@given(samples)
def test_the_hundredth_percentile_is_the_largest(measured: list[Decimal]) -> None:
    assert of(measured).percentile(100) == of(measured).largest == max(measured)


@given(samples, samples)
def test_two_taken_as_one_are_all_their_samples(first: list[Decimal], second: list[Decimal]) -> None:
    both, together = merged([of(first), of(second)]), of(first + second)
    assert both == together


def test_without_a_measurement_there_is_no_figure() -> None:
    assert NO_LATENCIES.percentile(50) is None
    assert merged([]) == NO_LATENCIES
    assert NO_LATENCIES.with_one(None) is NO_LATENCIES


def test_only_the_newest_samples_are_held_but_the_largest_is_of_all() -> None:
    found = of([Decimal(10**6)] + [Decimal(1)] * (KEPT + 10))
    assert len(found.newest) == KEPT
    assert (found.count, found.largest) == (KEPT + 11, Decimal(10**6))
    assert found.percentile(100) == 1

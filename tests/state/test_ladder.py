"""The ladder's arithmetic: the strategy's worked example to the digit, and what holds for every ladder."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.sides import Side
from state.ladder import (
    entry_cost,
    entry_price,
    fresh_qty,
    nominal_margin,
    nominal_margin_through,
    reference_still_fits,
    take_profit_price,
)
from tests.state.markets import d, doge, example, fees

PRICE = d("0.21000")
prices = st.decimals(d("0.001"), d(100), places=5)
averages = st.decimals(d("0.001"), d(100), places=7)
sides = st.sampled_from(Side)


def tp(side: Side, average: Decimal, percent: Decimal, fee_per_unit: Decimal) -> Decimal:
    return take_profit_price(
        side,
        average=average,
        fee_per_unit=fee_per_unit,
        take_profit_percent=percent,
        maker=fees().maker,
        tick_size=doge().tick_size,
    )


def test_the_worked_example_gives_these_quantities() -> None:
    assert fresh_qty(example(), doge(), 0, PRICE) == 357
    assert fresh_qty(example(), doge(), 1, d("0.20790")) == 721


@pytest.mark.parametrize(("side", "price"), [(Side.LONG, "0.20790"), (Side.SHORT, "0.21210")])
def test_the_worked_example_gives_these_entry_prices(side: Side, price: str) -> None:
    assert entry_price(example(), doge(), side, PRICE, PRICE, 1) == d(price)


@pytest.mark.parametrize(("side", "price"), [(Side.LONG, "0.21226"), (Side.SHORT, "0.20774")])
def test_the_worked_example_gives_these_take_profits(side: Side, price: str) -> None:
    assert tp(side, PRICE, d(1), PRICE * fees().taker) == d(price)


def test_margins_grow_by_the_multiplier_and_sum_up() -> None:
    assert [nominal_margin(example(), n) for n in range(4)] == [1, 2, 4, 8]
    assert [nominal_margin_through(example(), n) for n in (-1, 0, 3)] == [0, 1, 15]


def test_an_entry_costs_its_margin_and_two_fees() -> None:
    assert entry_cost(d(357), PRICE, d(75), fees()) == d("0.9996") + 2 * d("74.97") * d("0.00055")


@given(side=sides, average=prices, percent=st.decimals(d("0.05"), d(50), places=2), fee=st.booleans())
def test_a_take_profit_leaves_its_percentage_after_all_fees(
    side: Side, average: Decimal, percent: Decimal, fee: bool
) -> None:
    fee_per_unit = average * fees().taker if fee else d(0)
    price = tp(side, average, percent, fee_per_unit)
    profit = (price - average) * side.sign - fee_per_unit - price * fees().maker
    assert profit >= average * percent / 100
    one_tick_nearer = price - side.sign * doge().tick_size
    assert (one_tick_nearer - average) * side.sign - fee_per_unit - one_tick_nearer * fees().maker < (
        average * percent / 100
    )


@given(side=sides, base=prices, nearest=averages, steps=st.integers(1, 10))
def test_an_entry_rests_on_a_tick_beyond_the_deepest_fill(
    side: Side, base: Decimal, nearest: Decimal, steps: int
) -> None:
    price = entry_price(example(), doge(), side, base, nearest, steps)
    assert price % doge().tick_size == 0
    assert (nearest - price) * side.sign >= doge().tick_size
    exact = base * (1 - side.sign * d("0.01")) ** steps
    assert (exact - price) * side.sign >= 0


@given(price=prices, level=st.integers(0, 6))
def test_a_fresh_quantity_is_the_largest_step_that_its_margin_buys(price: Decimal, level: int) -> None:
    qty = fresh_qty(example(), doge(), level, price)
    wanted = nominal_margin(example(), level) * 75
    assert qty % doge().qty_step == 0
    assert qty * price <= wanted < (qty + doge().qty_step) * price


@pytest.mark.parametrize(("qty", "fits"), [(357, True), (535, True), (536, False), (239, True), (238, False)])
def test_a_reference_fits_within_one_and_a_half_times_its_notional(qty: int, fits: bool) -> None:
    assert reference_still_fits(example(), doge(), 0, d(qty), PRICE) is fits


def test_a_reference_under_the_minimum_does_not_fit() -> None:
    small = example(initial_margin=d("0.06"))
    assert not reference_still_fits(small, doge(), 0, d(21), PRICE)

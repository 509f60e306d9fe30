"""Whole ladders before trading: each rule refuses what it should, and says what would pass."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.ladder import LadderReport
from messages.market import Instrument
from messages.settings import GridSettings, ReopenSize
from messages.sides import Side
from state.ladder_check import CENT, check_balance, check_ladder
from state.liquidation import liquidation_price
from tests.state.markets import d, doge, example, fees, tier

PRICE = d("0.21000")


def check(
    settings: GridSettings, instrument: Instrument | None = None, equity: Decimal | None = None
) -> LadderReport:
    return check_ladder(settings, instrument or doge(), fees(), PRICE, equity)


def only_problem(report: LadderReport) -> str:
    assert len(report.problems) == 1, report.problems
    assert not report.passes
    return report.problems[0]


def test_the_worked_example_passes_with_its_rows() -> None:
    report = check(example())
    assert report.passes
    assert [row.qty for row in report.rows[:2]] == [357, 721]
    assert (report.rows[1].price_long, report.rows[1].price_short) == (d("0.20790"), d("0.21210"))
    assert [row.margin for row in report.rows] == [1, 2, 4, 8, 16, 32, 64]
    assert report.rows[1].sum_notional == d(357) * PRICE + d(721) * d("0.20790")
    assert report.rows[0].liquidation_distance_percent is None


def test_a_margin_under_the_minimum_notional_is_refused_with_the_smallest_that_passes() -> None:
    report = check(example(initial_margin=d("0.06")))
    problem = only_problem(report)
    assert problem.startswith("level 0, minimum notional: LONG's 21 are worth 4.41 USDT, the least is 5")
    assert problem.endswith("the smallest initial_margin that passes is 0.07")
    assert report.smallest_initial_margin == d("0.07")


def test_a_quantity_rounded_to_nothing_is_refused_as_too_small() -> None:
    report = check(example(), doge(min_qty=d(500), qty_step=d(500)))
    assert only_problem(report).startswith("level 0, minimum quantity: LONG gets 0 for a margin of 1 USDT")
    assert report.smallest_initial_margin == d("1.40")


@pytest.mark.parametrize(
    ("rule", "settings", "instrument"),
    [
        ("level 6, maximum quantity:", example(), doge(max_qty=d(20_000))),
        ("level 6, take profit:", example(), doge(max_qty=d(40_000))),
        ("level 0, maximum market quantity:", example(), doge(max_market_qty=d(300))),
        (
            "level 5, maximum market quantity: an opening of levels 0 to 5",
            example(reopen_size=ReopenSize.MARGIN_RATIO),
            doge(max_market_qty=d(20_000)),
        ),
        (
            "level 6, risk tier:",
            example(),
            doge(tiers=(tier(9000, "0.01", 75, 0), tier(90_000, "0.02", 37, 90))),
        ),
    ],
)
def test_what_is_too_large_is_refused_with_the_largest_margin_that_passes(
    rule: str, settings: GridSettings, instrument: Instrument
) -> None:
    report = check(settings, instrument)
    told = [problem for problem in report.problems if problem.startswith(rule)]
    assert told, report.problems
    largest = report.largest_initial_margin
    assert largest is not None
    assert told[0].endswith(f"the largest initial_margin that passes is {largest}")


def test_shallow_openings_may_be_larger_than_the_market_maximum_in_sum() -> None:
    narrow = doge(max_market_qty=d(2000))
    assert check(example(), narrow).passes
    assert check(example(reopen_size=ReopenSize.MINUS_TWO, max_levels=4), narrow).passes
    assert not check(example(reopen_size=ReopenSize.MINUS_TWO, max_levels=5), narrow).passes


@pytest.mark.parametrize(
    ("rule", "settings", "instrument"),
    [
        ("trading:", example(), doge(trading=False)),
        ("leverage: 75 isn't within 1 to 50", example(), doge(max_leverage=d(50))),
        ("leverage: the exchange's risk limits aren't known", example(), doge(tiers=())),
        ("level 3, price: LONG's", example(), doge(min_price=d("0.205"))),
        ("level 2, price: SHORT's", example(), doge(max_price=d("0.213"))),
        (
            "open orders: 599 entries",
            example(max_levels=600, multiplier=d(1), grid_step_percent=d("0.1")),
            doge(),
        ),
        ("fees: to open and close takes 8.25 %", example(balance_buffer_percent=d(8)), doge()),
    ],
)
def test_what_no_margin_heals_is_said_so(rule: str, settings: GridSettings, instrument: Instrument) -> None:
    report = check(settings, instrument)
    told = [problem for problem in report.problems if problem.startswith(rule)]
    assert told, report.problems
    assert told[0].endswith("no initial_margin passes")
    assert report.smallest_initial_margin is None
    assert report.largest_initial_margin is None


def test_a_ladder_between_two_rules_that_exclude_each_other_passes_with_no_margin() -> None:
    report = check(example(initial_margin=d("0.06")), doge(max_qty=d(1000)))
    assert {problem.rpartition("; ")[2] for problem in report.problems} == {"no initial_margin passes"}


def test_prices_that_run_out_are_a_problem_and_not_a_crash() -> None:
    report = check(example(max_levels=50, grid_step_percent=d(20), multiplier=d(1)))
    assert report.problems[0].startswith("level 38, price: SHORT's 214.35461 is outside 0.00001 to 200")
    assert len(report.rows) < 50


@given(
    margin=st.integers(1, 1_000_000).map(lambda cents: cents * CENT),
    multiplier=st.sampled_from([d(1), d("1.5"), d(3)]),
    levels=st.integers(1, 8),
    leverage=st.integers(1, 75).map(Decimal),
    step=st.sampled_from([d(1), d(100), d(1000)]),
    most=st.sampled_from([d(500), d(100_000), d(45_000_000)]),
    price=st.decimals(d("0.0105"), d(3), places=5),
)
def test_exactly_the_margins_between_the_two_that_are_named_pass(
    margin: Decimal,
    multiplier: Decimal,
    levels: int,
    leverage: Decimal,
    step: Decimal,
    most: Decimal,
    price: Decimal,
) -> None:
    instrument = doge(qty_step=step, min_qty=step, max_qty=most, max_market_qty=most)
    settings = example(initial_margin=margin, multiplier=multiplier, max_levels=levels, leverage=leverage)

    def passes(amount: Decimal) -> bool:
        return check_ladder(replace(settings, initial_margin=amount), instrument, fees(), price).passes

    report = check_ladder(settings, instrument, fees(), price)
    low, high = report.smallest_initial_margin, report.largest_initial_margin
    if low is None or high is None:
        assert not report.passes
        return
    assert report.passes == (low <= margin <= high)
    assert passes(low)
    assert passes(high)
    assert low == CENT or not passes(low - CENT)
    assert high == 1_000_000 or not passes(high + CENT)


def test_rounding_that_takes_over_a_tenth_of_a_level_is_warned_of() -> None:
    warnings = check(example(), doge(qty_step=d(100), min_qty=d(100))).warnings
    assert any(
        warning.startswith("level 0: rounding to the quantity step takes 16.0 %") for warning in warnings
    )
    assert not any(warning.startswith("level 1:") for warning in warnings)


@pytest.mark.parametrize(("percent", "warned"), [("1", True), ("0.5", False), ("0.7", False), ("0.75", True)])
def test_a_take_profit_near_a_step_of_the_grid_is_warned_of(percent: str, warned: bool) -> None:
    warnings = check(example(take_profit_percent=d(percent))).warnings
    assert any("fill nearly together" in warning for warning in warnings) is warned


def test_the_distance_to_liquidation_shrinks_with_the_equity() -> None:
    rich, poor = (check(example(), equity=d(equity)) for equity in (400, 150))
    for far, near in zip(rich.rows[3:], poor.rows[3:], strict=True):
        assert far.liquidation_distance_percent is not None
        assert near.liquidation_distance_percent is not None
        assert far.liquidation_distance_percent > near.liquidation_distance_percent


def test_a_level_beyond_the_liquidation_is_warned_of() -> None:
    report = check(example(), equity=d(10))
    assert report.rows[6].liquidation_distance_percent == 0
    assert "level 6: a side alone is liquidated before the price gets there" in report.warnings


@given(
    side=st.sampled_from(Side),
    qty=st.integers(1, 3_000_000).map(Decimal),
    equity=st.integers(1, 100_000).map(Decimal),
)
def test_at_the_liquidation_price_the_maintenance_margin_is_all_that_is_left(
    side: Side, qty: Decimal, equity: Decimal
) -> None:
    cost = qty * PRICE
    price = liquidation_price(doge(), fees(), side, qty=qty, cost=cost, equity=equity)
    if price is None:
        assert side is Side.LONG or qty * PRICE + equity > 590_000
        return
    value = qty * price
    left = equity - cost * fees().taker + (value - cost) * side.sign
    row = next(row for row in doge().tiers if value <= row.limit_usdt)
    maintenance = value * (row.maintenance_rate + fees().taker) - row.deduction_usdt
    assert abs(left - maintenance) < d("1e-15")


def test_equity_that_carries_all_ladders_is_enough() -> None:
    assert check_balance([example()], d(127) * 2 * d("1.15")) is None
    assert check_balance([], d(0)) is None


def test_too_little_equity_is_refused_with_the_margins_that_pass() -> None:
    ladders = [example(), example(symbol="SOLUSDT", initial_margin=d(2), balance_buffer_percent=d(20))]
    problem = check_balance(ladders, d(400))
    assert problem is not None
    assert "need 901.70 USDT with their buffers (DOGEUSDT 292.10, SOLUSDT 609.60)" in problem
    assert problem.endswith("passes is 0.44 for DOGEUSDT, 0.88 for SOLUSDT")
    fitting = [replace(ladders[0], initial_margin=d("0.44")), replace(ladders[1], initial_margin=d("0.88"))]
    assert check_balance(fitting, d(400)) is None


def test_no_equity_is_refused_without_a_margin() -> None:
    problem = check_balance([example()], d(-3))
    assert problem is not None
    assert problem.endswith("none in whole cents")


@pytest.mark.parametrize("price", ["0", "-1"])
def test_a_price_that_is_none_is_refused(price: str) -> None:
    with pytest.raises(ValueError, match="a price above 0 expected"):
        check_ladder(example(), doge(), fees(), d(price))


def test_arguments_of_different_symbols_are_refused() -> None:
    with pytest.raises(ValueError, match="one symbol expected"):
        check_ladder(example(), doge(), fees("SOLUSDT"), PRICE)

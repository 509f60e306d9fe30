"""``check`` shows the ladder, what is wrong with it, and what would pass."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from actors.display.ladder_table import ladder_table, verdict
from messages.ladder import LadderReport, LadderRow
from tests.display.pictures import lines_of

D = Decimal
ROWS = tuple(
    LadderRow(
        level=n,
        margin=D(5) * D("1.5") ** n,
        qty=D("0.30"),
        notional=D("43.569"),
        price_long=D("145.230") - n,
        price_short=D("145.230") + n,
        sum_notional=D("43.569") * (n + 1),
        liquidation_distance_percent=D("40.123") - 6 * n if n else None,
    )
    for n in range(7)
)
PASSED = LadderReport(
    symbol="SOLUSDT", price=D("145.23"), rows=ROWS, problems=(), warnings=(), smallest_initial_margin=None
)
REFUSED = replace(
    PASSED,
    problems=("level 0: its notional of 4.20 USDT is under the minimum of 5 USDT",),
    warnings=("level 0: rounding takes 12 % of its quantity",),
    smallest_initial_margin=D("0.60"),
)


def test_every_level_is_a_row_in_eighty_columns() -> None:
    lines = lines_of(ladder_table(PASSED), width=80)
    assert lines[0] == "SOLUSDT at 145.23, amounts in USDT"
    assert lines[3].split() == ["1", "7.50", "0.3", "43.57", "144.230", "146.230", "87.14", "34.1", "%"]
    assert lines[2].split()[-1] == "-"
    assert len(lines) == 2 + len(ROWS)
    assert not any("…" in line for line in lines)


def test_a_refused_ladder_names_the_rule_and_the_margin_that_passes() -> None:
    assert lines_of(ladder_table(REFUSED))[-3:] == [
        "warning: level 0: rounding takes 12 % of its quantity",
        "problem: level 0: its notional of 4.20 USDT is under the minimum of 5 USDT",
        "the smallest initial_margin that passes is 0.6",
    ]


def test_a_ladder_that_no_margin_saves_says_so() -> None:
    hopeless = replace(REFUSED, smallest_initial_margin=None)
    assert lines_of(ladder_table(hopeless))[-1] == "no smallest initial_margin would pass"


def test_the_verdict_is_yes_only_without_any_problem() -> None:
    assert verdict([PASSED]).plain == "Trading could start."
    assert verdict([PASSED, REFUSED]).plain == "Trading can't start: the ladder of SOLUSDT is refused."
    assert verdict([PASSED], ["account 001 is not unified"]).plain == (
        "Trading can't start: account 001 is not unified."
    )

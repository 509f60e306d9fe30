"""The ladder on the page: every level once, with the state that it has and the place where it would stand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from actors.page.ladder import ladder
from messages.reports import LevelReport, PendingReport, SideReport
from messages.settings import GridSettings
from messages.sides import Side
from tests.state.markets import sol
from tests.store.reports import a_side

D = Decimal
SETTINGS = GridSettings(symbol="SOLUSDT", initial_margin=D(5), max_levels=5)
INSTRUMENT = sol()


def averaged(side: Side = Side.LONG, **changes: Any) -> SideReport:
    """Levels 0 and 1 filled, 2 rests."""
    usual: dict[str, Any] = {
        "status": "open",
        "size": D("0.8"),
        "average_entry": D("99.37"),
        "deepest_level": 1,
        "max_levels": 5,
        "filled": (
            LevelReport(level=0, price=D(100), qty=D("0.5"), complete=True),
            LevelReport(level=1, price=D(99), qty=D("0.7"), complete=True),
        ),
        "pending": (PendingReport(level=2, price=D("98.01"), qty=D("1.1")),),
        "base": D(99),
        "settings": SETTINGS,
    }
    return a_side(side, **(usual | changes))


def states(rows: list[dict[str, Any]]) -> list[str]:
    return [row["state"] for row in rows]


def test_each_level_stands_once_in_order_with_its_state() -> None:
    rows = ladder(averaged(), a_side(Side.SHORT), INSTRUMENT)
    assert [row["level"] for row in rows] == [0, 1, 2, 3, 4]
    assert states(rows) == ["filled", "filled", "resting", "planned", "planned"]
    assert [row["price"] for row in rows[:3]] == ["100", "99", "98.01"]


def test_planned_levels_stand_where_the_ladder_would_put_them() -> None:
    rows = ladder(averaged(), a_side(Side.SHORT), INSTRUMENT)
    assert [row["price"] for row in rows[3:]] == ["97.02", "96.05"]  # 99 x 0.99^2 and ^3, rounded down
    assert [row["qty"] for row in rows[3:]] == ["1.7", "2.6"]  # 5 x 1.5^n x 10 / price, in steps of 0.1


def test_a_planned_level_takes_the_quantity_that_the_other_side_holds_there() -> None:
    short = averaged(Side.SHORT, filled=(LevelReport(level=3, price=D(103), qty=D("1.6"), complete=True),))
    assert ladder(averaged(), short, INSTRUMENT)[3]["qty"] == "1.6"


def test_a_level_that_is_filled_in_part_shows_its_resting_price_and_whole_quantity() -> None:
    part = LevelReport(level=2, price=D("98.01"), qty=D("0.4"), complete=False)
    side = averaged(
        filled=(*averaged().filled, part), pending=(PendingReport(level=2, price=D("98.01"), qty=D("0.7")),)
    )
    row = ladder(side, a_side(Side.SHORT), INSTRUMENT)[2]
    assert (row["state"], row["price"], row["qty"]) == ("partly", "98.01", "1.1")


def test_a_flat_side_shows_its_levels_without_prices() -> None:
    rows = ladder(a_side(Side.LONG, settings=SETTINGS, max_levels=5), a_side(Side.SHORT), INSTRUMENT)
    assert states(rows) == ["planned"] * 5
    assert {row["price"] for row in rows} == {None}


def test_a_ladder_is_shown_while_the_instrument_is_unknown() -> None:
    rows = ladder(averaged(), a_side(Side.SHORT), None)
    assert states(rows) == ["filled", "filled", "resting", "planned", "planned"]
    assert rows[4]["price"] is None

"""Drawings: whole pictures, nothing of the record left out, nothing loaded from elsewhere."""

from __future__ import annotations

import random
import re
import struct
from base64 import b64decode
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.reports.drawings.page import page
from actors.reports.drawings.plots import A4_LANDSCAPE_IN, DOTS_PER_INCH, _bars, as_png, sheet
from actors.reports.drawings.series import _MOST_POINTS, equity_change, realised
from actors.reports.history.analysis import Analysis, analyse, figures
from actors.reports.history.performance import Minute, read_performance
from actors.reports.history.trades import read_trades
from messages.sides import Side
from tests.reports.histories import START_MS, History

D = Decimal


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    history = History(tmp_path_factory.mktemp("drawn")).minute("10000")
    history.cycle(Side.LONG, [("100", "1"), ("99", "1")], [("101", "2")]).minute("10002")
    history.cycle(Side.SHORT, [("100", "1")], [("103", "1")], role="R").minute("9998")
    return _analysis(history)


def _analysis(history: History) -> Analysis:
    trades = list(read_trades(history.trades_path))
    rows = list(read_performance(history.performance_path)) if history.performance_path.exists() else []
    return analyse(1, "<main>", trades, rows, since_ms=0)


def test_a_png_is_an_a4_sheet_at_the_density_of_print(found: Analysis) -> None:
    content = as_png(found)
    assert content.startswith(b"\x89PNG\r\n")
    size = struct.unpack(">II", content[16:24])
    assert size == tuple(round(inches * DOTS_PER_INCH) for inches in A4_LANDSCAPE_IN)


def test_titles_stand_clear_of_each_other_beside_the_longest_names(tmp_path: Path) -> None:
    symbol = "1000000BABYDOGEUSDTXX"
    history = History(tmp_path, symbols=(symbol,))
    history.cycle(Side.SHORT, [("100", "1")], [("99", "1")], symbol=symbol)
    drawn = sheet(_analysis(history))
    drawn.draw_without_rendering()
    for axes in drawn.axes:
        left, right = axes._left_title, axes._right_title
        assert not left.get_window_extent().overlaps(right.get_window_extent()), left.get_text()


def test_the_page_holds_its_drawing_and_needs_nothing_else(found: Analysis) -> None:
    text = page([found]).decode()
    drawn = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", text)
    assert [ElementTree.fromstring(b64decode(one)).tag.endswith("svg") for one in drawn] == [True]
    assert not re.search(r"(src|href)=\"(?!data:)", text)
    assert "&lt;main&gt;" in text
    assert "<main>" not in text
    assert "change -2.00, realised -0.05" in text


def test_the_sheet_shows_equity_beside_realised_and_every_side(found: Analysis) -> None:
    figure = sheet(found)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == [
        "Change of equity beside realised profit",
        "Drawdown from the highest equity so far",
        "Realised by symbol and side",
        "Deepest level of each closed cycle",
    ]
    lines = {line.get_label(): line.get_ydata() for line in figure.axes[0].get_lines()}
    assert list(lines["change of equity"]) == [0, 2, -2]
    assert lines["realised, after fees and funding"][-1] == pytest.approx(-0.05 + 3 - 3)  # type: ignore[index]
    names = [label.get_text() for label in figure.axes[2].get_yticklabels()]
    assert names == ["SOLUSDT LONG", "SOLUSDT SHORT"]


def test_an_account_that_has_closed_nothing_is_drawn_and_says_so(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.write([history.trade(Side.LONG, 1, "O", 0, "100", "1")])
    texts = [text.get_text() for axes in sheet(_analysis(history)).axes for text in axes.texts]
    assert texts.count("nothing has closed in this time") == 2
    assert texts.count("no row of equity in this time") == 2


def test_where_the_bot_did_not_run_the_line_is_broken() -> None:
    times = [0, 60_000, 120_000, 3_600_000, 3_660_000]
    rows = [Minute(at_ms=START_MS + at, equity=D(at), available=D(0), maintenance_rate=D(0)) for at in times]
    _, values = equity_change(rows)
    assert [numpy.isnan(value) for value in values] == [False, False, False, True, False, False]


@settings(max_examples=10)
@given(st.integers(1, 20_000), st.integers())
def test_a_long_record_keeps_its_highest_and_lowest_and_both_ends(more: int, seed: int) -> None:
    chance = random.Random(seed)
    equities = [D(chance.randint(0, 10**6)) for _ in range(_MOST_POINTS + more)]
    rows = [
        Minute(at_ms=START_MS + 60_000 * at, equity=equity, available=D(0), maintenance_rate=D(0))
        for at, equity in enumerate(equities)
    ]
    times, values = equity_change(rows)
    assert len(values) <= _MOST_POINTS + 2
    assert values.max() == float(max(equities) - equities[0])
    assert values.min() == float(min(equities) - equities[0])
    assert (values[0], values[-1]) == (0, float(equities[-1] - equities[0]))
    assert (numpy.diff(times) > 0).all()


def test_what_was_realised_begins_at_nothing_and_goes_on_to_the_end(found: Analysis) -> None:
    times, values = realised(found.cycles, found.since_ms, found.until_ms)
    assert (len(times), values[0], values[-1]) == (4, 0, values[-2])


def test_of_very_many_sides_the_smallest_are_one_bar() -> None:
    sides = [figures([], f"S{number}USDT", Side.LONG) for number in range(30)]
    bars = _bars(sides)
    assert len(bars) == 14
    assert bars[-1][:2] == ("17 others", D(0))

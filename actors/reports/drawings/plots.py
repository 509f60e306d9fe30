"""One sheet (A4, landscape) an account: equity beside realised profit, drawdown, sides, depth of ladders.

Colours are told apart by most colour-blind eyes, and by their lightness in a grey print.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

from actors.display.formats import duration, percent, usdt, usdt_change
from actors.reports.drawings.series import drawdown_percent, equity_change, realised
from actors.reports.history.analysis import Analysis, Figures
from actors.reports.history.cycles import ZERO
from actors.reports.history.tables import minute
from messages.sides import SIDES, Side

A4_LANDSCAPE_IN = (11.69, 8.27)
DOTS_PER_INCH = 200
INK, FAINT, LINES = "#1a1a1a", "#6b6b6b", "#d9d9d9"
EQUITY, REALISED, DRAWDOWN = "#1a1a1a", "#009e73", "#b2182b"
SIDE_COLOURS = {Side.LONG: "#0072b2", Side.SHORT: "#e69f00"}
#: More bars than this can't be read; the smaller ones are taken together.
_MOST_BARS = 14
_FEW_MINUTES = 30
_FEWEST_LEVELS = 5
_AMOUNTS = FuncFormatter(lambda value, _: f"{value:,.10g}")


def sheet(found: Analysis) -> Figure:
    """The account's sheet."""
    # The rectangle leaves a band for the title: left, bottom, width, height.
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.10, rect=(0.015, 0.02, 0.97, 0.89))
    figure = Figure(figsize=A4_LANDSCAPE_IN, layout=layout)
    _title(figure, found)
    grid = figure.add_gridspec(3, 2, height_ratios=(3.0, 1.3, 2.4))
    equity, below = figure.add_subplot(grid[0, :]), figure.add_subplot(grid[1, :])
    _equity(equity, found)
    below.sharex(equity)
    equity.tick_params(labelbottom=False)
    equity.xaxis.offsetText.set_visible(False)
    _drawdown(below, found)
    _sides(figure.add_subplot(grid[2, 0]), found)
    _depths(figure.add_subplot(grid[2, 1]), found)
    return figure


def as_png(found: Analysis) -> bytes:
    """The sheet at 200 dots an inch."""
    return _saved(sheet(found), "png")


def as_svg(found: Analysis) -> bytes:
    """The sheet in lines, with its letters drawn as such: the same on every machine."""
    return _saved(sheet(found), "svg")


def _saved(figure: Figure, kind: str) -> bytes:
    target = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": "sol-trader"}
    figure.savefig(target, format=kind, dpi=DOTS_PER_INCH, facecolor="white", metadata=metadata)
    return target.getvalue()


def _title(figure: Figure, found: Analysis) -> None:
    figure.text(
        0.025,
        0.965,
        f"Account {found.title}",
        size=16,
        weight="bold",
        color=INK,
        va="center",
    )
    span = f"{minute(found.since_ms)} to {minute(found.until_ms)} UTC"
    lasted = duration(found.until_ms - found.since_ms)
    figure.text(0.975, 0.965, f"{span}, {lasted}", size=10, color=FAINT, ha="right", va="center")
    figure.text(0.025, 0.928, "   ".join(_headlines(found)), size=10.5, color=INK, va="center")


def _headlines(found: Analysis) -> list[str]:
    equity, total = found.equity, found.total
    change = "not recorded" if equity is None else f"{usdt_change(equity.change)} USDT"
    told = [f"Change of equity {change}", f"realised {usdt_change(total.realised)} USDT"]
    if equity is not None:
        told.append(f"largest drawdown {percent(equity.worst_ratio)}")
    told.append(f"{total.closes:,} closes, {percent(total.win_ratio, 0)} with a gain")
    return [*told, f"fees {usdt(total.fees)} USDT"]


def _equity(axes: Axes, found: Analysis) -> None:
    _style(axes, "Change of equity beside realised profit", "USDT")
    times, values = realised(found.cycles, found.since_ms, found.until_ms)
    axes.axhline(0, color=FAINT, linewidth=0.8)
    axes.plot(
        times,
        values,
        drawstyle="steps-post",
        color=REALISED,
        linewidth=1.3,
        label="realised, after fees and funding",
    )
    if found.minutes:
        # A record of few minutes is seen only by its points, one of many only by a thin line.
        few = len(found.minutes) < _FEW_MINUTES
        times, values = equity_change(found.minutes)
        (line,) = axes.plot(times, values, color=EQUITY, label="change of equity")
        line.set(linewidth=1.5 if few else 1.0, marker="o" if few else "", markersize=3)
    else:
        _empty(axes, "no row of equity in this time")
    # Beside the title, where no line runs.
    axes.legend(loc="lower right", bbox_to_anchor=(0.95, 1.0), ncols=2, frameon=False, fontsize=9)
    axes.margins(x=0.005, y=0.12)


def _drawdown(axes: Axes, found: Analysis) -> None:
    _style(axes, "Drawdown from the highest equity so far", "%")
    locator = AutoDateLocator(minticks=4, maxticks=10)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    if not found.minutes:
        _empty(axes, "no row of equity in this time")
        return
    times, values = drawdown_percent(found.minutes)
    axes.fill_between(times, values, 0, color=DRAWDOWN, alpha=0.25, linewidth=0)
    marker = "o" if len(found.minutes) < _FEW_MINUTES else ""
    axes.plot(times, values, color=DRAWDOWN, linewidth=1.0, marker=marker, markersize=3, clip_on=False)
    axes.set_ylim(top=0)


def _sides(axes: Axes, found: Analysis) -> None:
    _style(axes, "Realised by symbol and side", "USDT")
    if not found.sides:
        _empty(axes, "nothing has closed in this time")
        axes.set(xticks=(), yticks=())
        return
    bars = _bars(found.sides)
    places, lengths = range(len(bars)), [float(amount) for _, amount, _ in bars]
    drawn = axes.barh(places, lengths, color=[colour for _, _, colour in bars], height=0.7)
    axes.bar_label(drawn, [usdt_change(amount) for _, amount, _ in bars], padding=4, fontsize=8.5, color=INK)
    axes.set_yticks(places, [name for name, _, _ in bars])
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(_AMOUNTS)
    axes.axvline(0, color=FAINT, linewidth=0.8)
    axes.set_xlabel("after fees and funding", fontsize=9, color=FAINT)
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.18)


def _bars(sides: Sequence[Figures]) -> list[tuple[str, Decimal, str]]:
    """Name, USDT and colour of each bar; the smallest of many are one."""
    ranked = sorted(sides, key=lambda figures: abs(figures.realised), reverse=True)
    shown = set(map(id, ranked if len(ranked) <= _MOST_BARS else ranked[: _MOST_BARS - 1]))
    bars = [
        (f"{figures.symbol} {figures.side}", figures.realised, SIDE_COLOURS[figures.side or Side.LONG])
        for figures in sides
        if id(figures) in shown
    ]
    others = [figures for figures in sides if id(figures) not in shown]
    if others:
        bars.append((f"{len(others)} others", sum((figures.realised for figures in others), ZERO), FAINT))
    return bars


def _depths(axes: Axes, found: Analysis) -> None:
    _style(axes, "Deepest level of each closed cycle", "cycles")
    if not found.sides:
        _empty(axes, "nothing has closed in this time")
        axes.set(xticks=(), yticks=())
        return
    deepest = max(figures.levels for figures in found.sides)
    for side, offset in zip(SIDES, (-0.2, 0.2), strict=True):
        counts = [
            sum(figures.depths.get(levels, 0) for figures in found.sides if figures.side is side)
            for levels in range(1, deepest + 1)
        ]
        places = [level + offset for level in range(deepest)]
        drawn = axes.bar(places, counts, width=0.38, color=SIDE_COLOURS[side], label=side.value)
        axes.bar_label(
            drawn, [f"{count:,}" if count else "" for count in counts], fontsize=8, color=INK, padding=1
        )
    axes.set_xticks(range(deepest), [f"{level}" for level in range(deepest)])
    axes.set_xlabel("level", fontsize=9, color=FAINT)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.grid(visible=False, axis="x")
    axes.set_xlim(-0.6, max(deepest, _FEWEST_LEVELS) - 0.4)
    axes.margins(y=0.3)  # room for the legend
    axes.legend(loc="upper right", ncols=2, frameon=False, fontsize=9)


def _style(axes: Axes, title: str, unit: str) -> None:
    axes.set_title(title, loc="left", fontsize=11, weight="bold", color=INK)
    axes.set_title(unit, loc="right", fontsize=9, color=FAINT)
    axes.grid(visible=True, color=LINES, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(colors=FAINT, labelsize=9, labelcolor=INK, length=3)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(LINES)
    axes.yaxis.set_major_formatter(_AMOUNTS)


def _empty(axes: Axes, words: str) -> None:
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=FAINT, fontsize=10)

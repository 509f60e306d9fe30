"""The kinds of panels: lines, figures, bars, heatmaps, states in time, tables.

| kind      | shows                        | its own                                   |
|-----------|------------------------------|-------------------------------------------|
| Lines     | figures over time            |                                           |
| Events    | what happened, bar by bar    | whole numbers, stacked                    |
| Counts    | how many there are           | whole numbers from 0                      |
| Durations | how long something takes     | seconds from 0                            |
| Shares    | parts of a whole             | percent from 0                            |
| Figure    | one large value              |                                           |
| Earned    | money won or lost            | USDT, what changed in the time shown      |
| Bars      | a bar for each series        |                                           |
| Heat      | a histogram over time        |                                           |
| States    | which state held when        | words in place of values                  |
| Rows      | a table of what holds now    | a Column for a unit or colours of its own |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import bargauge, common, heatmap, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    GraphDrawStyle,
    GraphTresholdsStyleMode,
    HeatmapCellLayout,
    LegendDisplayMode,
    LegendPlacement,
    LineInterpolation,
    StackingMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from config.dashboards.style import (
    COUNT,
    GAIN,
    PERCENT,
    SECONDS,
    STATE,
    USDT,
    Steps,
    Words,
    mappings,
    thresholds,
)
from config.dashboards.views import View, reduced_to, shared_tooltip

#: A query of a table gives a column of this name, then its letter.
_VALUE = "Value #"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(View):
    """Figures over time; with ``bars``, events counted bar by bar, stacked. Thresholds are dashed lines."""

    bars: bool = False
    steps_shown: bool = True
    #: For series whose name matches, the lengths of dash and gap in pixels.
    dashes: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def build(self, number: int, place: dashboard.GridPos) -> Builder[dashboard.Panel]:
        """A time series."""
        made = self.dressed(timeseries.Panel(), number, place, by=FieldColorModeId.PALETTE_CLASSIC)
        made.line_width(1).show_points(VisibilityMode.NEVER).tooltip(shared_tooltip())
        made.legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs(["sum" if self.bars else "lastNotNull"])
        )
        if self.bars:
            made.draw_style(GraphDrawStyle.BARS).fill_opacity(80)
            made.stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("A"))
        else:
            made.draw_style(GraphDrawStyle.LINE).fill_opacity(8)
            made.line_interpolation(LineInterpolation.STEP_AFTER).span_nulls(False)
        if len(self.steps) > 1 and self.steps_shown:
            dashed = common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.DASHED)
            made.thresholds_style(dashed)
        for pattern, lengths in self.dashes.items():
            style = {"fill": "dash", "dash": list(lengths)}
            made.override_by_regexp(pattern, [DynamicConfigValue(id_val="custom.lineStyle", value=style)])
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Events(Lines):
    """How often something happened, bar by bar."""

    unit: str = COUNT
    bars: bool = True
    decimals: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts(Lines):
    """How many of something there are."""

    unit: str = COUNT
    decimals: int | None = 0
    least: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations(Lines):
    """How long something takes or has lasted."""

    unit: str = SECONDS
    least: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares(Lines):
    """Parts of a whole."""

    unit: str = PERCENT
    least: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(View):
    """One large value for each series, coloured by thresholds, with a small line of its past.

    ``takes`` says which value of a series: its last, or ``diff``, what it changed by in the time shown.
    ``instant``: only now is asked for, where the query itself looks at the time shown.
    """

    takes: str = "lastNotNull"
    instant: bool = False

    def build(self, number: int, place: dashboard.GridPos) -> Builder[dashboard.Panel]:
        """A stat."""
        made = self.dressed(stat.Panel(), number, place, by=FieldColorModeId.THRESHOLDS, instant=self.instant)
        made.reduce_options(reduced_to(self.takes)).graph_mode(BigValueGraphMode.AREA)
        made.color_mode(BigValueColorMode.BACKGROUND if len(self.steps) > 1 else BigValueColorMode.VALUE)
        return made.text_mode(BigValueTextMode.VALUE_AND_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned(Figure):
    """What was won or lost in the time shown."""

    unit: str = USDT
    steps: Steps = GAIN
    takes: str = "diff"
    decimals: int | None = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(View):
    """A bar for each series, coloured by thresholds; ``takes`` and ``instant`` as in a figure."""

    takes: str = "lastNotNull"
    instant: bool = False
    most: int | None = None

    def build(self, number: int, place: dashboard.GridPos) -> Builder[dashboard.Panel]:
        """A bar gauge."""
        by = FieldColorModeId.THRESHOLDS
        made = self.dressed(bargauge.Panel(), number, place, by=by, instant=self.instant)
        made.reduce_options(reduced_to(self.takes)).orientation(VizOrientation.HORIZONTAL)
        if self.most is not None:
            made.max(self.most)
        return made.display_mode(BarGaugeDisplayMode.BASIC).show_unfilled(True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat(View):
    """A histogram over time: how many observations fell into each bucket."""

    def build(self, number: int, place: dashboard.GridPos) -> Builder[dashboard.Panel]:
        """A heatmap of Prometheus' buckets; the axis has the panel's unit, cells are counts."""
        made = self.dressed(
            heatmap.Panel(), number, place, form=PromQueryFormat.HEATMAP, by=FieldColorModeId.THRESHOLDS
        )
        made.calculate(False).cell_gap(1).show_legend().show_tooltip()
        made.rows_frame(heatmap.RowsHeatmapOptions().layout(HeatmapCellLayout.AUTO))
        made.y_axis(heatmap.YAxisConfig().unit(self.unit))
        made.cell_values(heatmap.CellValues().unit("short").decimals(0))
        tones = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges").steps(64)
        return made.color(tones).show_value(VisibilityMode.NEVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class States(View):
    """A row of colours for each series: which state it was in, and when."""

    unit: str = STATE

    def build(self, number: int, place: dashboard.GridPos) -> Builder[dashboard.Panel]:
        """A state timeline."""
        made = self.dressed(statetimeline.Panel(), number, place, by=FieldColorModeId.THRESHOLDS)
        made.merge_values(True).show_value(VisibilityMode.AUTO).fill_opacity(80).line_width(0)
        legend = common.VizLegendOptions().display_mode(LegendDisplayMode.LIST)
        return made.legend(legend.placement(LegendPlacement.BOTTOM).show_legend(False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table whose unit or colours are its own; ``url`` links its cells."""

    unit: str
    steps: Steps | None = None
    url: str = ""
    decimals: int | None = None
    words: Words = field(default_factory=dict)

    def overrides(self) -> list[DynamicConfigValue]:
        """As the panel takes them."""
        given = [DynamicConfigValue(id_val="unit", value=self.unit)]
        if self.decimals is not None:
            given.append(DynamicConfigValue(id_val="decimals", value=self.decimals))
        if self.steps is not None:
            cells = {"type": "color-background", "mode": "basic"}
            given.append(DynamicConfigValue(id_val="custom.cellOptions", value=cells))
            given.append(DynamicConfigValue(id_val="thresholds", value=thresholds(self.steps).build()))
        if self.words:
            given.append(DynamicConfigValue(id_val="mappings", value=mappings(self.words)))
        if self.url:
            links = [{"title": "Open", "url": self.url}]
            given.append(DynamicConfigValue(id_val="links", value=links))
        return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(View):
    """A table of what holds now: a column for each query's value, named as the query, and for each label."""

    columns: Mapping[str, Column] = field(default_factory=dict)
    hidden: tuple[str, ...] = ("Time",)

    def build(self, number: int, place: dashboard.GridPos) -> Builder[dashboard.Panel]:
        """A table whose queries are merged on their labels."""
        form = PromQueryFormat.TABLE
        made = self.dressed(
            table.Panel(), number, place, instant=True, form=form, by=FieldColorModeId.THRESHOLDS
        )
        made.show_header(True)
        made.with_transformation(DataTransformerConfig(id_val="merge", options={}))
        letters = [chr(ord("A") + index) for index in range(len(self.queries))]
        values = [f"{_VALUE}{letter}" for letter in letters] if len(letters) > 1 else ["Value"]
        names = {value: query.name for value, query in zip(values, self.queries, strict=True)}
        shape = {"excludeByName": dict.fromkeys(self.hidden, True), "renameByName": names}
        made.with_transformation(DataTransformerConfig(id_val="organize", options=shape))
        for name, column in self.columns.items():
            made.override_by_name(name, column.overrides())
        return made

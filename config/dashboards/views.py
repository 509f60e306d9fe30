"""What every panel has: what it shows, what to do about it, unit, thresholds, the way to the runbook."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from grafana_foundation_sdk.builders import bargauge, common, heatmap, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import DashboardLink, FieldColor
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard
from grafana_foundation_sdk.models.common import SortOrder, TooltipDisplayMode
from grafana_foundation_sdk.models.dashboard import DashboardLinkType, FieldColorModeId
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from config.dashboards.queries import SOURCE, Query
from config.dashboards.runbook import address_of
from config.dashboards.style import (
    LONG_COLOUR,
    NEUTRAL,
    SHORT_COLOUR,
    Steps,
    Words,
    colour,
    mappings,
    thresholds,
)

#: The SDK's builders of panels: they share methods, but no type.
P = TypeVar(
    "P", timeseries.Panel, stat.Panel, bargauge.Panel, heatmap.Panel, statetimeline.Panel, table.Panel
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View(ABC):
    """A panel as declared. ``shows`` says what is seen, ``act`` what a person does about it.

    ``alerts`` are those that watch the same thing: each gets a link to its entry in the runbook. ``width``
    is in the grid's 24 columns, ``height`` in its rows. ``colours`` fixes series by name; LONG and
    SHORT have their colours everywhere.
    """

    title: str
    shows: str
    act: str
    queries: tuple[Query, ...]
    unit: str
    steps: Steps = NEUTRAL
    alerts: tuple[str, ...] = ()
    words: Words = field(default_factory=dict)
    colours: Mapping[str, str] = field(default_factory=dict)
    decimals: int | None = None
    least: int | None = None
    width: int = 8
    height: int = 8

    @abstractmethod
    def build(self, number: int, place: dashboard.GridPos) -> Builder[dashboard.Panel]:
        """The SDK's builder of the whole panel, with this id."""

    def dressed(
        self,
        panel: P,
        number: int,
        place: dashboard.GridPos,
        *,
        by: FieldColorModeId,
        instant: bool = False,
        form: PromQueryFormat | None = None,
    ) -> P:
        """A builder with all that is declared here; series are coloured ``by`` palette or threshold."""
        panel.title(self.title).description(f"{self.shows}\n\n**What to do:** {self.act}")
        panel.id(number).datasource(SOURCE).grid_pos(place).unit(self.unit)
        panel.thresholds(thresholds(self.steps)).color_scheme(FieldColor().mode(by))
        panel.mappings(mappings(self.words)).links([runbook_link(alert) for alert in self.alerts])
        if self.decimals is not None:
            panel.decimals(self.decimals)
        if self.least is not None:
            panel.min(self.least)
        for index, query in enumerate(self.queries):
            panel.with_target(query.build(index, instant=instant, form=form))
        if by is not FieldColorModeId.THRESHOLDS:
            panel.override_by_regexp("/LONG/", [colour(LONG_COLOUR)])
            panel.override_by_regexp("/SHORT/", [colour(SHORT_COLOUR)])
        for name, tone in self.colours.items():
            panel.override_by_name(name, [colour(tone)])
        return panel


def runbook_link(alert: str) -> DashboardLink:
    """A panel's link to what the runbook says of an alert."""
    link = DashboardLink(f"Runbook: {alert}").type(DashboardLinkType.LINK).target_blank(True)
    return link.url(address_of(alert))


def reduced_to(calculation: str) -> common.ReduceDataOptions:
    """How a series becomes one value: ``lastNotNull``, ``max``, or ``diff`` (its last less its first)."""
    return common.ReduceDataOptions().calcs([calculation]).fields("").values(False)


def shared_tooltip() -> common.VizTooltipOptions:
    """All series at a time, largest first."""
    return common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)

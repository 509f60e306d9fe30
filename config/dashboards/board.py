"""A dashboard: rows of panels, the choices at its top, links to its sisters."""

from __future__ import annotations

from dataclasses import dataclass

from grafana_foundation_sdk.builders.dashboard import (
    Dashboard,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
    Row,
)
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    GridPos,
    VariableOption,
)

from config.dashboards.layout import COLUMNS, Item, placed
from config.dashboards.queries import SOURCE

TAG = "sol-trader"
#: The data source that is provisioned beside the dashboards.
SOURCE_UID, SOURCE_NAME = "sol-trader-prometheus", "sol-trader Prometheus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A dashboard as declared. ``uid`` is its address and never changes; rows have a title and panels
    (see layout.py).

    ``symbols`` says whether a symbol is chosen beside the account; ``one`` that just one of each is.
    """

    uid: str
    title: str
    about: str
    rows: tuple[tuple[str, tuple[Item, ...]], ...]
    symbols: bool = False
    one: bool = False
    since: str = "now-6h"

    @property
    def file_name(self) -> str:
        """Of the file that Grafana reads."""
        return f"{self.uid.removeprefix('sol-trader-')}.json"

    def text(self) -> str:
        """The file's content: JSON with sorted keys, the same for the same declaration."""
        return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(self._built()) + "\n"

    def _built(self) -> dashboard.Dashboard:
        made = Dashboard(self.title).uid(self.uid).description(self.about).tags([TAG])
        made.time(self.since, "now").refresh("10s").timezone("browser").readonly()
        made.tooltip(DashboardCursorSync.CROSSHAIR)
        made.link(
            DashboardLink("sol-trader")
            .type(DashboardLinkType.DASHBOARDS)
            .tags([TAG])
            .include_vars(self.one)  # a choice of several means nothing to a dashboard of one
            .keep_time(True)
        )
        made.with_variable(_source())
        made.with_variable(_labels("account", "soltrader_equity_usdt", one=self.one))
        if self.symbols:
            of_account = 'soltrader_position_qty{account=~"$account"}'
            made.with_variable(_labels("symbol", of_account, one=self.one))
        number = top = 0
        for title, items in self.rows:
            number += 1
            made.with_row(Row(title).id(number).grid_pos(GridPos(h=1, w=COLUMNS, x=0, y=top)))
            for view, place in placed(items, top + 1):
                number += 1
                made.with_panel(view.build(number, place))
                top = max(top, place.y + place.h)
        return made.build()


def _source() -> DatasourceVariable:
    chosen = VariableOption(selected=True, text=SOURCE_NAME, value=SOURCE_UID)
    return DatasourceVariable("datasource").label("Prometheus").type("prometheus").current(chosen)


def _labels(label: str, series: str, *, one: bool) -> QueryVariable:
    """A choice of a label's values: several or all, or just one."""
    variable = QueryVariable(label).label(label.capitalize()).datasource(SOURCE)
    variable.query({"query": f"label_values({series}, {label})", "refId": label})
    variable.refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
    variable.sort(dashboard.VariableSort.ALPHABETICAL_ASC)
    if one:
        return variable
    everything = VariableOption(selected=True, text=["All"], value=["$__all"])
    return variable.multi(True).include_all(True).all_value(".*").current(everything)

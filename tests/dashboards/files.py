"""The dashboards' files as Grafana reads them, and queries with their variables put in as Grafana does.

for panel in panels(GRAFANA / "dashboards" / "fleet.json"): panel.title, panel.queries
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.monitoring.table import MONITORING

GRAFANA = MONITORING / "grafana"
ALL_FILES = sorted((GRAFANA / "dashboards").glob("*.json"))
#: Those that ask Prometheus; the runbook only has text.
FILES = [file for file in ALL_FILES if file.stem != "runbook"]
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: its dashboard's file and its JSON."""

    dashboard: str
    json: dict[str, Any]

    @property
    def title(self) -> str:
        """With its dashboard, for a failed assertion."""
        return f"{self.dashboard}: {self.json['title']}"

    @property
    def queries(self) -> list[str]:
        """PromQL with variables."""
        return [target["expr"] for target in self.json["targets"]]


def panels(*files: Path) -> list[Panel]:
    """Every panel that shows something; rows don't."""
    return [
        Panel(file.stem, one)
        for file in files or FILES
        for one in json.loads(file.read_text(encoding="utf-8"))["panels"]
        if one["type"] != "row"
    ]


def put_in(expr: str, values: Mapping[str, str]) -> str:
    """A query with its variables replaced; one without a value stays, for the caller to find."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), expr)

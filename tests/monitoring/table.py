"""The table of metrics, and who uses them: read, checked, and its last two columns written.

python -m tests.monitoring.table        # after a change of rules or dashboards

| reads                                   | for                                      |
|-----------------------------------------|------------------------------------------|
| config/monitoring/metrics.md            | what there is                            |
| config/monitoring/rules/*.yml           | the alerts that use it                   |
| config/monitoring/grafana/**/*.json     | the panels that use it                   |
| config/monitoring/runbook.md            | the entry of each alert                  |
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.venue_process import ROOT

MONITORING = ROOT / "config" / "monitoring"
TABLE = MONITORING / "metrics.md"
RUNBOOK = MONITORING / "runbook.md"
RULE_FILES = sorted((MONITORING / "rules").glob("*.yml"))
#: Served by Prometheus itself.
BUILT_IN = {"up", "ALERTS"}
KINDS = ("counter", "gauge", "histogram")
_NAME = re.compile(r"\b(?:soltrader_[a-z0-9_]+|process_[a-z0-9_]+|up|ALERTS)\b")
_TEXT = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_SUFFIXES = ("_bucket", "_sum", "_count")


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the table; ``panels`` and ``alerts`` as they stand there."""

    name: str
    kind: str
    unit: str
    labels: frozenset[str]
    meaning: str
    panels: str
    alerts: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert rule."""

    name: str
    group: str
    expr: str
    severity: str
    summary: str
    runbook: str


def metrics(text: str | None = None) -> dict[str, Metric]:
    """The rows of metrics.md by full name."""
    found: dict[str, Metric] = {}
    for line in (text if text is not None else TABLE.read_text(encoding="utf-8")).splitlines():
        cells = _cells(line)
        if cells:
            name = full_name(cells[0].strip("`"))
            assert name not in found, f"{name} stands in the table twice"
            labels = frozenset(re.findall(r"`(\w+)`", cells[3]))
            found[name] = Metric(name, cells[1], cells[2], labels, *cells[4:])
    return found


def _cells(line: str) -> list[str]:
    """The seven cells of a metric's row; none of any other line."""
    cells = [cell.strip() for cell in line.strip()[1:-1].split("|")]
    return cells if len(cells) == 7 and cells[1] in KINDS else []


def full_name(name: str) -> str:
    """As it is served; the table leaves the prefix out."""
    return name if name.startswith("process_") else f"soltrader_{name}"


def alerts() -> list[Alert]:
    """Every alert rule, in the order of the files."""
    found = []
    for path in RULE_FILES:
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            for rule in group["rules"]:
                labels, told = rule.get("labels", {}), rule.get("annotations", {})
                found.append(
                    Alert(
                        name=rule["alert"],
                        group=group["name"],
                        expr=rule["expr"],
                        severity=labels.get("severity", ""),
                        summary=told.get("summary", ""),
                        runbook=told.get("runbook", ""),
                    )
                )
    return found


def names_in(expr: str) -> set[str]:
    """The metrics that an expression of PromQL uses; of a histogram its name in the table."""
    known = metrics()
    return {_family(name, known) for name in _NAME.findall(_TEXT.sub('""', expr))}


def _family(name: str, known: dict[str, Metric]) -> str:
    for suffix in _SUFFIXES:
        base = name.removesuffix(suffix)
        if base != name and base in known and known[base].kind == "histogram":
            return base
    return name


def panels() -> Iterator[tuple[str, set[str]]]:
    """Each panel of the dashboards ("board: panel") with the metrics of its queries."""
    for path in sorted((MONITORING / "grafana").rglob("*.json")):
        board = json.loads(path.read_text(encoding="utf-8"))
        for panel in _panels_of(board):
            used: set[str] = set()
            for target in panel.get("targets", []):
                used |= names_in(target.get("expr", ""))
            yield f"{path.stem}: {panel.get('title', '')}", used


def _panels_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in node.get("panels", []):
        yield panel
        yield from _panels_of(panel)


def written(text: str) -> str:
    """The table with its last two columns as rules and dashboards are now."""
    in_panels: dict[str, list[str]] = {}
    for title, used in panels():
        for name in used:
            in_panels.setdefault(name, []).append(title.replace("|", "/"))
    in_alerts: dict[str, list[str]] = {}
    for alert in alerts():
        for name in names_in(alert.expr):
            in_alerts.setdefault(name, []).append(f"[{alert.name}](runbook.md#{alert.name.lower()})")
    lines = []
    for line in text.splitlines():
        cells = _cells(line)
        if cells:
            name = full_name(cells[0].strip("`"))
            cells[5:] = ["; ".join(by.get(name, [])) for by in (in_panels, in_alerts)]
            line = f"| {' | '.join(cells)} |".replace("  ", " ")
        lines.append(line)
    return "\n".join(lines) + "\n"


def main(path: Path = TABLE) -> None:
    """Write the columns."""
    path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

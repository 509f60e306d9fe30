"""The dashboards' files: as declared, complete, and speaking only of what exists."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from config.dashboards import built
from config.dashboards.__main__ import write
from config.dashboards.style import GAIN
from tests.architecture.source_tree import within
from tests.dashboards.files import ALL_FILES, Panel, panels
from tests.monitoring.table import BUILT_IN, metrics, names_in
from tests.venue_process import ROOT

PANELS = panels()
#: Addresses that people have saved; a changed one breaks their links.
UIDS = {
    "account": "sol-trader-account",
    "exchange": "sol-trader-exchange",
    "fleet": "sol-trader-fleet",
    "reliability": "sol-trader-reliability",
    "runbook": "sol-trader-runbook",
}
REALISED = re.compile(r"soltrader_(realised_usdt|cycle_gains_usdt_total)\b")
EQUITY = re.compile(r"soltrader_(equity\w*_usdt|unrealised_usdt)\b")


def each_panel() -> Any:
    return pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)


def test_the_committed_files_are_those_declared_byte_for_byte() -> None:
    committed = {file.name: file.read_bytes() for file in ALL_FILES}
    declared = {name: text.encode() for name, text in built().items()}
    assert committed == declared, "make dashboards"


def test_writing_changes_what_differs_and_takes_away_what_nobody_declares(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    assert sorted(write(tmp_path)) == sorted(["old.json", *built()])
    (tmp_path / "fleet.json").write_text("{}")
    assert write(tmp_path) == ["fleet.json"]
    assert write(tmp_path) == []


def test_what_trades_never_imports_the_dashboards_or_their_sdk() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, config, main; print(*sys.modules, sep='\\n')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert "config" in told
    assert not [name for name in told if within(name, ("grafana_foundation_sdk", "config.dashboards"))]


def test_dashboards_keep_their_addresses_and_panels_have_numbers_of_their_own() -> None:
    boards = {file.stem: json.loads(file.read_text()) for file in ALL_FILES}
    assert {name: board["uid"] for name, board in boards.items()} == UIDS
    for board in boards.values():
        numbers = [panel["id"] for panel in board["panels"]]
        assert len(set(numbers)) == len(numbers)
        assert board["editable"] is False


@pytest.mark.parametrize("file", ALL_FILES, ids=lambda file: file.stem)
def test_panels_fill_the_grid_and_none_covers_another(file: Path) -> None:
    cells: dict[tuple[int, int], str] = {}
    for panel in json.loads(file.read_text())["panels"]:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert x < 24
                assert cells.setdefault((x, y), panel["title"]) == panel["title"]
    height = max(y for _, y in cells) + 1
    assert len(cells) == 24 * height, "holes"


@each_panel()
def test_every_panel_says_what_it_shows_what_to_do_in_which_unit_and_colours(panel: Panel) -> None:
    shows, _, act = panel.json["description"].partition("\n\n**What to do:** ")
    assert shows.endswith(".")
    assert act.endswith(".")
    defaults = panel.json["fieldConfig"]["defaults"]
    assert defaults["unit"]
    assert defaults["color"]["mode"]
    steps = defaults["thresholds"]["steps"]
    assert steps[0]["value"] is None
    values = [step["value"] for step in steps[1:]]
    assert all(low < high for low, high in pairwise(values))
    assert all(step["color"] for step in steps)
    assert panel.json["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_no_two_panels_of_a_dashboard_have_the_same_title() -> None:
    titles = [panel.title for panel in PANELS]
    assert len(set(titles)) == len(titles)


@each_panel()
def test_panels_use_only_metrics_of_the_table(panel: Panel) -> None:
    used = {name for expr in panel.queries for name in names_in(expr)}
    assert used
    assert used <= metrics().keys() | BUILT_IN


@each_panel()
def test_only_what_counts_up_is_asked_for_its_increase(panel: Panel) -> None:
    for expr in panel.queries:
        for function, series in re.findall(r"(\w+)\((\w+)(?:\{[^}]*\})?\[", expr):
            (name,) = names_in(series)
            assert (function in ("increase", "rate")) == (metrics()[name].kind != "gauge"), expr


def test_every_metric_of_the_table_is_on_a_panel() -> None:
    shown = {name for panel in PANELS for expr in panel.queries for name in names_in(expr)}
    assert metrics().keys() <= shown


@each_panel()
def test_realised_profit_never_stands_without_the_change_of_equity_beside_it(panel: Panel) -> None:
    asked = "\n".join(panel.queries)
    assert not REALISED.search(asked) or EQUITY.search(asked)


def test_money_that_is_lost_is_red() -> None:
    assert GAIN[0][1] == "red"

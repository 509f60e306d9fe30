"""What Grafana reads at its start: the data source, the folder, and links that lead somewhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from config.dashboards.board import SOURCE_NAME, SOURCE_UID
from config.dashboards.runbook import address_of
from tests.dashboards.files import FILES, GRAFANA, panels
from tests.monitoring.table import MONITORING, RUNBOOK, alerts
from tests.venue_process import ROOT


def provisioned(kind: str) -> dict[str, Any]:
    """The one file of its kind."""
    (path,) = (GRAFANA / "provisioning" / kind).glob("*.yml")
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert read["apiVersion"] == 1
    return read


def project_prometheus() -> dict[str, Any]:
    """The project's Prometheus configuration."""
    read: dict[str, Any] = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
    return read


def test_the_data_source_is_the_one_that_every_dashboard_begins_with() -> None:
    (source,) = provisioned("datasources")["datasources"]
    assert (source["uid"], source["name"], source["type"]) == (SOURCE_UID, SOURCE_NAME, "prometheus")
    assert source["url"] == "$SOL_TRADER_PROMETHEUS"
    for file in FILES:
        first = json.loads(file.read_text())["templating"]["list"][0]
        assert (first["name"], first["type"], first["current"]["value"]) == (
            "datasource",
            "datasource",
            SOURCE_UID,
        )


def test_grafana_knows_how_often_prometheus_scrapes() -> None:
    (source,) = provisioned("datasources")["datasources"]
    assert source["jsonData"]["timeInterval"] == project_prometheus()["global"]["scrape_interval"]


def test_the_job_that_queries_name_is_the_one_that_prometheus_scrapes() -> None:
    (job,) = {scrape["job_name"] for scrape in project_prometheus()["scrape_configs"]}
    named = {
        found for panel in panels() for expr in panel.queries for found in re.findall(r'job="([^"]*)"', expr)
    }
    assert named == {job}


def test_dashboards_come_from_files_into_a_folder_and_stay_as_they_are() -> None:
    (provider,) = provisioned("dashboards")["providers"]
    assert (provider["type"], provider["folder"], provider["folderUid"]) == (
        "file",
        "sol-trader",
        "sol-trader",
    )
    assert provider["allowUiUpdates"] is False
    assert provider["options"]["path"] == "$SOL_TRADER_DASHBOARDS"


def test_both_addresses_that_grafana_needs_are_told_to_people() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("SOL_TRADER_PROMETHEUS", "SOL_TRADER_DASHBOARDS"):
        assert name in readme


def test_the_compose_file_gives_grafana_its_files_and_both_addresses() -> None:
    grafana = yaml.safe_load((MONITORING / "compose.yml").read_text(encoding="utf-8"))["services"]["grafana"]
    mounted = dict(volume.split(":")[:2] for volume in grafana["volumes"])
    assert mounted["./grafana/provisioning"] == "/etc/grafana/provisioning"
    assert mounted["./grafana/dashboards"] == grafana["environment"]["SOL_TRADER_DASHBOARDS"]
    assert grafana["environment"]["SOL_TRADER_PROMETHEUS"].endswith(":9090")


def linked() -> dict[str, set[str]]:
    """The alerts that panels link to, each with where its links lead."""
    found: dict[str, set[str]] = {}
    for panel in panels():
        for link in panel.json["links"]:
            found.setdefault(link["title"].removeprefix("Runbook: "), set()).add(link["url"])
    return found


def test_every_alert_is_linked_from_the_panels_that_show_it() -> None:
    assert set(linked()) == {alert.name for alert in alerts()}


def test_links_lead_to_the_alerts_entry_of_the_runbook() -> None:
    board = json.loads((GRAFANA / "dashboards" / "runbook.json").read_text())
    shown = {panel["id"]: panel for panel in board["panels"]}
    runbook = RUNBOOK.read_text(encoding="utf-8")
    for alert, addresses in linked().items():
        (address,) = addresses
        path, _, number = address.partition("?viewPanel=")
        entry = shown[int(number)]
        assert path == f"/d/{board['uid']}"
        assert entry["title"] == alert
        assert entry["options"]["mode"] == "markdown"
        first = entry["options"]["content"].splitlines()[0]
        assert f"## {alert}\n\n{first}\n" in runbook


def test_the_runbooks_own_links_lead_to_panels_of_it() -> None:
    board = json.loads((GRAFANA / "dashboards" / "runbook.json").read_text())
    told = "\n".join(panel["options"]["content"] for panel in board["panels"])
    titles = {panel["id"]: panel["title"] for panel in board["panels"]}
    found = re.findall(r"\[(SolTrader\w+)\]\(([^)]*)\)", told)
    assert {alert for alert, _ in found} == {alert.name for alert in alerts()}
    for alert, address in found:
        assert address.startswith(f"/d/{board['uid']}?viewPanel=")
        assert titles[int(address.partition("=")[2])] == alert


def test_an_alert_without_an_entry_is_refused_by_name() -> None:
    with pytest.raises(LookupError, match="no entry ## SolTraderNothing"):
        address_of("SolTraderNothing")

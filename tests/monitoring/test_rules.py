"""Alerts fire and are silent when they should be, say what to do, and use only what the bot serves."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.monitoring.table import BUILT_IN, MONITORING, RULE_FILES, RUNBOOK, alerts, metrics, names_in
from tests.tools import tool
from tests.venue_process import ROOT

CASES = sorted((Path(__file__).parent / "rules").glob("*.yml"))
SEVERITIES = {"critical", "warning", "info"}
PARTS = ("What it means.", "How bad.", "What to do.", "How to check.")
LABEL = re.compile(r"\$labels\.(\w+)")


def promtool(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tool("promtool"), *arguments], cwd=folder, capture_output=True, text=True)


def cases() -> list[dict[str, Any]]:
    """Every promtool test."""
    return [case for path in CASES for case in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]]


def entries() -> dict[str, str]:
    """The runbook's entries by name."""
    parts = re.split(r"^## ", RUNBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0].strip(): part.partition("\n")[2] for part in parts}


def test_promtool_finds_no_fault_in_rules_and_configuration() -> None:
    checked = promtool("check", "rules", *map(str, RULE_FILES))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    checked = promtool("check", "config", str(MONITORING / "prometheus.yml"))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_alerts_fire_and_are_silent_at_their_times() -> None:
    tested = promtool("test", "rules", *map(str, CASES))
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_a_rule_with_another_threshold_fails_its_test(tmp_path: Path) -> None:
    rules = (MONITORING / "rules" / "trading.yml").read_text(encoding="utf-8")
    (tmp_path / "trading.yml").write_text(
        rules.replace("unprotected_seconds > 10", "unprotected_seconds > 16")
    )
    case = (Path(__file__).parent / "rules" / "trading.yml").read_text(encoding="utf-8")
    (tmp_path / "case.yml").write_text(re.sub(r"- \S*/rules/trading.yml", "- trading.yml", case))
    tested = promtool("test", "rules", "case.yml", folder=tmp_path)
    assert tested.returncode != 0
    assert "SolTraderUnprotectedPosition" in tested.stdout + tested.stderr


def test_every_alert_is_tested_firing_and_silent() -> None:
    firing, silent = set(), set()
    for check in (check for case in cases() for check in case["alert_rule_test"]):
        (firing if check["exp_alerts"] else silent).add(check["alertname"])
    every = {alert.name for alert in alerts()}
    assert firing - every == set()
    assert every - firing == set(), "add a promtool test in which it fires"
    assert every - silent == set(), "add a promtool test in which it is silent"


def test_every_alert_has_one_name_a_severity_a_summary_and_its_runbook_entry() -> None:
    every = alerts()
    assert len({alert.name for alert in every}) == len(every)
    for alert in every:
        assert alert.severity in SEVERITIES, alert.name
        assert alert.summary, alert.name
        assert alert.runbook == f"config/monitoring/runbook.md#{alert.name.lower()}"
    assert set(entries()) == {alert.name for alert in every}


@pytest.mark.parametrize("name", list(entries()))
def test_a_runbook_entry_says_what_it_means_how_bad_it_is_what_to_do_and_how_to_check(name: str) -> None:
    text = entries()[name]
    assert [part for part in PARTS if f"**{part}** " in text] == list(PARTS)
    used = {metric for code in re.findall(r"`([^`]+)`", text) for metric in names_in(code)}
    assert used - BUILT_IN <= metrics().keys()


def test_the_runbook_s_list_has_every_alert_with_its_severity() -> None:
    rows = re.findall(r"^\| \[(\w+)\]\(#(\w+)\) \| (\w+) \|$", RUNBOOK.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted((each.name, each.name.lower(), each.severity) for each in alerts())


def test_alerts_use_only_metrics_of_the_table_and_name_only_labels_that_these_have() -> None:
    known = metrics()
    for alert in alerts():
        used = names_in(alert.expr) - BUILT_IN
        assert used <= known.keys(), f"{alert.name} uses {used - known.keys()}"
        labels = {label for name in used for label in known[name].labels}
        assert set(LABEL.findall(alert.summary)) <= labels, alert.name


def test_what_wakes_somebody_is_little() -> None:
    critical = {alert.name.removeprefix("SolTrader") for alert in alerts() if alert.severity == "critical"}
    assert critical == {
        "AccountDown",
        "CrashLoop",
        "Down",
        "EmergencyStop",
        "MaintenanceRateHigh",
        "StreamDown",
        "UnprotectedPosition",
        "Wedged",
    }

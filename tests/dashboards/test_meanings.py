"""What panels say where it is easy to be wrong: money of new and of dry accounts, states together."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.dashboards.files import FILES, panels, put_in
from tests.tools import tool

CHOSEN = {"account": ".*", "symbol": ".*", "__range": "1h", "__interval": "1m", "__rate_interval": "5m"}
#: An hour ago 001 had 1060 USDT and 003, which is dry, 800; 002 came half an hour ago with 10,000.
EQUITY = {"001": "1000+1x120", "002": "_x89 10000x30", "003": "500+5x120"}
DRY = {"001": "0x120", "002": "_x89 0x30", "003": "1x120"}
#: USDT by the names of the panel's queries.
EARNED = {
    "change of equity": 60,
    "realised": 60,
    "DRY change of equity": 300,
    "DRY realised": 300,
}


def shown_by(title: str) -> dict[str, str]:
    """A panel's queries by their names."""
    (panel,) = [one for one in panels() if one.title == title]
    return {target["legendFormat"]: put_in(target["expr"], CHOSEN) for target in panel.json["targets"]}


def asked(folder: Path, series: dict[str, str], expected: dict[str, float]) -> str:
    """What promtool says of expressions two hours after the series began; "" where all are as expected."""
    tests = {
        "rule_files": [],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {"expr": expr, "eval_time": "120m", "exp_samples": [{"labels": "{}", "value": value}]}
                    for expr, value in expected.items()
                ],
            }
        ],
    }
    path = folder / "meanings.yml"
    path.write_text(yaml.safe_dump(tests), encoding="utf-8")
    done = subprocess.run([tool("promtool"), "test", "rules", str(path)], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_a_new_account_earns_nothing_by_coming_and_dry_money_stands_by_itself(tmp_path: Path) -> None:
    series = {}
    for account in EQUITY:
        series[f'soltrader_equity_usdt{{account="{account}"}}'] = EQUITY[account]
        side = f'account="{account}", symbol="SOLUSDT", side="LONG"'
        series[f"soltrader_realised_usdt{{{side}}}"] = EQUITY[account]
        series[f'soltrader_dry_run{{account="{account}"}}'] = DRY[account]
    queries = shown_by("fleet: Earned in the time shown")
    expected = {queries[name]: float(value) for name, value in EARNED.items()}
    assert len(expected) == len(queries) == len(EARNED)
    assert asked(tmp_path, series, expected) == ""
    wrong = {expr: value + 10_000 for expr, value in expected.items()}
    assert "FAILED" in asked(tmp_path, series, wrong)


@pytest.mark.parametrize("title", ["fleet: Equity and realised profit since the process began"])
def test_dry_money_is_drawn_by_itself(tmp_path: Path, title: str) -> None:
    series = {}
    for account in EQUITY:
        side = f'account="{account}", symbol="SOLUSDT", side="LONG"'
        series[f'soltrader_equity_change_usdt{{account="{account}"}}'] = "0x119 7"
        series[f"soltrader_cycle_gains_usdt_total{{{side}}}"] = "0x119 9"
        series[f"soltrader_cycle_losses_usdt_total{{{side}}}"] = "0x119 2"
        series[f'soltrader_dry_run{{account="{account}"}}'] = DRY[account]
    expected = {query: 7.0 if name.startswith("DRY") else 14.0 for name, query in shown_by(title).items()}
    assert asked(tmp_path, series, expected) == ""


def test_an_account_that_does_not_run_is_not_said_to_trade(tmp_path: Path) -> None:
    series = {}
    for account, runs in {"001": "1x120", "002": "1x60 0x60"}.items():
        series[f'soltrader_account_running{{account="{account}"}}'] = runs
        for mode in ("trading", "frozen", "hold", "flatten"):
            held = int(mode == "trading")
            series[f'soltrader_guard_mode{{account="{account}", mode="{mode}"}}'] = f"{held}x120"
    (query,) = shown_by("fleet: Guard").values()
    assert asked(tmp_path, series, {f"count({query})": 1.0, f"sum({query})": 0.0}) == ""
    assert "runs" in shown_by("fleet: Accounts")


def test_no_two_things_that_hold_a_side_back_look_like_a_third() -> None:
    (panel,) = [one for one in panels() if one.title == "account: Sides"]
    words = {}
    for mapping in panel.json["fieldConfig"]["defaults"]["mappings"]:
        words |= {float(value): shown["text"] for value, shown in mapping["options"].items()}
    assert len(set(words.values())) == len(words)
    weights = {"full": 1, "waits for balance": 2, "paused": 4, "TP withdrawn": 8}
    for word, weight in weights.items():
        assert words[weight] == word
        assert f"{weight} * soltrader_" in panel.queries[0]
    assert words[1 + 4] == "full, paused"
    assert words[1 + 8] == "full, TP withdrawn"


def test_no_sum_of_money_takes_a_panel_s_difference() -> None:
    """A series that comes or goes within the time shown would change a sum by all that it has."""
    for panel in panels(*FILES):
        takes = json.dumps(panel.json.get("options", {}).get("reduceOptions", {}))
        if '"diff"' in takes and panel.dashboard != "account":
            assert not [query for query in panel.queries if "sum" in query], panel.title

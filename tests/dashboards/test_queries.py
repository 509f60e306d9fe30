"""Every query of every panel, asked of a real Prometheus that scraped a real run of the bot."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.dashboards.files import FILES, Panel, panels, put_in
from tests.dashboards.prometheus import SCRAPE_S, Prometheus, Series, prometheus
from tests.tools import tool
from tests.whole.command import Command, example_config, started

#: A second account whose first positions are so large that a rule of its guard stops it, and a dry one.
OTHER_ACCOUNTS = """
[[accounts]]
id = 2
name = "second"
api_key_env = "SOL_TRADER_KEY_002"
api_secret_env = "SOL_TRADER_SECRET_002"
guard.maintenance_rate = { threshold_percent = 1, action = "stop", stop_mode = "hold" }

[[accounts.symbols]]
symbol = "SOLUSDT"
initial_margin = 1500
max_levels = 2

[[accounts]]
id = 3
name = "third"
api_key_env = "SOL_TRADER_KEY_003"
api_secret_env = "SOL_TRADER_SECRET_003"
dry_run = true

[[accounts.symbols]]
symbol = "SOLUSDT"
initial_margin = 5
"""
#: What Prometheus has seen by the time that panels are looked at.
ENOUGH = (
    "count(soltrader_equity_usdt) == 3",
    "count(sum by (account) (soltrader_syncs_total) >= 2) == 3",
    'count(sum by (side) (increase(soltrader_tp_close_latency_seconds_count{account="001"}[10m])) > 0) == 2',
    "sum(increase(soltrader_tp_reopen_latency_seconds_count[10m])) > 0",
    'ALERTS{alertname="SolTraderEmergencyStop", alertstate="firing"}',
)
#: What has happened by then, and is to be seen: a panel's dashboard, its title, and its query's name.
HAPPENED = (
    ("account", "Cycles closed", "{{side}} {{reason}}"),
    ("account", "Fills and closes", "{{side}} {{role}}"),
    ("account", "Ladder", "{{side}}"),
    ("reliability", "TP close latency", "{{le}}"),
    ("reliability", "TP close latency, quantiles of an hour", "99 %"),
    ("reliability", "Syncs", "all"),
    ("reliability", "Writes of the state file", "all"),
    ("exchange", "Order commands by what came of them", "{{outcome}}"),
    ("exchange", "Round trip of a request", "half of them"),
)
#: So long ago that every scrape begun before has ended, well or not.
SETTLED_S = 3 * SCRAPE_S
#: What a person has chosen at the top: everything, or one account and symbol where only one can be.
EVERYTHING = {"account": ".*", "symbol": ".*"}
ONE = {"account": "001", "symbol": "SOLUSDT"}
#: As Grafana takes it, four scrapes; and a fifth, since a busy machine misses some.
RATE_INTERVAL = f"{5 * SCRAPE_S}s"


@dataclass(frozen=True, slots=True)
class Watched:
    """A run in Prometheus: from when to when, in seconds, panels look at it."""

    server: Prometheus
    begun: int
    ended: int

    def ask(self, panel: Panel, target: dict[str, object]) -> Series:
        """A target's series, over the whole run or at its end, as its panel asks."""
        chosen = ONE if panel.dashboard == "account" else EVERYTHING
        length = f"{self.ended - self.begun}s"
        expr = put_in(str(target["expr"]), {**chosen, **times(length)})
        assert not re.search(r"\$\{?[a-zA-Z_]", expr), f"a variable has no value: {expr}"
        if target["instant"]:
            return self.server.query(expr, time=str(self.ended))
        return self.server.query(expr, start=str(self.begun), end=str(self.ended), step="1")


def times(length: str) -> dict[str, str]:
    """What Grafana makes of its own variables for a time shown that is so long."""
    return {"__rate_interval": RATE_INTERVAL, "__interval": f"{SCRAPE_S}s", "__range": length}


def samples(series: Series) -> list[float]:
    """Every value that is a number."""
    rows = [row for one in series for row in one.get("values", [one.get("value")])]
    return [float(value) for _, value in rows if math.isfinite(float(value))]


def metrics_address(command: Command) -> str:
    """Where the bot serves its metrics, as it says itself."""
    command.wait_for(lambda: "metrics on http://" in command.log, "the metrics' address")
    found = re.search(r"metrics on http://([^/]+)/", command.log)
    assert found is not None
    return found[1]


def three_accounts(folder: Path) -> None:
    """The example's config with two accounts more and a sync every five seconds."""
    path = example_config(folder, **{"sync_seconds = 60": "sync_seconds = 5"})
    with path.open("a", encoding="utf-8") as config:
        config.write(OTHER_ACCOUNTS)


@contextmanager
def traded(folder: Path) -> Iterator[Watched]:
    """Whipping prices, until one account has closed both sides and another is stopped by its guard."""
    three_accounts(folder)
    prices = ("--scenario", "whipsaw", "--speed", "300")
    with (
        started(folder, "run", "--config", "config.toml", *prices) as command,
        prometheus(folder, metrics_address(command)) as server,
    ):
        run = Watched(server=server, begun=int(time.time()), ended=0)

        def grown() -> bool:
            """A second at a time, since more can't have come of it."""
            nonlocal run
            before, run = run, replace(run, ended=int(time.time()) - SETTLED_S)
            return run.ended > before.ended

        command.wait_for(lambda: grown() and traded_enough(run), "closes, syncs and an alert in Prometheus")
        with suppress(AssertionError):  # the tests tell which panel is still empty then
            command.wait_for(lambda: grown() and shows_all(run), "every panel to show something")
        yield run


def traded_enough(run: Watched) -> bool:
    """Whether Prometheus has seen what both accounts are there for."""
    return all(run.server.query(look, time=str(run.ended)) for look in ENOUGH)


def shows_all(run: Watched) -> bool:
    """Whether each query has data: a rate needs what it counts to happen between two scrapes."""
    return all(is_above_zero(run, *happened) for happened in HAPPENED) and not without_data(run, panels())


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    tool("prometheus")
    with traded(tmp_path_factory.mktemp("watched")) as run:
        yield run


def is_above_zero(watched: Watched, dashboard: str, title: str, name: str) -> bool:
    """Whether a query of a panel has shown anything above 0."""
    return max(samples(shown_by(watched, dashboard, title)[name]), default=0) > 0


def without_data(watched: Watched, shown: list[Panel]) -> list[str]:
    """The queries that nothing came of, each with its panel."""
    return [
        f"{panel.title}: {target['expr']}"
        for panel in shown
        for target in panel.json["targets"]
        if not samples(watched.ask(panel, target))
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_query_of_every_panel_returns_data(watched: Watched, file: Path) -> None:
    found = without_data(watched, panels(file))
    assert not found, "no data:\n" + "\n".join(found)


@pytest.mark.parametrize("expr", ["soltrader_nothing", "0 / (0 * soltrader_stopped)"])
def test_a_query_that_nothing_comes_of_is_caught(watched: Watched, expr: str) -> None:
    panel = Panel("fleet", {"title": "Empty", "targets": [{"expr": expr, "instant": False}]})
    assert without_data(watched, [panel]) == [f"fleet: Empty: {expr}"]


def shown_by(watched: Watched, dashboard: str, title: str) -> dict[str, Series]:
    """What a panel shows, by the names of its queries."""
    (panel,) = [one for one in panels() if one.title == f"{dashboard}: {title}"]
    return {target["legendFormat"]: watched.ask(panel, target) for target in panel.json["targets"]}


def last_by_account(series: Series) -> dict[str, float]:
    """The last value of each account; fails where it has several."""
    found = [(one["metric"]["account"], samples([one])[-1]) for one in series]
    assert len(dict(found)) == len(found), found
    return dict(found)


def test_the_table_of_accounts_has_one_row_for_each_and_every_column_filled(watched: Watched) -> None:
    columns = shown_by(watched, "fleet", "Accounts")
    for series in columns.values():
        assert set(last_by_account(series)) == {"001", "002", "003"}
        assert all(set(one["metric"]) == {"account"} for one in series)
    assert last_by_account(columns["guard"]) == {"001": 0, "002": 2, "003": 0}
    assert last_by_account(columns["exposure"])["002"] > 0


@pytest.mark.parametrize(("dashboard", "title", "name"), HAPPENED)
def test_what_happened_is_seen(watched: Watched, dashboard: str, title: str, name: str) -> None:
    assert is_above_zero(watched, dashboard, title, name)


def test_an_alert_that_fires_is_seen_with_what_it_is_about(watched: Watched) -> None:
    (rows,) = shown_by(watched, "fleet", "What fires").values()
    about = {(one["metric"]["alertname"], one["metric"]["account"]) for one in rows}
    assert ("SolTraderEmergencyStop", "002") in about
    (critical,) = shown_by(watched, "fleet", "Critical alerts").values()
    assert samples(critical)[-1] >= 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_choices_at_the_top_offer_what_there_is(watched: Watched, file: Path) -> None:
    offered = {"account": {"001", "002", "003"}, "symbol": {"SOLUSDT", "DOGEUSDT"}}
    for variable in json.loads(file.read_text())["templating"]["list"][1:]:
        found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
        assert found is not None
        series = watched.server.query(f"count by ({found[2]}) ({put_in(found[1], EVERYTHING)})")
        assert {one["metric"][found[2]] for one in series} == offered[found[2]]

"""Every query of every panel, asked of a real Prometheus that scraped a real run of the bot."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.dashboards.files import FILES, Panel, panels, put_in
from tests.dashboards.prometheus import Prometheus, Series, prometheus, required
from tests.whole.command import Command, example_config, finished, started

SECOND_ACCOUNT = """
[[accounts]]
id = 2
name = "second"
api_key_env = "SOL_TRADER_KEY_002"
api_secret_env = "SOL_TRADER_SECRET_002"

[[accounts.symbols]]
symbol = "SOLUSDT"
initial_margin = 5
"""
#: What a person has chosen at the top: everything, or one account and symbol where only one can be.
EVERYTHING = {"account": ".*", "symbol": ".*"}
ONE = {"account": "001", "symbol": "SOLUSDT"}
#: As Grafana has it for scrapes of a second: four of them.
RATE_INTERVAL = "4s"


@dataclass(frozen=True, slots=True)
class Watched:
    """A run that is over, in Prometheus: seconds of its beginning and end."""

    server: Prometheus
    begun: int
    ended: int

    def ask(self, panel: Panel, target: dict[str, object]) -> Series:
        """A target's series, over the whole run or at its end, as its panel asks."""
        chosen = ONE if panel.dashboard == "account" else EVERYTHING
        length = f"{self.ended - self.begun}s"
        expr = put_in(str(target["expr"]), {**chosen, "__rate_interval": RATE_INTERVAL, "__range": length})
        assert not re.search(r"\$\{?[a-zA-Z_]", expr), f"a variable has no value: {expr}"
        if target["instant"]:
            return self.server.query(f"{expr}", time=str(self.ended))
        return self.server.query(expr, start=str(self.begun), end=str(self.ended), step="1")


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


def two_accounts(folder: Path) -> None:
    """The example's config with a second account and a sync every five seconds."""
    path = example_config(folder, **{"sync_seconds = 60": "sync_seconds = 5"})
    with path.open("a", encoding="utf-8") as config:
        config.write(SECOND_ACCOUNT)


@contextmanager
def traded(folder: Path) -> Iterator[Watched]:
    """Both accounts trade whipping prices until closes, syncs and scrapes are many; then one is stopped."""
    two_accounts(folder)
    run = (
        "run",
        "--config",
        "config.toml",
        "--journal",
        "venue.jsonl",
        "--scenario",
        "whipsaw",
        "--speed",
        "600",
    )
    with started(folder, *run) as command, prometheus(folder, metrics_address(command)) as server:
        begun = int(time.time())

        def enough() -> bool:
            closed = server.query("sum by (account) (soltrader_cycles_closed_total) >= 2")
            synced = server.query("sum by (account) (soltrader_syncs_total) >= 3")
            scraped = server.query('count_over_time(up{job="sol-trader"}[10m]) >= 10')
            return len(closed) == len(synced) == 2 and bool(scraped)

        command.wait_for(enough, "closes, syncs and scrapes")
        stopped = finished(folder, "stop", "2", "--config", "config.toml")
        assert stopped.code == 0, stopped.text
        firing = 'ALERTS{alertstate="firing", severity="critical"}'
        command.wait_for(lambda: server.query(firing), "the alert of the emergency stop")
        yield Watched(server=server, begun=begun, ended=math.ceil(time.time()))


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    required("prometheus")
    with traded(tmp_path_factory.mktemp("watched")) as run:
        yield run


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_query_of_every_panel_returns_data(watched: Watched, file: Path) -> None:
    found = [
        f"{panel.title}: {target['expr']}"
        for panel in panels(file)
        for target in panel.json["targets"]
        if not samples(watched.ask(panel, target))
    ]
    assert not found, "no data:\n" + "\n".join(found)

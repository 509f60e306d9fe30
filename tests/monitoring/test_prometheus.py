"""`make monitoring`: a real Prometheus scrapes the running bot, and every rule can be judged."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.monitoring.conftest import Running
from tests.monitoring.table import MONITORING, alerts
from tests.tools import tool
from tests.venue_process import DEADLINE_S, ROOT, wait_for

#: What a sound bot doesn't set off, be the machine as slow as it may.
NEVER = {
    "SolTraderAccountDown",
    "SolTraderDown",
    "SolTraderEmergencyStop",
    "SolTraderOrphanOrder",
    "SolTraderRestarts",
    "SolTraderStateFileCorrupt",
    "SolTraderStateNotWritten",
    "SolTraderUnreadableFrames",
}


def make(*variables: str) -> list[str]:
    return ["make", "--no-print-directory", "monitoring", *variables]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


class Prometheus:
    """What a running Prometheus answers."""

    def __init__(self, address: str) -> None:
        self._url = f"http://{address}/api/v1"

    def ask(self, path: str, **given: str) -> Any:
        """A part of its API; None while it can't answer."""
        try:
            url = f"{self._url}/{path}?{urllib.parse.urlencode(given)}"
            with urllib.request.urlopen(url, timeout=DEADLINE_S) as reply:
                return json.load(reply)["data"]
        except OSError:
            return None

    def scrapes(self) -> bool:
        """Whether its one target is up."""
        told = self.ask("targets")
        return bool(told) and [one["health"] for one in told["activeTargets"]] == ["up"]

    def rules(self) -> dict[str, dict[str, Any]]:
        """Its rules by name, once each was judged."""
        told = self.ask("rules")
        groups = told["groups"] if told else []
        return {rule["name"]: rule for group in groups for rule in group["rules"]}


@pytest.fixture(scope="module")
def prometheus(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    tool("prometheus")
    folder = tmp_path_factory.mktemp("prometheus")
    listen = f"127.0.0.1:{free_port()}"
    log = folder / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen(
            make(f"TARGET={running.address}", f"LISTEN={listen}", f"FIGURES={folder / 'figures'}"),
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Prometheus(listen)

    def scrapes() -> bool:
        assert process.poll() is None, log.read_text()
        return server.scrapes()

    try:
        wait_for(scrapes, "Prometheus to scrape the bot")
        yield server
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(DEADLINE_S)


def test_it_scrapes_the_running_bot_with_the_project_s_rules(prometheus: Prometheus) -> None:
    def equity() -> Any:
        return prometheus.ask("query", query="soltrader_equity_usdt")["result"]

    found = wait_for(equity, "a scrape after the account's first report")
    assert [one["metric"]["account"] for one in found] == ["001"]
    assert float(found[0]["value"][1]) > 0
    assert prometheus.rules().keys() == {alert.name for alert in alerts()}


def test_every_rule_can_be_judged_and_a_sound_bot_sets_off_none_of_those_that_time_does_not(
    prometheus: Prometheus,
) -> None:
    wait_for(
        lambda: all(rule["health"] != "unknown" for rule in prometheus.rules().values()), "rules to be judged"
    )
    judged = prometheus.rules()
    assert {name for name, rule in judged.items() if rule["health"] != "ok"} == set()
    assert {name for name, rule in judged.items() if rule["state"] == "firing"} & NEVER == set()


def test_without_prometheus_make_says_what_to_install(tmp_path: Path) -> None:
    for name in ("make", "sh", "sed", "mkdir", "echo"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    said = subprocess.run(make(), cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert said.returncode != 0
    assert "prometheus is not on the PATH. Install it (Debian: apt-get install prometheus)" in said.stderr


def test_the_compose_file_starts_bot_prometheus_and_grafana_from_files_that_are_there() -> None:
    compose = yaml.safe_load((MONITORING / "compose.yml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert services.keys() == {"network", "bot", "prometheus", "grafana"}
    build = services["bot"]["build"]
    assert (MONITORING / build["context"] / build["dockerfile"]).is_file()
    volumes = [
        volume.replace("${SOL_TRADER_CONFIG:-", "").replace("}", "")
        for service in services.values()
        for volume in service.get("volumes", [])
    ]
    for source in (volume.split(":")[0] for volume in volumes):
        if source.startswith("."):
            present = (MONITORING / source).exists() or not (MONITORING / "grafana").exists()
            assert present, source
        else:
            assert source in compose["volumes"]


def test_prometheus_shares_the_bots_loopback_and_keeps_its_network_when_the_bot_restarts() -> None:
    services = yaml.safe_load((MONITORING / "compose.yml").read_text(encoding="utf-8"))["services"]
    assert services["bot"]["network_mode"] == services["prometheus"]["network_mode"] == "service:network"
    assert services["network"]["entrypoint"] == ["sleep", "infinity"], "what holds the network never ends"
    assert "//network:" in services["grafana"]["environment"]["SOL_TRADER_PROMETHEUS"]
    assert [name for name, one in services.items() if "network_mode" in one and "ports" in one] == []


def test_the_compose_file_opens_its_ports_on_loopback_alone_and_pins_its_images() -> None:
    services = yaml.safe_load((MONITORING / "compose.yml").read_text(encoding="utf-8"))["services"].values()
    ports = [port for service in services for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    images = [service["image"] for service in services if "image" in service]
    assert all(image.rpartition(":")[2][-1].isdigit() for image in images)


def test_the_image_holds_what_the_bot_imports_and_nothing_of_this_machine() -> None:
    told = (MONITORING / "Dockerfile").read_text(encoding="utf-8")
    copied = {word for line in told.splitlines() if line.startswith("COPY") for word in line.split()[1:-1]}
    let_in = (MONITORING / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{name}" for name in copied} == {line for line in let_in if line.startswith("!")}
    assert "*" in let_in
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "backtest"}
    assert rooms <= copied

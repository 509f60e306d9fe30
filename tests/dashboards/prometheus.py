"""A real Prometheus with the project's rules, scraping one address every two seconds.

with prometheus(tmp_path, "127.0.0.1:9108") as server:
    server.query("up")
"""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.monitoring.table import MONITORING
from tests.tools import tool
from tests.venue_process import DEADLINE_S, wait_for

SCRAPE_S = 2
Series = list[dict[str, Any]]


class Prometheus:
    """A running server."""

    def __init__(self, url: str) -> None:
        self.url = url

    def query(self, expr: str, **given: str) -> Series:
        """An instant query's series, at ``time``; a range query's with ``start``, ``end`` and ``step``."""
        path = "query_range" if "step" in given else "query"
        body = urllib.parse.urlencode({"query": expr, **given}).encode()
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}", body, timeout=DEADLINE_S) as reply:
                data: dict[str, Any] = json.load(reply)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{expr}: {error.read().decode()}") from error
        result: Series = data["result"]
        return result

    def ready(self) -> bool:
        """Whether it answers queries."""
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=DEADLINE_S):
                return True
        except OSError:
            return False


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def config_for(target: str) -> dict[str, Any]:
    """The project's own configuration, but for this target, and scrapes that come sooner."""
    given: dict[str, Any] = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
    often = {"scrape_interval": f"{SCRAPE_S}s", "scrape_timeout": f"{SCRAPE_S}s"}
    given["global"] |= {**often, "evaluation_interval": f"{SCRAPE_S}s"}
    given["rule_files"] = [str(MONITORING / name) for name in given["rule_files"]]
    (bot,) = given["scrape_configs"]
    bot |= {**often, "static_configs": [{"targets": [target]}]}
    return given


@contextmanager
def prometheus(folder: Path, target: str) -> Iterator[Prometheus]:
    """The server, ready, with its data in ``folder``; ended at the end."""
    program = tool("prometheus")
    path, log = folder / "prometheus.yml", folder / "prometheus.txt"
    path.write_text(yaml.safe_dump(config_for(target)), encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    command = [program, f"--config.file={path}", f"--storage.tsdb.path={folder / 'tsdb'}"]
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, f"--web.listen-address={address}"], stdout=out, stderr=subprocess.STDOUT, cwd=folder
        )
    server = Prometheus(f"http://{address}")

    def is_ready() -> bool:
        assert process.poll() is None, f"Prometheus ended: {log.read_text()}"
        return server.ready()

    try:
        wait_for(is_ready, "Prometheus")
        yield server
    finally:
        process.terminate()
        process.wait(DEADLINE_S)

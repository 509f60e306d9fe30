"""The bot as a person starts it, trading on the venue, with the address of its metrics."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.venue_process import DEADLINE_S, wait_for
from tests.whole.command import Command, closes_in, example_config, started

CLOSES = 3


@dataclass(frozen=True, slots=True)
class Running:
    """A running bot and ``host:port`` of its metrics."""

    command: Command
    address: str

    def scrape(self) -> str:
        """What Prometheus would get now."""
        url = f"http://{self.address}/metrics"
        with urllib.request.urlopen(url, timeout=DEADLINE_S) as reply:
            return str(reply.read().decode())


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("run")
    config = example_config(folder)
    options = ("--config", str(config), "--scenario", "whipsaw", "--seed", "5", "--journal", "venue.jsonl")
    with started(folder, "run", *options) as command:
        command.wait_for(lambda: closes_in(folder / "venue.jsonl") >= CLOSES, f"{CLOSES} closes")
        (address,) = set(re.findall(r"metrics on http://(\S+)/metrics", command.log))
        bot = Running(command, address)
        wait_for(lambda: "soltrader_last_frame_timestamp_seconds{" in bot.scrape(), "a look at the streams")
        yield bot
        done = command.stop()
    assert done.code == 0, done.text

"""The whole bot, dry, beside a venue that plays the real exchange and never hears an order of it."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from actors.exchanges import exchanges_for
from actors.process import Bot, RunResult
from config import Config
from config.loader import check_document
from exchange.dry.beginning import QUIRKS
from exchange.venue.core import VenueCore
from exchange.venue.records import OPEN_STATUSES
from messages.ids import parse_order_link_id
from messages.sides import Role
from tests.dry.desk import READS
from tests.venue_process import DEADLINE_S, VenueProcess, venue_process, wait_for

Row = dict[str, Any]


@pytest.fixture
def venue() -> Iterator[VenueProcess]:
    with venue_process(scenario="manual", symbols=["AUSDT=100"]) as process:
        yield process


def dry_config(folder: Path, accounts: int = 1) -> Config:
    """Dry accounts on one symbol at 100 USDT: TP at half a percent, next level at one."""
    return check_document(
        {
            "process": {
                "environment": "simulated",
                "data_dir": str(folder / "data"),
                "metrics": {"enabled": False},
            },
            "accounts": [
                {
                    "id": number,
                    "name": f"dry-{number}",
                    "api_key_env": f"KEY_{number}",
                    "api_secret_env": f"SECRET_{number}",
                    "dry_run": True,
                    "symbols": [{"symbol": "AUSDT", "initial_margin": Decimal(5), "max_levels": 3}],
                }
                for number in range(1, accounts + 1)
            ],
        }
    )


class Run:
    """One run of the bot, and what its dry files say."""

    def __init__(self, folder: Path, account: int = 1) -> None:
        self._data = folder / "data"
        self._code = f"{account:03d}"

    def account(self) -> Row:
        """The simulated account as kept."""
        path = self._data / f"{self._code}_dry_venue.json"
        account: Row = {"orders": [], "executions": [], "holdings": []}
        if path.exists():
            account = orjson.loads(path.read_bytes())["venue"]["accounts"][0]
        return account

    def trades(self) -> list[dict[str, str]]:
        """The rows of the trades file."""
        path = self._data / f"{self._code}_dry_trades_history.csv"
        if not path.exists():
            return []
        with path.open(newline="") as file:
            return list(csv.DictReader(file))

    def resting(self, role: Role) -> int:
        """How many orders of a role are open in the simulated account."""
        names = [parse_order_link_id(o["link_id"]) for o in self.account()["orders"] if _is_open(o)]
        return sum(name is not None and name.role is role for name in names)

    def closes(self) -> int:
        """How many take profits have filled."""
        return sum(row["role"] == "T" for row in self.trades())

    def wait_open(self) -> None:
        """Both sides hold something, their TPs and next entries rest."""
        wait_for(lambda: self.resting(Role.TAKE_PROFIT) == 2 and self.resting(Role.ENTRY) == 2, "both sides")


def _is_open(order: Row) -> bool:
    return order["status"] in OPEN_STATUSES


@contextmanager
def running(config: Config, venue: VenueProcess) -> Iterator[None]:
    """The bot in a thread of its own, stopped in order at the end."""
    bot = Bot(config, exchanges_for(config, venue.url, {}), None)
    results: list[RunResult] = []
    thread = threading.Thread(target=lambda: results.append(bot.run(None)), name="bot")
    thread.start()
    try:
        yield
    finally:
        bot.stop()
        thread.join(DEADLINE_S)
    assert [result.failure for result in results] == [""]


def test_a_dry_run_takes_profit_on_real_prices_and_goes_on_after_a_restart(
    venue: VenueProcess, tmp_path: Path
) -> None:
    config, run = dry_config(tmp_path), Run(tmp_path)
    with running(config, venue):
        run.wait_open()
        venue.control("price", symbol="AUSDT", price="100.80")
        wait_for(lambda: run.closes() == 1, "the take profit of LONG")
        run.wait_open()
    assert run.resting(Role.ENTRY) == 0, "entries rest after an orderly stop"
    assert run.resting(Role.TAKE_PROFIT) == 2
    first = {each["exec_id"] for each in run.account()["executions"]}
    assert {row["exec_id"] for row in run.trades()} == first
    venue.control("price", symbol="AUSDT", price="102.00")
    with running(config, venue):
        wait_for(lambda: run.closes() == 2, "the take profit that was passed meanwhile")
        run.wait_open()
    booked = [row["exec_id"] for row in run.trades()]
    assert len(booked) == len(set(booked))
    assert set(booked) == {each["exec_id"] for each in run.account()["executions"]}
    ids = [order["link_id"] for order in run.account()["orders"]]
    assert len(ids) == len(set(ids))


def test_of_dry_runs_the_exchange_sees_nothing_but_reads(venue: VenueProcess, tmp_path: Path) -> None:
    runs = [Run(tmp_path, account) for account in (1, 2)]
    with running(dry_config(tmp_path, accounts=2), venue):
        for run in runs:
            run.wait_open()
        venue.control("price", symbol="AUSDT", price="99.20")
        for run in runs:
            wait_for(lambda run=run: run.closes() == 1, "the take profit of SHORT")  # type: ignore[misc]  # bound now
    asked = venue.journal()
    assert {record["topic"] for record in asked} == {"request"}
    assert {record["op"] for record in asked} <= READS
    assert not any(venue.control("state")["positions"].values())
    files = {path.name for path in (tmp_path / "data").iterdir()}
    assert files
    assert all("_dry_" in name for name in files), files


def test_the_kept_books_of_a_dry_run_add_up(venue: VenueProcess, tmp_path: Path) -> None:
    with running(dry_config(tmp_path), venue):
        Run(tmp_path).wait_open()
        venue.control("price", symbol="AUSDT", price="98.50")
        wait_for(lambda: Run(tmp_path).closes() == 1, "the take profit of SHORT")
    data = orjson.loads((tmp_path / "data" / "001_dry_venue.json").read_bytes())["venue"]
    assert VenueCore.restored(data, instruments=(), quirks=QUIRKS).audit() == []

"""How soon a bot with many symbols trades: three starts, each from the process's birth, calls counted.

| start               | what it finds                                                        |
|---------------------|----------------------------------------------------------------------|
| the first           | nothing: one-way mode, another leverage, all legs flat               |
| after a kill        | its state file, and a hedge open on every symbol                     |
| its state file gone | the same hedges, to be rebuilt from the exchange                     |

The venue's rate limits are Bybit's own. Entries wait on top until nothing of an earlier process can still
appear (strategy, section 9); leverage is set before the first entries of flat symbols: both stand apart.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import orjson
from rich.table import Table

from actors.simulation.checks.files import STATE_FILE
from actors.torture.judge import Judge
from actors.torture.life import Life
from actors.torture.moments import RUNNING
from actors.torture.plan import ACCOUNT, config_of
from actors.torture.venue import Plant, TorturedVenue

_PRICE = Decimal("1.00")
_LOOK_S, _ANSWER_S, _PATIENCE_S = 0.25, 10.0, 120.0
_ORDERS = ("order.create", "order.amend", "order.cancel")
_LEVERAGE = "position.set-leverage"


class NeverTrades(Exception):
    """A bot that does not come to trade: what does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start. Seconds from the process's birth to the end of the first sync, and of the wait after it.

    ``calls`` are REST requests until then by operation, without orders.
    """

    name: str
    synced_s: float
    waited_s: float
    calls: Counter[str]

    @property
    def reads(self) -> int:
        """Requests without those that set a leverage."""
        return self.calls.total() - self.calls[_LEVERAGE]


def starts(symbols: int, folder: Path) -> Iterator[Start]:
    """Measure the three starts with so many symbols, one by one; raises NeverTrades."""
    data = folder / "data"
    data.mkdir(parents=True)
    names = tuple(f"S{number:03d}USDT" for number in range(symbols))
    config = folder / "config.toml"
    settings = ("initial_margin = 5", "max_levels = 3", "leverage = 5")
    config.write_text(config_of(data, {ACCOUNT: dict.fromkeys(names, settings)}), encoding="utf-8")
    journal = folder / "venue.jsonl"
    balance = Decimal(1000) * symbols
    venue = TorturedVenue(journal, 1, dict.fromkeys(names, _PRICE), balance=balance, limit_factor=1)
    try:
        measured = Measured(venue, config, folder / "bot.log", names)
        yield measured.start("the first")
        yield measured.start("after a kill")
        (data / f"{ACCOUNT:03d}{STATE_FILE}").unlink()
        yield measured.start("its state file gone")
    finally:
        venue.stop()


class Measured:
    """Starts one process after another on the same venue, and kills each once all is as it should be."""

    def __init__(self, venue: TorturedVenue, config: Path, log: Path, symbols: tuple[str, ...]) -> None:
        self._venue, self._config, self._log, self._symbols = venue, config, log, symbols
        self._judge = Judge(config.parent / "data")

    def start(self, name: str) -> Start:
        """One start."""
        before = self.requests()
        life = Life(self._config, self._venue.url, self._log, RUNNING, 0)
        try:
            self._wait_for(life, name, "synced")
            self._wait_for(life, name, "trading")
            calls = self.requests() - before
            self._settle(life, name)
        finally:
            life.kill()
        synced_s = life.told["synced"]
        return Start(name=name, synced_s=synced_s, waited_s=life.told["trading"] - synced_s, calls=calls)

    def _wait_for(self, life: Life, name: str, what: str) -> None:
        while what not in life.told:
            if not life.alive or life.age_s > _PATIENCE_S:
                raise NeverTrades(f"{name}: never {what}: see {self._log}")
            time.sleep(_LOOK_S / 50)

    def _settle(self, life: Life, name: str) -> None:
        found = ["nothing was looked at"]
        while found and life.age_s < _PATIENCE_S:
            for symbol in self._symbols:
                self._venue.price(symbol, _PRICE, "Buy")
            time.sleep(_LOOK_S)
            found = self._judge.once_it_trades(
                Plant(self._venue.core(), life.states(_ANSWER_S), self._symbols)
            )
        if found:
            raise NeverTrades(f"{name}: {'; '.join(found[:3])}")

    def requests(self) -> Counter[str]:
        """REST requests that the venue has had so far, by operation, orders left out."""
        lines = self._venue.journal.read_bytes().splitlines()
        ops = (row["op"] for row in map(orjson.loads, lines) if row["topic"] == "request")
        return Counter(op for op in ops if not op.startswith(_ORDERS))


def starts_table(symbols: int, measured: Sequence[Start]) -> Table:
    """The starts for people."""
    table = Table(
        "start",
        "process start to first sync, s",
        "then the wait for proofs, s",
        "REST calls",
        "leverages set",
        title=f"{symbols} symbols",
        title_justify="left",
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for start in measured:
        table.add_row(
            start.name,
            f"{start.synced_s:.2f}",
            f"{start.waited_s:.2f}",
            str(start.reads),
            str(start.calls[_LEVERAGE]),
        )
    return table

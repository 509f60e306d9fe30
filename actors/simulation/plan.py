"""What one seed chooses: configuration, prices, the venue's quirks, and everything that goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

from actors.simulation.market import MarketPlan
from config import Config
from config.checks import stop_beyond_ladder
from config.loader import check_document
from config.schema import SymbolSettings
from exchange.simulated.weather import CALM, Weather, weather_of
from exchange.venue.quirks import Quirks

#: The data folder of every simulated process; it exists in memory alone.
FOLDER = Path("/data")
_MINUTE_MS = 60_000
#: A protective stop lies at least so much (percent) beyond the ladder.
_BEYOND = Decimal("0.01")
_RESETTING = 0.125
_SUSPENDED = 0.1
_SYMBOLS = ("SOLUSDT", "DOGEUSDT", "XRPUSDT")


class Kind(StrEnum):
    """What happens at one moment of a run."""

    WEATHER = "weather"
    KILL = "kill"
    KILL_IN_WRITE = "kill in a write"
    ACTOR_DIES = "actor dies"
    ORDERLY_STOP = "orderly stop"
    CLOCK_STEP = "clock step"
    CLOCK_STOP = "clock stands still"
    DISK_BAD = "disk bad"
    DISK_GOOD = "disk good"
    STATE_LOST = "state file lost"
    PERSON = "person"
    EXCHANGE = "exchange"
    FUNDING = "funding"
    SETTINGS = "other settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that happens at ``at_ms`` of the run; ``draw`` feeds whatever chance it takes."""

    at_ms: int
    kind: Kind
    draw: int
    weather: Weather | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run. Times count from its start."""

    seed: int
    length_ms: int
    config: Config
    balances: Mapping[int, Decimal]
    market: MarketPlan
    quirks: Quirks
    incidents: tuple[Incident, ...]
    clock_ahead_ms: int
    slow: float
    """Share of the letters that wait for a slow reader: no money, a chance."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol that is traded by anyone."""
        return tuple(sorted({s.symbol for account in self.config.accounts for s in account.symbols}))

    @property
    def calm(self) -> bool:
        """Whether nothing at all is meant to go wrong."""
        return all(incident.kind is Kind.FUNDING for incident in self.incidents)


def plan_of(seed: int, hours: Decimal, *, real_prices: bool = False) -> Plan:
    """The run of a seed: the same for the same arguments, whatever ran before."""
    chance = Random(f"plan/{seed}")
    length_ms = int(hours * 60 * _MINUTE_MS)
    accounts = chance.choice((1, 1, 1, 2))
    tables, balances = [], {}
    for number in range(1, accounts + 1):
        table, balance = _account(chance, number)
        for symbol in table["symbols"]:
            symbol |= _seldom(Random(f"seldom/{seed}/{number}/{symbol['symbol']}"), symbol)
        tables.append(table)
        balances[number] = balance
    document = {
        "process": {
            "environment": "simulated",
            "data_dir": str(FOLDER),
            "metrics": {"enabled": False},
            "sync_seconds": 60,
        },
        "accounts": tables,
    }
    config = check_document(document, f"seed {seed}")
    plan = Plan(
        seed=seed,
        length_ms=length_ms,
        config=config,
        balances=balances,
        market=MarketPlan.drawn(chance, _symbols_of(config), length_ms, real=real_prices),
        quirks=replace(
            Quirks.drawn(seed),
            max_outcome_ms=chance.choice((5, 10, 40, 200)),
            max_push_ms=chance.choice((1, 3, 20, 60)),
        ),
        incidents=(),
        clock_ahead_ms=chance.choice((0, 0, 0, -300, 250, 1500, -4000)),
        slow=chance.choice((0, 0, 0.01, 0.1)),
    )
    incidents = _incidents(chance, length_ms)
    if incidents:
        incidents += _seldom_incidents(Random(f"settings/{seed}"), Kind.SETTINGS, _RESETTING, length_ms)
        incidents += _seldom_incidents(Random(f"suspended/{seed}"), Kind.CLOCK_STOP, _SUSPENDED, length_ms)
    return replace(plan, incidents=tuple(sorted(incidents, key=_when)))


def _seldom_incidents(chance: Random, kind: Kind, share: float, length_ms: int) -> tuple[Incident, ...]:
    """What happens in few runs; drawn apart, so that it moves nothing else of a seed."""
    if chance.random() >= share:
        return ()
    moments = [chance.randint(60_000, max(length_ms, 60_001)) for _ in range(chance.randint(1, 3))]
    return tuple(
        Incident(at_ms=min(at_ms, length_ms), kind=kind, draw=chance.getrandbits(48)) for at_ms in moments
    )


def _when(incident: Incident) -> tuple[int, int]:
    return incident.at_ms, incident.draw


def _symbols_of(config: Config) -> list[str]:
    return sorted({s.symbol for account in config.accounts for s in account.symbols})


def _account(chance: Random, number: int) -> tuple[dict[str, Any], Decimal]:
    """An account's table, and what it begins with: plenty, or hardly enough for its ladders."""
    symbols = chance.sample(_SYMBOLS, chance.choice((1, 1, 1, 2)))
    tables = [_symbol(chance, symbol) for symbol in symbols]
    need = sum((_ladder_cost(table) for table in tables), Decimal(0))
    balance = need * chance.choice((Decimal("1.02"), Decimal("1.3"), Decimal(4), Decimal(20)))
    table = {
        "id": number,
        "name": f"account{number}",
        "api_key_env": f"KEY_{number}",
        "api_secret_env": f"SECRET_{number}",
        "guard": _guard(chance),
        "symbols": tables,
    }
    return table, balance.quantize(Decimal("0.01"))


def _symbol(chance: Random, symbol: str) -> dict[str, Any]:
    max_levels = chance.choice((2, 3, 5, 7))
    return {
        "symbol": symbol,
        "initial_margin": chance.choice((5, 10)),
        "leverage": chance.choice((10, 10, 5, 20)),
        "take_profit_percent": Decimal(chance.choice(("0.2", "0.3", "0.5", "1", "3"))),
        "grid_step_percent": Decimal(chance.choice(("0.2", "0.3", "0.5", "1"))),
        "multiplier": Decimal(chance.choice(("1", "1.3", "1.5", "2"))),
        "max_levels": max_levels,
        "pending_depth": min(chance.choice((1, 1, 2, 3)), max_levels - 1),
        "recalculate_percent": chance.choice((1, 2, 5)),
        "balance_buffer_percent": chance.choice((5, 15, 15)),
        "reopen_size": chance.choice(("initial", "initial", "minus_two", "margin_ratio")),
        "reopen_side": chance.choice(("closed", "closed", "opposite", "both")),
        "when_locked": chance.choice(("restart", "restart", "hold")),
        "safety_take_profit": chance.random() < 0.15,
        "on_stop": chance.choice(("cancel_entries", "keep")),
    }


def _seldom(chance: Random, table: Mapping[str, Any]) -> dict[str, Any]:
    """What few use; drawn apart, so that it moves nothing else of a seed."""
    drawn: dict[str, Any] = {}
    if chance.random() < 0.08:
        percent = Decimal(chance.choice(("2", "5", "10")))
        beyond = stop_beyond_ladder(SymbolSettings.model_validate(table)) + _BEYOND
        drawn["protective_stop_percent"] = max(percent, beyond.quantize(_BEYOND, rounding=ROUND_CEILING))
    if chance.random() < 0.04:
        drawn["wind_down"] = True
    return drawn


def _ladder_cost(table: Mapping[str, Any]) -> Decimal:
    """Σ margin(n) of both sides, with the buffer."""
    initial, multiplier = Decimal(table["initial_margin"]), table["multiplier"]
    margins = sum((initial * multiplier**n for n in range(table["max_levels"])), Decimal(0))
    buffer = Decimal(table["balance_buffer_percent"])
    return 2 * margins * (100 + buffer) / 100


def _guard(chance: Random) -> dict[str, Any]:
    """Thresholds wide enough that most runs trade to their end, and some don't."""
    return {
        "loss": {"threshold_percent": chance.choice((50, 90, 99))},
        "maintenance_rate": {"threshold_percent": chance.choice((50, 90, 99))},
        "disconnections": {"max_per_hour": chance.choice((5, 20, 1000))},
        "take_profit_failures": {"max_in_a_row": chance.choice((3, 10, 100))},
    }


def _incidents(chance: Random, length_ms: int) -> tuple[Incident, ...]:
    """One run in seven is calm; the others have weather, and some of the rest of what can happen."""
    if chance.random() < 0.14:
        return ()
    incidents: list[Incident] = []

    def add(kind: Kind, at_ms: int, weather: Weather | None = None) -> None:
        incidents.append(
            Incident(at_ms=min(at_ms, length_ms), kind=kind, draw=chance.getrandbits(48), weather=weather)
        )

    at_ms = 0
    while at_ms < length_ms:
        add(Kind.WEATHER, at_ms, CALM if at_ms and chance.random() < 0.3 else weather_of(chance))
        at_ms += chance.choice((5, 20, 60, 120)) * _MINUTE_MS
    hours = max(length_ms / 3_600_000, 0.5)
    for kind, share, often in (
        (Kind.KILL, 0.3, 3),
        (Kind.KILL_IN_WRITE, 0.2, 2),
        (Kind.ACTOR_DIES, 0.3, 2),
        (Kind.ORDERLY_STOP, 0.15, 1),
        (Kind.CLOCK_STEP, 0.2, 2),
        (Kind.DISK_BAD, 0.25, 2),
        (Kind.STATE_LOST, 0.1, 1),
        (Kind.PERSON, 0.15, 4),
        (Kind.EXCHANGE, 0.1, 2),
        (Kind.FUNDING, 0.5, 2),
    ):
        if chance.random() < share:
            for _ in range(chance.randint(1, max(1, round(often * hours)))):
                moment = chance.randint(20_000, max(length_ms, 20_001))
                add(kind, moment)
                if kind is Kind.DISK_BAD:
                    add(Kind.DISK_GOOD, moment + chance.choice((1_000, 20_000, 300_000)))
    return tuple(sorted(incidents, key=_when))

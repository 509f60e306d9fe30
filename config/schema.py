"""What a configuration file holds: ``[process]``, ``[notifications]``, ``[[accounts]]`` and more.

Types and ranges are said here; what several settings say together is in config/checks.py, and both
are applied by config/loader.py, the way to make a :class:`Config`.
"""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field

from config.fields import VARIABLE, Choice, Folder, Number, NumberOrOff, Section, Tables, VariableName
from config.guard import Guard
from config.notifications import Notifications
from messages.settings import GridSettings, OnStop, ReopenSide, ReopenSize, WhenLocked


class Environment(StrEnum):
    """Where orders go. Only ``mainnet`` trades real money."""

    SIMULATED = "simulated"
    DEMO = "demo"
    TESTNET = "testnet"
    MAINNET = "mainnet"


class LogLevel(StrEnum):
    """The least severe record that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Metrics(Section):
    """Where Prometheus scrapes; port 0 takes a free one and says which."""

    enabled: bool = True
    host: str = Field(default="127.0.0.1", min_length=1, max_length=253, description="a host name or address")
    port: int = Field(default=9108, ge=0, le=65535)


class Log(Section):
    """The log files of each account: JSON lines, a bounded number of files of a bounded size."""

    files: bool = True
    level: Annotated[LogLevel, Choice] = LogLevel.INFO
    max_megabytes: int = Field(default=20, ge=1, le=1024)
    kept_files: int = Field(default=5, ge=1, le=100)


class Process(Section):
    """What all accounts of the process share."""

    environment: Annotated[Environment, Choice]
    data_dir: Folder = Field(default=Path("data"), description="the path of a folder")
    sync_seconds: int = Field(default=60, ge=5, le=3600)
    log_level: Annotated[LogLevel, Choice] = LogLevel.INFO
    max_emergency_stops_per_hour: int = Field(default=3, ge=0, le=1000)
    log: Log = Log()
    metrics: Metrics = Metrics()


class SymbolSettings(Section):
    """The grid of one symbol, strategy section 2; percentages in percent as written."""

    symbol: str = Field(pattern=r"^[A-Z0-9]{1,21}$", description="1 to 21 characters A-Z and 0-9")
    initial_margin: Number = Field(ge=Decimal("0.01"), le=1_000_000)
    leverage: Number = Field(default=Decimal("10"), ge=1, le=200)
    grid_step_percent: Number = Field(default=Decimal("1.0"), ge=Decimal("0.05"), le=20)
    multiplier: Number = Field(default=Decimal("1.5"), ge=1, le=10)
    take_profit_percent: Number = Field(default=Decimal("0.5"), ge=Decimal("0.05"), le=50)
    max_levels: int = Field(default=7, ge=1, le=50)
    pending_depth: int = Field(default=1, ge=1, le=10)
    recalculate_percent: Number = Field(default=Decimal("5"), ge=1, le=50)
    balance_buffer_percent: Number = Field(default=Decimal("15"), ge=0, le=200)
    reopen_size: Annotated[ReopenSize, Choice] = ReopenSize.INITIAL
    reopen_side: Annotated[ReopenSide, Choice] = ReopenSide.CLOSED
    when_locked: Annotated[WhenLocked, Choice] = WhenLocked.HOLD
    protective_stop_percent: NumberOrOff = Field(default=None, ge=1, le=90)
    safety_take_profit: bool = False
    on_stop: Annotated[OnStop, Choice] = OnStop.CANCEL_ENTRIES
    wind_down: bool = False

    def to_grid_settings(self) -> GridSettings:
        """The same settings as the pure core takes them."""
        return GridSettings(**{name: getattr(self, name) for name in type(self).model_fields})


class Account(Section):
    """One isolated account: its id, where its keys are found, its rules and its symbols."""

    id: int = Field(ge=1, le=999)
    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="1 to 40 of A-Z a-z 0-9 _ -")
    api_key_env: VariableName = Field(description=VARIABLE)
    api_secret_env: VariableName = Field(description=VARIABLE)
    dry_run: bool = False
    simulated_usdt: Number = Field(default=Decimal("10000"), ge=1, le=1_000_000_000)
    guard: Guard = Guard()
    symbols: Annotated[tuple[SymbolSettings, ...], Tables] = Field(min_length=1)

    @property
    def code(self) -> str:
        """The id as file names and order ids carry it: three digits."""
        return f"{self.id:03d}"


class Config(Section):
    """A whole configuration file."""

    process: Process
    notifications: Notifications = Notifications()
    accounts: Annotated[tuple[Account, ...], Tables] = Field(min_length=1)

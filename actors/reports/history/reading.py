"""An account's files, read and reckoned up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from actors.account import Files
from actors.reports.history.analysis import Analysis, analyse
from actors.reports.history.lines import HistoryError
from actors.reports.history.performance import read_all_performance
from actors.reports.history.trades import Trade, read_trades
from config import Account, Config


def has_history(config: Config, account: Account) -> bool:
    """Whether an account has traded with this config; raises HistoryError where that can't be seen."""
    return _exists(Files.of(Path(config.process.data_dir), account).trades)


def account_history(config: Config, account: Account, *, since_ms: int) -> Analysis:
    """Read both files of an account; raises HistoryError where one is missing or spoilt."""
    files = Files.of(Path(config.process.data_dir), account)
    trades = list(own_trades(files.trades, account))
    minutes = read_all_performance(files.performance) if _exists(files.performance) else []
    return analyse(account.id, account.name, trades, minutes, since_ms=since_ms, dry_run=account.dry_run)


def own_trades(path: Path, account: Account) -> Iterator[Trade]:
    """The executions of an account's file; raises HistoryError where they are another's."""
    for trade in read_trades(path):
        if trade.account != account.id:
            raise HistoryError(
                f"{path}: has trades of account {trade.account:03d}, not only of {account.code}: "
                "put the right file here"
            )
        yield trade


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise HistoryError(f"{path}: can't be read: {error.strerror}") from None

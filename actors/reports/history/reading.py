"""An account's files, read and reckoned up."""

from __future__ import annotations

from pathlib import Path

from actors.account import Files
from actors.reports.history.analysis import Analysis, analyse
from actors.reports.history.lines import HistoryError
from actors.reports.history.performance import read_all_performance
from actors.reports.history.trades import read_trades
from config import Account, Config


def has_history(config: Config, account: Account) -> bool:
    """Whether an account has traded with this config; raises HistoryError where that can't be seen."""
    return _exists(Files.of(Path(config.process.data_dir), account).trades)


def account_history(config: Config, account: Account, *, since_ms: int) -> Analysis:
    """Read both files of an account; raises HistoryError where one is missing or spoilt."""
    files = Files.of(Path(config.process.data_dir), account)
    trades = list(read_trades(files.trades))
    owners = {trade.account for trade in trades} - {account.id}
    if owners:
        raise HistoryError(
            f"{files.trades}: has trades of account {min(owners):03d}, not only of {account.code}: "
            "put the right file here"
        )
    minutes = read_all_performance(files.performance) if _exists(files.performance) else []
    return analyse(account.id, account.name, trades, minutes, since_ms=since_ms)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise HistoryError(f"{path}: can't be read: {error.strerror}") from None

"""What the data folder tells, whether a process runs or not; nothing in it is changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from actors.account import Files
from actors.flag import read_flag
from actors.reports.health.findings import Finding, Mark
from actors.reports.history.lines import HistoryError
from actors.reports.history.performance import read_performance
from actors.reports.history.trades import read_trades
from actors.start import StartRefused, refuse_other_environment
from config import Account, Config
from state.store.disk import RealDisk
from state.store.state_file import Corrupt, StateRefused, read_state
from state.store.times import iso_utc

MB = 1_000_000
DISK_LOOK_MB, DISK_BAD_MB = 1_000, 100
#: What others may do with a file that only its owner should read.
_OTHERS = 0o077


def file_findings(config: Config, *, serving: int | None) -> Iterator[Finding]:
    """The disk, and each account's files. ``serving``: the pid of who answers for this folder."""
    folder = Path(config.process.data_dir)
    yield _disk(folder)
    for account in config.accounts:
        files = Files.of(folder, account)
        yield _state(config, account, files)
        yield _history(account, "trades", files.trades, lambda path: len(list(read_trades(path))))
        yield _history(
            account, "performance", files.performance, lambda path: len(list(read_performance(path)))
        )
        yield _flag(account, files.flag)
        yield _lock(account, files.lock, serving)


def _disk(folder: Path) -> Finding:
    if not folder.exists():
        return _finding(None, "disk", Mark.LOOK, f"{folder} is not there: nothing has run with this config")
    free_mb = shutil.disk_usage(folder).free // MB
    text = f"{free_mb:,} MB free for {folder}"
    if not os.access(folder, os.W_OK | os.X_OK):
        return _finding(None, "disk", Mark.BAD, f"{text}, but this user may not write there")
    mark = Mark.BAD if free_mb < DISK_BAD_MB else Mark.LOOK if free_mb < DISK_LOOK_MB else Mark.OK
    return _finding(None, "disk", mark, text)


def _state(config: Config, account: Account, files: Files) -> Finding:
    path = files.state
    kept = sorted(path.parent.glob(f"{path.name}.kept-*"))
    beside = (
        f"; {len(kept)} unreadable ones of before lie beside it, the last {kept[-1].name}" if kept else ""
    )
    try:
        saved = read_state(RealDisk(), path, account.id)
        if saved is None:
            return _finding(
                account, "state file", Mark.LOOK if kept else Mark.OK, f"{path}: none yet{beside}"
            )
        if isinstance(saved, Corrupt):
            return _finding(account, "state file", Mark.BAD, f"{path}: {saved.reason}{beside}")
        refuse_other_environment(saved, path, config.process.environment.value)
    except (StateRefused, StartRefused) as error:
        return _finding(account, "state file", Mark.BAD, f"{error}{beside}")
    text = f"whole, revision {saved.revision} of {iso_utc(saved.written_ms)}{beside}"
    if path.stat().st_mode & _OTHERS:
        return _finding(account, "state file", Mark.LOOK, f"{text}; others may open it: chmod 600 {path}")
    return _finding(account, "state file", Mark.LOOK if kept else Mark.OK, text)


def _history(account: Account, name: str, path: Path, count: Callable[[Path], int]) -> Finding:
    if not path.exists():
        return _finding(account, name, Mark.OK, f"{path}: none yet")
    try:
        return _finding(account, name, Mark.OK, f"{count(path):,} rows, each readable")
    except HistoryError as error:
        return _finding(account, name, Mark.BAD, str(error))


def _flag(account: Account, path: Path) -> Finding:
    flag = read_flag(RealDisk(), path)
    if flag is None:
        return _finding(account, "flag", Mark.OK, "no emergency stop")
    if flag.resumes:
        return _finding(account, "flag", Mark.OK, "stopped, and resumes with the next start")
    text = f"stopped ({flag.mode}): {flag.reason}; `resume {account.id}` lets it go on"
    return _finding(account, "flag", Mark.BAD, text)


def _lock(account: Account, path: Path, serving: int | None) -> Finding:
    """Who holds the account, by what the lock says: taking it, even to look, could hinder a start."""
    pid = _holder(path)
    if serving is not None:
        text = "held by nobody" if pid is None else f"held by pid {pid}"
        return _finding(account, "lock", Mark.OK if pid == serving else Mark.BAD, text)
    if pid is None or not _lives(pid):
        return _finding(account, "lock", Mark.OK, "free")
    text = f"pid {pid} holds it, but does not answer at the control socket: it may hang, or run elsewhere"
    return _finding(account, "lock", Mark.BAD, text)


def _holder(path: Path) -> int | None:
    try:
        words = path.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return None
    return int(words[1]) if len(words) > 1 and words[0] == "pid" and words[1].isdigit() else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _finding(account: Account | None, check: str, mark: Mark, text: str) -> Finding:
    return Finding(
        account=account.id if account is not None else 0, check=check, mark=mark, text=" ".join(text.split())
    )

"""What the data folder tells, whether a process runs or not; nothing in it is changed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from actors.account import Files
from actors.flag import read_flag
from actors.reports.health.findings import Finding, Mark
from actors.reports.history.lines import HistoryError
from actors.reports.history.performance import read_all_performance
from actors.reports.history.reading import own_trades
from actors.reports.picture import Picture
from actors.start import StartRefused, refuse_other_environment
from config import Account, Config
from state.store.disk import RealDisk
from state.store.state_file import Corrupt, StateRefused, read_state
from state.store.times import iso_utc

MB = 1_000_000
DISK_LOOK_MB, DISK_BAD_MB = 1_000, 100
#: What others may do with a file that only its owner should read.
_OTHERS = 0o077
#: Rows of figures come once a minute: a running bot without one for so long writes none.
_FIGURES_MS = 5 * 60_000
_HOLDER = re.compile(r"pid ([1-9][0-9]{0,9}) ", re.ASCII)


def file_findings(config: Config, *, serving: Picture | None) -> Iterator[Finding]:
    """The disk, and each account's files. ``serving``: of who answers for this folder."""
    folder = Path(config.process.data_dir)
    yield _looked(None, "disk", partial(_disk, folder))
    for account in config.accounts:
        files = Files.of(folder, account)
        at_work = serving if serving is not None and _trades(serving, account) else None
        yield _looked(account, "state file", partial(_state, config, account, files, at_work))
        yield _looked(account, "trades", partial(_executions, account, files.trades, at_work))
        yield _looked(account, "performance", partial(_figures, account, files.performance, at_work))
        yield _looked(account, "flag", partial(_flag, account, files.flag))
        yield _looked(account, "lock", partial(_lock, account, files.lock, serving))


def _looked(account: Account | None, check: str, look: Callable[[], Finding]) -> Finding:
    """What can't be looked at is bad, and hides nothing else."""
    try:
        return look()
    except HistoryError as error:
        return _finding(account, check, Mark.BAD, str(error))
    except OSError as error:
        return _finding(account, check, Mark.BAD, f"{error.filename}: can't be read: {error.strerror}")


def _trades(picture: Picture, account: Account) -> bool:
    """Whether the account has begun: from then on it has its files."""
    tally = picture.model.accounts.get(account.id)
    return tally is not None and tally.report is not None


def _disk(folder: Path) -> Finding:
    if not folder.exists():
        return _finding(None, "disk", Mark.LOOK, f"{folder} is not there: nothing has run with this config")
    free_mb = shutil.disk_usage(folder).free // MB
    text = f"{free_mb:,} MB free for {folder}"
    if not os.access(folder, os.W_OK | os.X_OK):
        return _finding(None, "disk", Mark.BAD, f"{text}, but this user may not write there")
    mark = Mark.BAD if free_mb < DISK_BAD_MB else Mark.LOOK if free_mb < DISK_LOOK_MB else Mark.OK
    return _finding(None, "disk", mark, text)


def _state(config: Config, account: Account, files: Files, at_work: Picture | None) -> Finding:
    path = files.state
    kept = sorted(path.parent.glob(f"{path.name}.kept-*"))
    beside = (
        f"; {len(kept)} unreadable ones of before lie beside it, the last {kept[-1].name}" if kept else ""
    )
    try:
        saved = read_state(RealDisk(), path, account.id)
        if saved is None and at_work is not None and at_work.vitals.of(account.id).state_written_ms:
            text = f"{path}: is gone while the account trades; the next change writes it anew{beside}"
            return _finding(account, "state file", Mark.BAD, text)
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


def _executions(account: Account, path: Path, at_work: Picture | None) -> Finding:
    if not path.exists():
        return _absent(account, "trades", path, at_work)
    count = sum(1 for _ in own_trades(path, account))
    return _finding(account, "trades", Mark.OK, f"{count:,} rows, each readable")


def _figures(account: Account, path: Path, at_work: Picture | None) -> Finding:
    if at_work is not None and at_work.now_ms - at_work.model.started_ms <= _FIGURES_MS:
        at_work = None  # the first row may be still to come
    if not path.exists():
        return _absent(account, "performance", path, at_work)
    minutes = read_all_performance(path)
    count, newest_ms = len(minutes), minutes[-1].at_ms if minutes else 0
    if at_work is not None and at_work.now_ms - newest_ms > _FIGURES_MS:
        when = f"the last one is of {iso_utc(newest_ms)}" if count else "none has come"
        text = f"{count:,} rows, and {when}, though there is one a minute: see the account's log for why"
        return _finding(account, "performance", Mark.BAD, text)
    return _finding(account, "performance", Mark.OK, f"{count:,} rows, each readable")


def _absent(account: Account, name: str, path: Path, at_work: Picture | None) -> Finding:
    if at_work is None:
        return _finding(account, name, Mark.OK, f"{path}: none yet")
    text = f"{path}: is gone while the account trades: put it back, or what it held is lost"
    return _finding(account, name, Mark.BAD, text)


def _flag(account: Account, path: Path) -> Finding:
    flag = read_flag(RealDisk(), path)
    if flag is None:
        return _finding(account, "flag", Mark.OK, "no emergency stop")
    if flag.resumes:
        return _finding(account, "flag", Mark.OK, "stopped, and resumes with the next start")
    text = f"stopped ({flag.mode}): {flag.reason}; `resume {account.id}` lets it go on"
    return _finding(account, "flag", Mark.BAD, text)


def _lock(account: Account, path: Path, serving: Picture | None) -> Finding:
    """Who holds the account, by what the lock says: taking it, even to look, could hinder a start."""
    pid = _holder(path)
    if serving is not None:
        if pid == serving.pid:
            return _finding(account, "lock", Mark.OK, f"held by pid {pid}")
        if not _trades(serving, account) and (pid is None or not _lives(pid)):
            return _finding(account, "lock", Mark.OK, "free: the account has not started")
        text = "held by nobody" if pid is None else f"held by pid {pid}"
        text = f"{text}, and pid {serving.pid} serves: a second process could trade the account: restart it"
        return _finding(account, "lock", Mark.BAD, text)
    if pid is None or not _lives(pid):
        return _finding(account, "lock", Mark.OK, "free")
    text = f"pid {pid} holds it, but does not answer at the control socket: it may hang, or run elsewhere"
    return _finding(account, "lock", Mark.BAD, text)


def _holder(path: Path) -> int | None:
    try:
        told = _HOLDER.match(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return int(told[1]) if told is not None else None


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

"""The flag file of a stopped account: reason, mode and evidence, for people and for the next process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from messages.guard import StopMode
from state.guard.model import StopDecided
from state.store.disk import Disk
from state.store.files import write_whole
from state.store.times import iso_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """An account that has stopped, and whether its positions are held or closed."""

    reason: str
    mode: StopMode
    resumes: bool = False
    """A person has said ``resume`` while no process ran: the next start trades again."""


def write_flag(disk: Disk, path: Path, account: int, stop: StopDecided, now_ms: int) -> None:
    """Say whole and durably that an account has stopped; raises OSError."""
    told = {
        "account": account,
        "reason": stop.reason,
        "at": iso_utc(now_ms),
        "action": stop.mode.value,
        "evidence": stop.evidence,
    }
    write_whole(disk, path, orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2))


def read_flag(disk: Disk, path: Path) -> Flag | None:
    """What an account's flag file says, None where there is none; one that can't be read stops as well."""
    try:
        told = orjson.loads(disk.read_bytes(path))
    except FileNotFoundError:
        return None
    except (OSError, orjson.JSONDecodeError) as error:
        return Flag(reason=f"{path} can't be read ({error})", mode=StopMode.HOLD)
    if isinstance(told, dict) and told.get("resume") is True:
        return Flag(reason="", mode=StopMode.HOLD, resumes=True)
    reason = told.get("reason") if isinstance(told, dict) else None
    if not isinstance(reason, str) or not reason:
        return Flag(reason=f"{path} gives no reason", mode=StopMode.HOLD)
    flattens = told.get("action") == StopMode.FLATTEN.value
    return Flag(reason=reason, mode=StopMode.FLATTEN if flattens else StopMode.HOLD)


def write_resumption(disk: Disk, path: Path, account: int) -> None:
    """Say to the next start that a person lets the account go on; raises OSError."""
    write_whole(disk, path, orjson.dumps({"account": account, "resume": True}))


def remove_flag(disk: Disk, path: Path) -> None:
    """The account may trade again; raises OSError."""
    if disk.exists(path):
        disk.unlink(path)

"""The unit file as systemd reads it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.venue_process import ROOT

UNIT = ROOT / "config" / "systemd" / "sol-trader.service"
ANALYZE = shutil.which("systemd-analyze")


def settings(text: str) -> dict[str, list[str]]:
    """Every setting with its values in order; an empty one forgets those before it."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[name] = [*found.get(name, []), value] if value else []
    return found


def allowed_calls(filters: list[str]) -> set[str]:
    """The system calls that ``SystemCallFilter`` lines leave; sets are looked up with systemd-analyze."""
    allowed: set[str] = set()
    for line in filters:
        names = {call for name in line.lstrip("~").split() for call in _calls(name)}
        allowed = allowed - names if line.startswith("~") else allowed | names
    return allowed


def _calls(name: str) -> set[str]:
    if not name.startswith("@"):
        return {name}
    assert ANALYZE is not None
    told = subprocess.run([ANALYZE, "syscall-filter", name], check=True, capture_output=True, text=True)
    members = [line.strip() for line in told.stdout.splitlines() if line.startswith("    ")]
    return {call for member in members if not member.startswith("#") for call in _calls(member)}


def with_present_program(folder: Path, program: str) -> Path:
    """A copy whose program is on this machine: systemd asks for that."""
    text = UNIT.read_text(encoding="utf-8").replace("/opt/sol-trader/.venv/bin/python", program)
    path = folder / UNIT.name
    path.write_text(text, encoding="utf-8")
    return path

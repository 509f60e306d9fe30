"""The unit file: systemd takes it, finds it hardened, and the bot works inside of its filters."""

from __future__ import annotations

import ctypes.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.systemd.unit import ANALYZE, UNIT, settings, with_present_program
from tests.venue_process import ROOT

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not on this machine")
needs_seccomp = pytest.mark.skipif(
    ANALYZE is None or ctypes.util.find_library("seccomp") is None,
    reason="systemd-analyze or libseccomp is not on this machine",
)
#: systemd's own scale: up to 2 is OK, 10 is the worst.
MOST_EXPOSED = 1.5

FORBIDDEN = (
    "import os; os.setpriority(os.PRIO_PROCESS, 0, 1)",
    "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)",
    "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
)


@needs_systemd
def test_systemd_takes_every_setting_or_is_too_old_for_the_backoff(tmp_path: Path) -> None:
    assert ANALYZE is not None
    path = with_present_program(tmp_path, sys.executable)
    verified = subprocess.run([ANALYZE, "verify", "--man=no", str(path)], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stderr
    newer = ("Unknown key 'RestartSteps'", "Unknown key 'RestartMaxDelaySec'")
    told = [line for line in verified.stderr.splitlines() if UNIT.name in line]
    assert [line for line in told if not any(key in line for key in newer)] == []


@needs_systemd
def test_systemd_finds_the_service_hardly_exposed(tmp_path: Path) -> None:
    assert ANALYZE is not None
    path = with_present_program(tmp_path, sys.executable)
    threshold = str(int(MOST_EXPOSED * 10))
    command = [ANALYZE, "security", "--offline=true", f"--threshold={threshold}", str(path)]
    judged = subprocess.run(command, capture_output=True, text=True)
    if "unrecognized option" in judged.stderr:
        pytest.skip("this systemd-analyze judges no files")
    assert judged.returncode == 0, judged.stdout


def test_a_bad_config_is_not_tried_again_and_a_failure_is() -> None:
    unit = settings(UNIT.read_text(encoding="utf-8"))
    assert unit["Restart"] == ["on-failure"]
    assert unit["RestartPreventExitStatus"] == ["2"]
    assert unit["StartLimitIntervalSec"] == ["0"]


def test_what_the_unit_runs_is_there_and_reads_what_the_readme_says() -> None:
    unit = settings(UNIT.read_text(encoding="utf-8"))
    (command,) = unit["ExecStart"]
    program, script, *rest = command.split()
    assert (program, rest) == (
        "/opt/sol-trader/.venv/bin/python",
        ["run", "--config", "/etc/sol-trader/config.toml"],
    )
    assert (ROOT / Path(script).relative_to("/opt/sol-trader")).is_file()
    (keys,) = unit["EnvironmentFile"]
    assert f"install -m 0600 /dev/null {keys}" in UNIT.read_text(encoding="utf-8")


@needs_seccomp
@pytest.mark.parametrize("program", FORBIDDEN, ids=["priority", "memory", "netlink"])
def test_the_filter_forbids_what_the_bot_never_does(program: str) -> None:
    outside = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    command = [sys.executable, "-m", "tests.systemd.sandbox", sys.executable, "-c", program]
    inside = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert outside.returncode == 0, outside.stderr
    assert inside.returncode == 1
    assert "Operation not permitted" in inside.stderr

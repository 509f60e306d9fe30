"""The real process as systemd runs it: what it tells on the notify socket, in order, and how it ends."""

from __future__ import annotations

import ctypes.util
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.systemd.unit import ANALYZE
from tests.venue_process import ROOT, wait_for
from tests.whole.command import MAIN, example_config

WATCHDOG_S = 2
STARTED = "READY=1\nSTATUS=1 of 1 account running"
STOPPING = "STOPPING=1\nSTATUS=stopping in order"
#: Run by the interpreter before main.py: the keeper hangs as soon as a file says so.
HANGS = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from actors import wedges
from actors.keeper import KeeperActor
wedges._SECONDS["keeper"] = 5
sound = KeeperActor._flush
def hangs(self):
    while Path({flag!r}).exists():
        time.sleep(0.1)
    sound(self)
KeeperActor._flush = hangs
"""


class Service:
    """A running service and what systemd has heard of it."""

    def __init__(self, process: subprocess.Popen[bytes], ear: socket.socket, log: Path) -> None:
        self.process, self._ear, self._log = process, ear, log
        self.told: list[str] = []

    def hear(self) -> list[str]:
        """Everything so far, a datagram each."""
        while True:
            try:
                self.told.append(self._ear.recv(4096).decode())
            except BlockingIOError:
                return self.told

    def wait_for_life(self, more: int) -> None:
        """Wait until so many more signs of life have come."""
        before = self.hear().count("WATCHDOG=1")
        self.wait_for(lambda: self.hear().count("WATCHDOG=1") >= before + more, "signs of life")

    def wait_for(self, look: object, what: str) -> None:
        """Wait for a condition; a failure shows the log."""
        assert callable(look)
        try:
            wait_for(look, what, deadline_s=240)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.told}\n{self.log[-3000:]}") from None

    def end(self) -> int:
        """Wait for its end; its exit code."""
        code = self.process.wait(240)
        self.hear()
        return code

    @property
    def log(self) -> str:
        """What it has written."""
        return self._log.read_text(encoding="utf-8")


@contextmanager
def service(folder: Path, *before: str, **environ: str) -> Iterator[Service]:
    """The bot with systemd's environment; ``before`` is what runs it."""
    example_config(folder)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear, (folder / "log").open("wb") as log:
        ear.bind(str(folder / "notify"))
        ear.setblocking(False)
        given = {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": str(WATCHDOG_S * 1_000_000)}
        command = [*before, sys.executable, str(MAIN), "run", "--config", "config.toml", "--speed", "1"]
        env = {**os.environ, "PYTHONPATH": str(ROOT), **given, **environ}
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=env)
        try:
            yield Service(process, ear, folder / "log")
        finally:
            process.kill()
            process.wait()


def sandboxed() -> tuple[str, ...]:
    """The unit's filter of system calls, where the machine can build it."""
    if ANALYZE is None or ctypes.util.find_library("seccomp") is None:
        return ()
    return (sys.executable, "-m", "tests.systemd.sandbox")


def test_start_signs_of_life_and_an_orderly_stop_are_told_inside_of_the_units_filter(tmp_path: Path) -> None:
    with service(tmp_path, *sandboxed()) as bot:
        bot.wait_for(lambda: STARTED in bot.hear(), "its start")
        bot.wait_for_life(3)
        bot.process.send_signal(signal.SIGTERM)
        assert bot.end() == 0, bot.log
    assert bot.told[-1] == STOPPING
    assert [told for told in bot.told if told != "WATCHDOG=1"] == [STARTED, STOPPING]
    assert "Operation not permitted" not in bot.log
    assert "Traceback" not in bot.log


def test_a_keeper_that_hangs_ends_the_process_with_exit_1_so_that_systemd_starts_another(
    tmp_path: Path,
) -> None:
    flag = tmp_path / "hang"
    (tmp_path / "sitecustomize.py").write_text(HANGS.format(root=str(ROOT), flag=str(flag)))
    with service(tmp_path, PYTHONPATH=str(tmp_path)) as bot:
        bot.wait_for(lambda: (tmp_path / "data" / "001_bot_state.json").exists(), "its state")
        flag.touch()
        assert bot.end() == 1, bot.log
    assert STARTED in bot.told
    assert bot.told[-1] == STOPPING
    assert "in hangs" in bot.log, "where its thread stands"
    last = bot.log.splitlines()[-1]
    assert last.startswith("001/keeper stands still in Check since 20")
    assert "the process ends" in last
    assert "Traceback" not in bot.log

"""The live view on a real (pseudo) terminal: it draws, and Ctrl-C leaves a terminal that can be used."""

from __future__ import annotations

import errno
import os
import pty
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path

import pytest

from tests.venue_process import DEADLINE_S, wait_for
from tests.whole.command import MAIN, example_config

ALTERNATE_ON, ALTERNATE_OFF = b"\x1b[?1049h", b"\x1b[?1049l"
CURSOR_OFF, CURSOR_ON = b"\x1b[?25l", b"\x1b[?25h"
CTRL_C = b"\x03"


class Terminal:
    """A terminal of our own with the command in its foreground; ``shown`` is every byte it wrote."""

    def __init__(self, folder: Path, *, columns: int, rows: int) -> None:
        self._master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        config = example_config(folder)
        arguments = ["run", "--config", str(config), "--scenario", "whipsaw", "--speed", "600"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _IN_FOREGROUND, str(MAIN), *arguments],
            cwd=folder,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "", "LINES": ""},
        )
        self._slave = slave
        self.shown = b""
        os.set_blocking(self._master, False)

    def read(self) -> bytes:
        """What was shown so far."""
        try:
            while chunk := os.read(self._master, 65_536):
                self.shown += chunk
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EIO):
                raise
        return self.shown

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._master, keys)

    def end(self) -> int:
        """The exit code, once it has ended; its output is read meanwhile, so that it never blocks."""
        wait_for(lambda: self.read() and self.process.poll() is not None, "the end")
        self.read()
        return self.process.wait(DEADLINE_S)

    def modes(self) -> list[object]:
        """How the terminal is set now."""
        return termios.tcgetattr(self._slave)

    def close(self) -> None:
        """Let it go."""
        self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._slave)


#: Make the terminal the controlling one, so that Ctrl-C typed there becomes a SIGINT, then be the command.
_IN_FOREGROUND = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


@pytest.mark.parametrize(("columns", "rows"), [(100, 30), (140, 40)])
def test_the_view_draws_and_ctrl_c_leaves_a_sane_terminal(tmp_path: Path, columns: int, rows: int) -> None:
    terminal = Terminal(tmp_path, columns=columns, rows=rows)
    try:
        for words in (b"sol-trader", b"SOLUSDT", b"DOGEUSDT", b"equity", b"realised", b"LONG", b"SHORT"):
            wait_for(lambda words=words: words in terminal.read(), words.decode())  # type: ignore[misc]
        wait_for(lambda: terminal.read().count(b"open") >= 4, "four open sides")
        terminal.press(CTRL_C)
        assert terminal.end() == 0, terminal.shown[-2000:].decode()
        assert terminal.modes() == terminal.before
    finally:
        terminal.close()
    assert terminal.shown.count(ALTERNATE_ON) == terminal.shown.count(ALTERNATE_OFF) == 1
    assert terminal.shown.rindex(CURSOR_ON) > terminal.shown.rindex(CURSOR_OFF)
    after = terminal.shown[terminal.shown.rindex(ALTERNATE_OFF) :]
    assert b"cycles closed LONG / SHORT" in after
    assert b"Traceback" not in terminal.shown

"""``python main.py …`` as a process in a folder of its own, as a person at a shell would start it.

with started(tmp_path, "run", "--journal", "venue.jsonl") as command:
    command.wait_for(lambda: closes_in(tmp_path / "venue.jsonl") >= 3, "three closes")
    done = command.stop()
assert done.code == 0, done.text
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from tests.venue_process import DEADLINE_S, ROOT, wait_for

MAIN = ROOT / "main.py"
EXAMPLE = ROOT / "config" / "example.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a command ended: exit code, both outputs, and the seconds that its stop took."""

    code: int
    out: str
    err: str
    stop_s: float = 0

    @property
    def text(self) -> str:
        """Everything it said, for a failed assertion."""
        return f"exit {self.code}\n{self.out}\n{self.err}"


class Command:
    """A running command; what it says goes into files, so that no pipe can fill up."""

    def __init__(self, folder: Path, arguments: tuple[str, ...], env: dict[str, str]) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        number = len(list(folder.glob("*-stdout.txt")))
        self._out, self._err = folder / f"{number}-stdout.txt", folder / f"{number}-stderr.txt"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, str(MAIN), *arguments],
                cwd=folder,
                stdout=out,
                stderr=err,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **env},
            )

    @property
    def log(self) -> str:
        """What it has said on stderr so far."""
        return self._err.read_text(encoding="utf-8")

    @property
    def out(self) -> str:
        """What it has said on stdout so far."""
        return self._out.read_text(encoding="utf-8")

    def wait_for(self, look: Callable[[], object], what: str) -> None:
        """Wait for a condition; fails at once when the command has ended."""

        def seen() -> bool:
            assert self.process.poll() is None, f"it ended before {what}\n{self.done().text}"
            return bool(look())

        try:
            wait_for(seen, what, deadline_s=3 * DEADLINE_S)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log[-3000:]}") from error

    def stop(self, number: int = signal.SIGTERM) -> Done:
        """Send a signal and wait for the end."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.done(began)

    def done(self, began: float | None = None) -> Done:
        """Wait for the end."""
        code = self.process.wait(3 * DEADLINE_S)
        took = 0 if began is None else time.monotonic() - began
        return Done(code=code, out=self.out, err=self.log, stop_s=took)


@contextmanager
def started(folder: Path, *arguments: str, **env: str) -> Iterator[Command]:
    """A command that is killed at the end, should it still run."""
    command = Command(folder, arguments, env)
    try:
        yield command
    finally:
        command.process.kill()
        command.process.wait()


def finished(folder: Path, *arguments: str, **env: str) -> Done:
    """A command that ends by itself."""
    with started(folder, *arguments, **env) as command:
        return command.done()


def example_config(folder: Path, **changes: str) -> Path:
    """The example's config with a free metrics port, and texts of it replaced by others."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in {"port = 9108": "port = 0", **changes}.items():
        assert old in text, f"{old!r} is not in the example"
        text = text.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def closes_in(journal: Path) -> int:
    """How many TPs have filled, as the venue's journal tells so far."""
    if not journal.exists():
        return 0
    lines = journal.read_bytes().splitlines(keepends=True)
    rows = (orjson.loads(line) for line in lines if b'"order"' in line and line.endswith(b"\n"))
    return sum(
        row["topic"] == "order"
        and row["data"]["orderStatus"] == "Filled"
        and row["data"]["orderLinkId"][4:5] == "T"
        for row in rows
    )

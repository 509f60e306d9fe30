"""The venue as a process of its own, for every test that wants a real exchange to talk to.

with venue_process(scenario="manual", journal=tmp_path / "venue.jsonl") as venue:
    venue.control("price", symbol="SOLUSDT", price="151.2")
    records = venue.journal()
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[1]
DEADLINE_S = 60
READY = "venue ready on "

T = TypeVar("T")


def wait_for(look: Callable[[], T | None], what: str, *, deadline_s: int = DEADLINE_S) -> T:
    """Look until there is something; fails with ``what`` was waited for after a generous time."""
    end = time.monotonic() + deadline_s
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline_s} s in vain for {what}")
        time.sleep(0.01)
    return found


class VenueProcess:
    """A running venue: where it listens, how to steer it, and what it has written down."""

    def __init__(self, process: subprocess.Popen[str], url: str, journal_path: Path, log_path: Path) -> None:
        self.process = process
        self.url = url
        self.ws_url = url.replace("http://", "ws://")
        self.journal_path = journal_path
        self._log_path = log_path

    def control(self, what: str, **given: Any) -> dict[str, Any]:
        """Send ``POST /control/{what}`` (``GET`` for state); fails with the venue's own words."""
        body = None if what == "state" else json.dumps(given).encode()
        request = urllib.request.Request(f"{self.url}/control/{what}", data=body)
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as reply:
                result: dict[str, Any] = json.load(reply)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"control {what} {given}: {error.read().decode()}") from error
        return result

    def journal(self, topic: str | None = None, **equal: Any) -> list[dict[str, Any]]:
        """What the journal holds so far, of one topic and with these values if so asked."""
        text = self.journal_path.read_text(encoding="utf-8")
        lines = text.splitlines(keepends=True)
        records = [json.loads(line) for line in lines if line.endswith("\n")]
        wanted = {**({} if topic is None else {"topic": topic}), **equal}
        return [one for one in records if all(one.get(name) == value for name, value in wanted.items())]

    def journal_rows(self, topic: str, **equal: Any) -> list[dict[str, Any]]:
        """The pushed records alone, of one private topic."""
        return [record["data"] for record in self.journal(topic, **equal)]

    def log(self) -> str:
        """What the venue has complained of."""
        return self._log_path.read_text(encoding="utf-8")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(DEADLINE_S)


@contextmanager
def venue_process(**options: Any) -> Iterator[VenueProcess]:
    """A venue with these options of its command line (``limit_factor=5`` for ``--limit-factor 5``).

    The port is free, control is on, and there is a journal, unless said otherwise. A venue that ends with
    another exit code than 0, or has logged a traceback, fails the test.
    """
    with tempfile.TemporaryDirectory(prefix="venue-") as folder:
        given = {"control": True, "journal": Path(folder) / "journal.jsonl", **options}
        log_path = Path(folder) / "log.txt"
        with log_path.open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "exchange.venue.server", *_arguments(given)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith(READY):
            process.kill()
            raise AssertionError(f"no venue: exit {process.wait()}, {line!r}\n{log_path.read_text()}")
        venue = VenueProcess(process, line.removeprefix(READY).strip(), given["journal"], log_path)
        try:
            yield venue
            code = venue.stop()
            assert code in (0, -signal.SIGKILL), f"the venue ended with {code}:\n{venue.log()}"
            assert "Traceback" not in venue.log(), venue.log()
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def _arguments(options: dict[str, Any]) -> list[str]:
    arguments: list[str] = []
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            arguments.append(flag)
        elif isinstance(value, list | tuple):
            arguments += [flag, *map(str, value)]
        elif value not in (None, False):
            arguments += [flag, str(value)]
    return arguments

"""A machine whose disk refuses every change when told to: full, read-only, failing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from actors.machine import ThreadMachine
from actors.process import Bot
from config import Config
from state.store.disk import RealDisk
from tests.venue_process import VenueProcess
from tests.whole import harness
from tests.whole.harness import RunningBot, running_bot


class RefusingDisk(RealDisk):
    """The real disk; while ``code`` is an errno, whatever would change something raises it."""

    def __init__(self) -> None:
        self.code = 0

    def _change(self, path: Path | None = None) -> None:
        if self.code:
            raise OSError(self.code, os.strerror(self.code), *([] if path is None else [str(path)]))

    def create(self, path: Path) -> int:
        self._change(path)
        return super().create(path)

    def write(self, descriptor: int, payload: bytes | memoryview) -> int:
        self._change()
        return super().write(descriptor, payload)

    def fsync(self, descriptor: int) -> None:
        self._change()
        super().fsync(descriptor)

    def replace(self, old: Path, new: Path) -> None:
        self._change(new)
        super().replace(old, new)

    def make_folder(self, folder: Path) -> None:
        self._change(folder)
        super().make_folder(folder)


@contextmanager
def bot_on(
    disk: RefusingDisk, venue: VenueProcess, settings: Config, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningBot]:
    """A bot whose files lie on this disk."""
    machine = ThreadMachine()
    machine.disk = disk
    make: Callable[..., Bot] = partial(Bot, machine=machine)
    monkeypatch.setattr(harness, "Bot", make)
    with running_bot(venue, settings) as bot:
        yield bot

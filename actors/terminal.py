"""The live view on a terminal: the display's screen, redrawn by the watch; the log waits until it is gone."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live

from actors.display.model import DisplayModel
from actors.display.screen import screen

_KEPT_RECORDS = 50


@contextmanager
def live_view(terminal: bool) -> Iterator[Callable[[DisplayModel, int], None] | None]:
    """A function that draws a model, or None where there is no terminal to draw on."""
    if not terminal:
        yield None
        return
    console = Console()
    with Live(console=console, auto_refresh=False, screen=True) as live:
        yield lambda model, now_ms: live.update(
            screen(model, now_ms, console.width, console.height), refresh=True
        )


class _Kept(logging.Handler):
    """Keeps the last records and their handlers' turn for later."""

    def __init__(self) -> None:
        super().__init__()
        self.records: deque[logging.LogRecord] = deque(maxlen=_KEPT_RECORDS)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.records.append(record)


@contextmanager
def kept_log(terminal: bool) -> Iterator[None]:
    """Keep the last log lines while a view fills the terminal, for they would tear it; write them after."""
    if not terminal:
        yield
        return
    root = logging.getLogger()
    handlers, kept = root.handlers[:], _Kept()
    root.handlers[:] = [kept]
    try:
        yield
    finally:
        root.handlers[:] = handlers
        for record in kept.records:
            root.handle(record)

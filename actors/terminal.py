"""The live view on a terminal: the display's screen, redrawn by the watch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live

from actors.display.model import DisplayModel
from actors.display.screen import screen


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

"""A process's log within a test: at its end others log as before."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from actors.logs.process import ProcessLog, process_log
from config import Config
from state.store.disk import Disk


@contextmanager
def logged(config: Config, *, quiet: bool = False, disk: Disk | None = None) -> Iterator[ProcessLog]:
    """A log whose end may take as long as it needs."""
    root, ours = logging.getLogger(), logging.getLogger("sol_trader")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    try:
        with patch("actors.logs.process._END_S", 60), process_log(config, quiet=quiet, disk=disk) as log:
            yield log
    finally:
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        ours.setLevel(levels[1])

"""``python main.py …`` without a process of its own, for commands that come back soon."""

from __future__ import annotations

import io
import logging
import sys
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

import main
from tests.whole.command import Done


def called(*arguments: str) -> Done:
    """What a command says, and its exit code; neither may hold a traceback. The log's level stays."""
    log = logging.getLogger("sol_trader")
    level = log.level
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code: object = 0
    with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "argv", ["main.py", *arguments]):
        try:
            main.main()
        except SystemExit as left:
            code = left.code
        finally:
            log.setLevel(level)
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    done = Done(code=int(str(code or 0)), out=texts[0], err=texts[1])
    assert "Traceback" not in done.text
    return done

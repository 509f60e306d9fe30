"""``main.py run`` as a process of its own, with the venue that it starts, as a service would run it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from actors.soak.plan import ACCOUNTS, SCENARIO, SoakPlan, config_text
from actors.soak.sampling import Scrape, scrape

_ROOT = Path(__file__).resolve().parent.parent.parent
MAIN = (str(_ROOT / "main.py"),)
"""What Python runs: a test may name something that leaks."""
_PORT = re.compile(r"metrics on http://127\.0\.0\.1:(\d+)/metrics")
#: Far beyond what anything takes on a busy machine: who needs longer hangs.
_START_S, _STOP_S, _LOOK_S = 300.0, 120.0, 0.1
#: What starting, waiting for a last scrape and stopping may take beside the soak itself.
_LONGEST_S = 900


class BotFailed(Exception):
    """The bot does not start, or has ended by itself: the text says how, and where its log lies."""


class SoakedBot:
    """A running bot; it never outlives the soak by more than minutes, whatever ends that."""

    def __init__(self, plan: SoakPlan, folder: Path, program: Sequence[str] = MAIN) -> None:
        self.journal = folder / "venue.jsonl"
        self._log = folder / "bot.log"
        config = folder / "config.toml"
        config.write_text(config_text(folder / "data"), encoding="utf-8")
        arguments = {
            "config": config,
            "journal": self.journal,
            "scenario": SCENARIO,
            "speed": plan.speed,
            "seed": plan.seed,
            "for": f"{plan.length_s + _LONGEST_S:.0f}s",
        }
        given = [f"--{name}={value}" for name, value in arguments.items()]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *program, "run", *given],
                cwd=_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid
        self.port = 0

    def wait_until_it_trades(self) -> Scrape:
        """Return once each account has been synced; raises BotFailed."""
        end_s = time.monotonic() + _START_S
        while time.monotonic() < end_s:
            self.check()
            told = _PORT.search(self._log.read_text(encoding="utf-8", errors="replace"))
            if told is not None:
                self.port = int(told[1])
                scraped = scrape(self.port)
                if scraped.total("soltrader_syncs_total") >= len(ACCOUNTS):
                    return scraped
            time.sleep(_LOOK_S)
        raise BotFailed(f"the bot does not trade after {_START_S:.0f} s: see {self._log}")

    def check(self) -> None:
        """Raise BotFailed if it runs no more."""
        code = self._process.poll()
        if code is not None:
            raise BotFailed(f"the bot has ended by itself with {code}: see {self._log}")

    def stop(self) -> None:
        """End it in order, so that the journal is whole; raises BotFailed if it doesn't."""
        self.check()
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            raise BotFailed(f"the bot does not stop within {_STOP_S:.0f} s: see {self._log}") from None
        if code != 0:
            raise BotFailed(f"the bot's orderly stop ended with {code}: see {self._log}")

    def kill(self) -> None:
        """It is gone; harmless if it is so already."""
        self._process.kill()
        self._process.wait()

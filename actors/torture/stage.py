"""A venue, a data folder and a number of kills, each judged once the next process trades."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random

from actors.torture.judge import JournalReader, Judge
from actors.torture.life import Life
from actors.torture.market import prints
from actors.torture.moments import RUNNING, Moment
from actors.torture.plan import SYMBOLS, Kill, accounts_of, config_text, kills_of
from actors.torture.venue import Plant, TorturedVenue

#: Far beyond what anything takes on a busy machine: who needs longer hangs.
_PATIENCE_S, _SETTLE_S = 180.0, 60.0
_PRINT_S, _NUDGE_S, _LOOK_S, _ANSWER_S = 0.012, 0.5, 0.15, 30.0


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What became of one kill. ``died_at`` is the moment that it really was; seconds from the next start."""

    stage: int
    kill: Kill
    died_at: str = ""
    trading_s: float = 0.0
    settled_s: float = 0.0
    violations: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Result:
    """A stage's sums beside its verdicts."""

    verdicts: list[Verdict] = field(default_factory=list)
    lives: int = 0
    lives_of_two: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    excuses: Counter[str] = field(default_factory=Counter)
    venue_survived: bool = True


class Stage:
    """Runs the kills that its seed chooses."""

    def __init__(
        self, seed: int, kills: int, folder: Path, only: str = "", *, accounts: Sequence[int] = ()
    ) -> None:
        self.seed = seed
        self._accounts = accounts or accounts_of(seed)
        self._kills = kills_of(seed, kills, only, accounts=len(self._accounts))
        self._folder = folder
        self._data = folder / "data"
        self._data.mkdir(parents=True)
        self._config = folder / "config.toml"
        self._config.write_text(config_text(seed, self._data, self._accounts), encoding="utf-8")
        self._log = folder / "bot.log"
        self._chance = Random(f"stage/{seed}")
        self._prints: Iterator[tuple[str, Decimal, str]] = prints(seed, SYMBOLS)
        self._last: dict[str, tuple[str, Decimal, str]] = {}
        self._nudged_s = 0.0
        self._judge = Judge(self._data, self._accounts)
        self.result = Result()

    def run(self, told: Callable[[Verdict], object], stop: Callable[[], bool] = lambda: False) -> Result:
        """All kills; ``told`` gets each verdict, after ``stop`` there is no further one."""
        journal = self._folder / "venue.jsonl"
        self._venue = TorturedVenue(journal, self.seed, accounts=max(self._accounts))
        self._journal = JournalReader(journal)
        unjudged: list[Verdict] = []
        try:
            for kill in self._kills:
                if stop():
                    break
                unjudged.append(self._die(kill, unjudged, told))
            self._end(unjudged, told)
        finally:
            self.result.venue_survived = self._venue.running
            self.result.counts = self._journal.counts
            self._venue.stop()
        return self.result

    # --- a life -----------------------------------------------------------------------------------------

    def _die(self, kill: Kill, unjudged: list[Verdict], told: Callable[[Verdict], object]) -> Verdict:
        """Start a process, let it settle where its kill comes later, and see it die."""
        verdict = Verdict(stage=self.seed, kill=kill)
        life = self._begin(kill.moment, kill.passage)
        try:
            if not kill.moment.at_start:
                self._settle(life, unjudged, told)
                if not kill.moment.by_parent:
                    life.arm(kill.moment, kill.passage)
            self._wait_for_death(life, kill.wait_ms / 1000)
        finally:
            life.kill()
        verdict.died_at = life.died_at or (kill.moment.name if kill.moment.by_parent else RUNNING.name)
        verdict.violations += self._journal.read()
        self._journal.killed()
        verdict.violations += self._judge.after_the_kill()
        if kill.lose_state:
            self._judge.lose_state(*kill.losers)
        for _ in range(kill.prints_while_dead):
            self._print()
        return verdict

    def _end(self, unjudged: list[Verdict], told: Callable[[Verdict], object]) -> None:
        """One life more, to judge the last kill."""
        life = self._begin(RUNNING, 0)
        try:
            self._settle(life, unjudged, told)
        finally:
            life.kill()

    def _begin(self, moment: Moment, passage: int) -> Life:
        self.result.lives += 1
        self.result.lives_of_two += len(self._accounts) > 1
        return Life(self._config, self._venue.url, self._log, moment, passage)

    def _wait_for_death(self, life: Life, limit_s: float) -> None:
        """Let the market trade until it dies, or its time is up."""
        end_s = time.monotonic() + limit_s
        while life.alive and time.monotonic() < end_s:
            self._print()
            time.sleep(_PRINT_S * self._chance.random() * 2)

    # --- the verdict ------------------------------------------------------------------------------------

    def _settle(self, life: Life, unjudged: list[Verdict], told: Callable[[Verdict], object]) -> None:
        """Prices stand still until all is as it should be, or it has had time enough."""
        found, limit_s = ["it does not trade again"], _PATIENCE_S
        while life.alive and life.age_s < limit_s:
            self._nudge()
            time.sleep(_LOOK_S)
            if "trading" not in life.told:
                continue
            limit_s = life.told["trading"] + _SETTLE_S
            plant = Plant(self._venue.core(), life.states(_ANSWER_S), accounts=self._accounts)
            found = self._judge.once_it_trades(plant)
            if not found:
                break
        if not life.alive:
            found = [f"it ended by itself with {life.wait()}: see {self._log}"]
        settled_s = life.age_s
        found += self._journal.read()
        self.result.excuses += self._judge.excuses
        for verdict in unjudged:
            verdict.trading_s, verdict.settled_s = life.told.get("trading", settled_s), settled_s
            verdict.violations += found
            self.result.verdicts.append(verdict)
            told(verdict)
        unjudged.clear()

    # --- the market -------------------------------------------------------------------------------------

    def _print(self) -> None:
        symbol, price, taker = next(self._prints)
        self._last[symbol] = symbol, price, taker
        self._venue.price(symbol, price, taker)

    def _nudge(self) -> None:
        """The last prices once more, so that they stay fresh."""
        now_s = time.monotonic()
        if now_s < self._nudged_s + _NUDGE_S:
            return
        self._nudged_s = now_s
        for symbol, price, taker in self._last.values():
            self._venue.price(symbol, price, taker)

    def tidy(self) -> None:
        """Remove what it has written."""
        shutil.rmtree(self._folder, ignore_errors=True)

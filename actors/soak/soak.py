"""One soak, from the bot's start to the verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from actors.soak.bot import MAIN, BotFailed, SoakedBot
from actors.soak.growth import Compared, compared, enough
from actors.soak.plan import SoakPlan
from actors.soak.sampling import Sample, Scrape, sample
from actors.torture.journal.rules import IdsAreOursAndNew, TakeProfitCoversTheLeg
from actors.torture.judge import JournalReader

#: In ms on the wall; a TP follows within one, but this machine may be busy with other things.
_TP_WITHIN_MS = 30_000
_PATIENCE_S = 120.0
#: What a day without faults must leave at zero.
_TROUBLES = (
    "soltrader_orphan_orders_total",
    "soltrader_resyncs_total",
    "soltrader_state_write_failures_total",
    "soltrader_stopped",
)
_DONE = (
    ("cycles closed", "soltrader_cycles_closed_total"),
    ("orders, amendments and cancels answered", "soltrader_orders_total"),
    ("syncs", "soltrader_syncs_total"),
    ("writes of the state file", "soltrader_state_writes_total"),
)


@dataclass(slots=True, kw_only=True)
class Soaked:
    """What a soak has shown; ``done`` is how busy the bot was, by name, at the last look."""

    plan: SoakPlan
    samples: list[Sample] = field(default_factory=list)
    compared: Sequence[Compared] = ()
    violations: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        """Whether nothing grew and nothing was violated."""
        return not self.violations and not any(one.grew for one in self.compared)


def soak(
    plan: SoakPlan,
    folder: Path,
    *,
    program: Sequence[str] = MAIN,
    told: Callable[[Decimal], object] = lambda hours: None,
) -> Soaked:
    """Run one in an empty folder; ``told`` gets the market hours that have passed, at each sample."""
    soaked = Soaked(plan=plan)
    bot = SoakedBot(plan, folder, program)
    try:
        bot.wait_until_it_trades()
        last = _watch(bot, soaked, told)
        bot.stop()
        soaked.compared = compared(plan, soaked.samples)
        _judge(soaked, last)
    except (BotFailed, OSError, ValueError) as failure:
        soaked.violations.append(str(failure))
    finally:
        bot.kill()
    found, counts = judged(bot.journal)
    soaked.violations += found
    soaked.done += counts
    return soaked


def _watch(bot: SoakedBot, soaked: Soaked, told: Callable[[Decimal], object]) -> Scrape:
    """Look at regular times until the day is over; gives the last scrape.

    What came late is not made up for, and a scrape that a busy machine did not answer in time is left out.
    """
    plan, began_s = soaked.plan, time.monotonic()
    while True:
        bot.check()
        at_s = time.monotonic() - began_s
        told(min(plan.market_hours(at_s), plan.hours))
        with suppress(TimeoutError):
            taken, scraped = sample(bot.pid, bot.port, at_s)
            soaked.samples.append(taken)
            if enough(plan, soaked.samples):
                return scraped
        if at_s >= plan.length_s + _PATIENCE_S:
            raise BotFailed("the bot's metrics are not to be had any more")
        time.sleep(max(plan.every_s - (time.monotonic() - began_s - at_s), 0.0))


def _judge(soaked: Soaked, last: Scrape) -> None:
    for name in _TROUBLES:
        if last.total(name):
            soaked.violations.append(f"{name} is {last.total(name)}: a day without faults leaves it at 0")
    soaked.done.update({what: last.total(name) for what, name in _DONE})
    if not soaked.done["cycles closed"]:
        soaked.violations.append("no cycle has closed: nothing was soaked")


def judged(journal: Path) -> tuple[list[str], Counter[str]]:
    """Violations of the rules of torture's judge in a venue's journal, and what is counted there."""
    if not journal.exists():
        return ["the venue has written no journal"], Counter()
    reader = JournalReader(journal, (IdsAreOursAndNew(), TakeProfitCoversTheLeg(_TP_WITHIN_MS)))
    return reader.read(), reader.counts

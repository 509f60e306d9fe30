"""A soak for people and for programs: the two hours side by side, and how busy the bot was."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from actors.soak.growth import Compared
from actors.soak.soak import Soaked

FORMAT = "sol-trader-soak"
VERSION = 1


def soak_table(soaked: Soaked) -> RenderableType:
    """What was held in the first and in the last hour, and what was done between them."""
    plan = soaked.plan
    held = Table(
        "held",
        "first hour",
        "last hour",
        "most",
        "allowed",
        "verdict",
        title=f"{plan.hours} market hours at speed {plan.speed}, seed {plan.seed}: medians of "
        f"{plan.hour.normalize():f} h, after {plan.warm_up_hours.normalize():f} h to warm up",
        title_justify="left",
    )
    for one in soaked.compared:
        held.add_row(*_row(one), style="bold red" if one.grew else "")
    done = Table("done", "times", title="the day", title_justify="left")
    for what, count in soaked.done.items():
        done.add_row(what, f"{count:,}")
    done.add_row("violations", f"{len(soaked.violations):,}", style="bold red" if soaked.violations else "")
    for table in (held, done):
        for column in table.columns[1:]:
            column.justify = "right"
    return Group(held, done)


def soak_json(soaked: Soaked) -> dict[str, Any]:
    """The same as a JSON object, with every sample; memory in bytes, times in seconds."""
    plan = soaked.plan
    return {
        "format": FORMAT,
        "version": VERSION,
        "clean": soaked.clean,
        "hours": f"{plan.hours:f}",
        "speed": f"{plan.speed:f}",
        "seed": plan.seed,
        "compared": [
            {
                "figure": one.figure.name,
                "unit": one.figure.unit,
                "first": one.first,
                "last": one.last,
                "most": one.largest,
                "allowed": one.allowed,
                "grew": one.grew,
            }
            for one in soaked.compared
        ],
        "done": dict(soaked.done),
        "violations": soaked.violations,
        "samples": [asdict(one) for one in soaked.samples],
    }


def _row(one: Compared) -> tuple[str, ...]:
    unit = f", {one.figure.unit}" if one.figure.unit else ""
    values = (f"{value:,.1f}" for value in (one.first, one.last, one.largest, one.allowed))
    return (f"{one.figure.name}{unit}", *values, "grew" if one.grew else "flat")

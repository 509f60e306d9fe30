"""The whole daily check of a config, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from actors.control.client import ControlFailed, NotRunning, socket_path, standing
from actors.reports.asking import ask_picture
from actors.reports.health.files import file_findings
from actors.reports.health.findings import Finding, Mark, healthy
from actors.reports.health.live import Standings, account_findings, process_findings
from config import Config

FORMAT, VERSION = "sol-trader-health", 1
STYLES = {Mark.OK: "green", Mark.LOOK: "yellow", Mark.BAD: "bold red"}


def findings(config: Config) -> list[Finding]:
    """Everything that is checked: the process first, then each account."""
    try:
        picture = ask_picture(config)
    except NotRunning:
        text = f"none runs: nobody serves {socket_path(config).absolute()}"
        found = [Finding(account=0, check="process", mark=Mark.BAD, text=text)]
        return _ordered([*found, *file_findings(config, serving=None)])
    except ControlFailed as error:
        found = [Finding(account=0, check="process", mark=Mark.BAD, text=str(error))]
        return _ordered([*found, *file_findings(config, serving=None)])
    live = [*process_findings(picture, config), *account_findings(picture, config, _standings(config))]
    return _ordered([*live, *file_findings(config, serving=picture)])


def _standings(config: Config) -> Standings:
    found = {}
    for account in config.accounts:
        try:
            found[account.id] = standing(socket_path(config), account.id)
        except (NotRunning, ControlFailed) as error:
            found[account.id] = {"silent": str(error)}
    return found


def _ordered(found: Sequence[Finding]) -> list[Finding]:
    """The process, then account by account, each in the order of its checks."""
    return sorted(found, key=lambda finding: finding.account)


def tell(found: Sequence[Finding], console: Console, *, every: bool) -> None:
    """Print the verdict, below it what is not as it should be, or ``every`` line."""
    shown = [finding for finding in found if every or finding.mark is not Mark.OK]
    if shown:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        for finding in shown:
            whose = f"{finding.account:03d}" if finding.account else "all"
            mark = Text(finding.mark.value, style=STYLES[finding.mark])
            table.add_row(mark, whose, finding.check, Text(finding.text))
        console.print(table)
    console.print(Text(verdict(found), style="bold green" if healthy(found) else "bold red"))


def verdict(found: Sequence[Finding]) -> str:
    """One sentence."""
    bad = [finding for finding in found if finding.mark is Mark.BAD]
    look = sum(finding.mark is Mark.LOOK for finding in found)
    aside = f", {look} worth a look" if look else ""
    if not bad:
        return f"healthy: {len(found)} checks{aside}"
    return f"not healthy: {len(bad)} of {len(found)} checks are bad{aside}"


def as_json(found: Sequence[Finding]) -> dict[str, Any]:
    """The check for programs; ``account`` is null for what concerns the whole process."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "healthy": healthy(found),
        "verdict": verdict(found),
        "checks": [
            {
                "account": finding.account or None,
                "check": finding.check,
                "mark": finding.mark.value,
                "text": finding.text,
            }
            for finding in found
        ],
    }

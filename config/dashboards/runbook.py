"""The runbook as a dashboard, an entry a panel: links from panels lead to one wherever Grafana runs.

The text is that of ``config/monitoring/runbook.md``: an entry begins with the alert's name as a heading.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from grafana_foundation_sdk.builders import text
from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import GridPos
from grafana_foundation_sdk.models.text import TextMode

RUNBOOK = Path(__file__).parents[1] / "monitoring" / "runbook.md"
UID, FILE_NAME = "sol-trader-runbook", "runbook.json"
ADDRESS = f"/d/{UID}"
_WIDTH = 24
#: Characters that a line of a panel takes, and lines that a row of the grid takes, roughly.
_LINE, _LINES_OF_ROW = 190, 2


@cache
def parts() -> tuple[str, dict[str, str]]:
    """What stands above the first entry, and the Markdown below each alert's heading, in order."""
    split = re.split(r"^## (\w+)$\n", RUNBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    bodies = (body.strip() for body in split[2::2])
    return split[0].strip(), dict(zip(split[1::2], bodies, strict=True))


def address_of(alert: str) -> str:
    """Where an alert's entry is; raises ``LookupError`` for one that the runbook doesn't know."""
    names = list(parts()[1])
    if alert not in names:
        raise LookupError(f"{RUNBOOK.name} has no entry ## {alert}")
    return f"{ADDRESS}?viewPanel={_number(names.index(alert))}"


def _number(index: int) -> int:
    """The panel of entry ``index``; panel 1 lists them all."""
    return index + 2


def runbook_text() -> str:
    """The file's content."""
    made = Dashboard("sol-trader: runbook").uid(UID).tags(["sol-trader-runbook"]).readonly()
    made.description("What each alert means, how bad it is, what to do and how to check.")
    above, entries = parts()
    top = 0
    for number, (title, written) in enumerate([("Alerts", above), *entries.items()], 1):
        body = _with_addresses(written)
        place = GridPos(h=_height(body), w=_WIDTH, x=0, y=top)
        panel = text.Panel().title(title).id(number).grid_pos(place)
        made.with_panel(panel.mode(TextMode.MARKDOWN).content(body))
        top += place.h
    return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(made.build()) + "\n"


def _with_addresses(body: str) -> str:
    """Links to an entry's heading lead to its panel instead."""
    for alert in parts()[1]:
        body = body.replace(f"(#{alert.lower()})", f"({address_of(alert)})")
    return body


def _height(body: str) -> int:
    lines = sum(1 + len(line) // _LINE for line in body.splitlines())
    return 3 + lines // _LINES_OF_ROW

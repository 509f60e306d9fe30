"""Grafana's dashboards, declared here and written as files by ``make dashboards``.

``built()`` gives each file's name and text; they lie in ``config/monitoring/grafana/dashboards/``, from
where Grafana provisions them. Nothing that trades imports this package: it needs Grafana's foundation SDK,
which only development installs.

| dashboard   | a person asks                                                                          |
|-------------|----------------------------------------------------------------------------------------|
| fleet       | is every account well, what did they earn, what do they risk, what needs me now        |
| account     | one account and symbol: positions, ladders, TP distance, cycles, fills, fees           |
| reliability | are closes fast, is nothing orphaned, lost or late, does the machinery keep up         |
| exchange    | does the exchange answer, what does it refuse, is there rate budget left, who is cut   |
| runbook     | what does this alert mean, how bad is it, what do I do                                 |

Every panel says what it shows and what to do when it looks wrong: one that nobody would act on has no place.
"""

from __future__ import annotations

from config.dashboards.account import ACCOUNT
from config.dashboards.exchange import EXCHANGE
from config.dashboards.fleet import FLEET
from config.dashboards.reliability import RELIABILITY
from config.dashboards.runbook import FILE_NAME, runbook_text

BOARDS = (FLEET, ACCOUNT, RELIABILITY, EXCHANGE)


def built() -> dict[str, str]:
    """Every dashboard's file, by its name."""
    return {**{board.file_name: board.text() for board in BOARDS}, FILE_NAME: runbook_text()}

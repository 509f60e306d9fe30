"""The live view: one picture of the model that fits the terminal it is given.

From top to bottom: what runs and since when; per account its money, its counters and a table of its
sides; the last happenings in what is left. Where the terminal is too small, symbols give way first, then
accounts, and a line says how many are not shown.
"""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from actors.display.account_lines import account_lines
from actors.display.formats import clock_utc, duration
from actors.display.happenings import Happening
from actors.display.model import DisplayModel
from actors.display.side_rows import COLUMNS, side_rows
from actors.display.tallies import AccountTally
from messages.events import Severity

LEAST_HAPPENINGS = 4
WIDE = 128
SEVERITY_STYLES = {Severity.INFO: "", Severity.WARNING: "yellow", Severity.CRITICAL: "bold red"}
_HEAD_LINES = 2
_TABLE_HEAD_LINES = 1
_GAP_LINES = 1


def screen(model: DisplayModel, now_ms: int, width: int, height: int) -> RenderableType:
    """The view at ``now_ms`` for a terminal of ``width`` columns and ``height`` lines, never higher."""
    parts: list[RenderableType] = [_title(model, now_ms, width), Rule(style="dim")]
    room = height - _HEAD_LINES - 1 - LEAST_HAPPENINGS
    shown, symbols = _fitting(list(model.accounts.values()), now_ms, width, room)
    used = _HEAD_LINES
    for account in shown:
        lines = _account(account, symbols, now_ms, width)
        used += sum(height for _, height in lines)
        parts += [part for part, _ in lines]
    hidden = len(model.accounts) - len(shown)
    if hidden:
        parts.append(_not_shown(hidden, "account"))
        used += 1
    parts += _happenings(model.happenings, width, height - used)
    return Group(*parts)


def _title(model: DisplayModel, now_ms: int, width: int) -> Table:
    left = Text().append(" sol-trader ", style="bold")
    style = "bold reverse red" if model.environment == "mainnet" else "reverse"
    left.append(f" {model.environment.upper()} ", style=style)
    for stream, up in model.shared_streams.items():
        left.append(f"  {stream} stream {'up' if up else 'DOWN'}", style="dim" if up else "bold red")
    right = f"running {duration(now_ms - model.started_ms)}   {clock_utc(now_ms)} UTC "
    line = Table.grid(expand=True)
    line.add_column(no_wrap=True, overflow="ellipsis")
    line.add_column(no_wrap=True, justify="right")
    line.add_row(left, Text(right, style="dim"))
    return line


def _fitting(
    accounts: list[AccountTally], now_ms: int, width: int, room: int
) -> tuple[list[AccountTally], int]:
    """The accounts to show, and how many symbols of each, so that their lines fit ``room``."""
    most = max((len(account.symbols) for account in accounts), default=0)
    for symbols in range(most, -1, -1):
        if sum(_height(account, symbols, now_ms, width) for account in accounts) <= room:
            return accounts, symbols
    least = max((_height(account, 0, now_ms, width) for account in accounts), default=1)
    return accounts[: max((room - 1) // least, 1)], 0


def _height(account: AccountTally, symbols: int, now_ms: int, width: int) -> int:
    return sum(height for _, height in _account(account, symbols, now_ms, width))


def _account(
    account: AccountTally, symbols: int, now_ms: int, width: int
) -> list[tuple[RenderableType, int]]:
    """An account's parts from top to bottom, each with its number of lines."""
    parts: list[tuple[RenderableType, int]] = [(line, 1) for line in account_lines(account, now_ms)]
    hidden = len(account.symbols) - symbols
    if symbols and account.symbols:
        shown = min(symbols, len(account.symbols))
        parts.append((_table(account, shown, width), _TABLE_HEAD_LINES + 2 * shown))
    if hidden > 0:
        parts.append((_not_shown(hidden, "symbol"), 1))
    parts.append((Text(""), _GAP_LINES))
    return parts


def _not_shown(count: int, what: str) -> Text:
    words = f" … {count} more {what}{'' if count == 1 else 's'}: a higher terminal shows more"
    return Text(words, style="dim", no_wrap=True, overflow="ellipsis")


def _table(account: AccountTally, symbols: int, width: int) -> Table:
    wide = width >= WIDE
    table = Table(box=None, padding=(0, 1 if wide else 0, 0, 1), pad_edge=True, header_style="dim")
    for name, justify, least in COLUMNS:
        table.add_column(
            name, justify=justify, min_width=least if wide else None, no_wrap=True, overflow="ellipsis"
        )
    for symbol, tally in list(account.symbols.items())[:symbols]:
        for row in side_rows(symbol, tally):
            table.add_row(*row)
    return table


def _happenings(happenings: tuple[Happening, ...], width: int, room: int) -> list[RenderableType]:
    if room < 2:
        return []
    newest = happenings[-(room - 1) :]
    lines: list[RenderableType] = [Rule(style="dim")]
    lines += [happening_line(happening) for happening in newest]
    if not newest:
        lines.append(Text(" nothing has happened yet", style="dim"))
    return lines


def happening_line(happening: Happening) -> Text:
    """One happening on one line: when, whose, what."""
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f" {clock_utc(happening.at_ms)} ", style="dim")
    if happening.account:
        line.append(f"{happening.account:03d} ", style="dim")
    if happening.subject:
        line.append(f"{happening.subject} ", style="bold")
    line.append(happening.text, style=SEVERITY_STYLES[happening.severity])
    return line

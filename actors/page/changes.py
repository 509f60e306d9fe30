"""The state for a browser that comes, and what differs from it a moment later, in the same form.

| key       | in a state            | in a change                       |
|-----------|-----------------------|-----------------------------------|
| run       | the run               | the run, where it changed         |
| accounts  | every one by its key  | those that changed, each whole    |
| latencies | the same              | the same                          |
| symbols   | the same              | the same                          |
| events    | the last ones         | the new ones                      |
| fills     | {}                    | the new ones of each symbol       |

So a browser takes both alike: what is there replaces, events and fills are added. Only what isn't the same
object is looked at, for everything in ``Shown`` is immutable.
"""

from __future__ import annotations

from typing import Any

from actors.display.happenings import Happening
from actors.display.tallies import AccountTally
from actors.page.history import History
from actors.page.picture import (
    account_key,
    account_picture,
    event_picture,
    fill_picture,
    latency_picture,
    run_picture,
    symbol_key,
    symbol_picture,
)
from actors.page.shown import Shown

Json = dict[str, Any]


def state(shown: Shown) -> Json:
    """All of it, but for the history, which a chart asks for by itself."""
    model = shown.model
    return {
        "run": run_picture(model),
        "accounts": {account_key(n): account_picture(tally) for n, tally in model.accounts.items()},
        "latencies": {account_key(n): latency_picture(tally) for n, tally in model.accounts.items()},
        "symbols": {
            symbol_key(n, symbol): symbol_picture(symbol, each)
            for n, tally in model.accounts.items()
            for symbol, each in tally.symbols.items()
        },
        "events": [event_picture(happening) for happening in model.happenings],
        "fills": {},
    }


def change(before: Shown, after: Shown) -> Json:
    """What is new; {} where nothing is."""
    told: Json = {}
    for number, tally in after.model.accounts.items():
        known = before.model.accounts.get(number)
        if tally is not known:
            _account(told, tally, known)
    if run_picture(before.model) != run_picture(after.model):
        told["run"] = run_picture(after.model)
    events = new_events(before.model.happenings, after.model.happenings)
    if events:
        told["events"] = [event_picture(happening) for happening in events]
    fills = _new_fills(before.history, after.history)
    if fills:
        told["fills"] = fills
    return told


def _account(told: Json, tally: AccountTally, known: AccountTally | None) -> None:
    key = account_key(tally.account)
    picture = account_picture(tally)
    if known is None or picture != account_picture(known):
        told.setdefault("accounts", {})[key] = picture
    symbols = known.symbols if known is not None else {}
    if any(each.acted is not symbols[name].acted for name, each in tally.symbols.items() if name in symbols):
        told.setdefault("latencies", {})[key] = latency_picture(tally)
    for name, each in tally.symbols.items():
        if name not in symbols or each is not symbols[name]:
            told.setdefault("symbols", {})[symbol_key(tally.account, name)] = symbol_picture(name, each)


def new_events(before: tuple[Happening, ...], after: tuple[Happening, ...]) -> tuple[Happening, ...]:
    """Those that came after the last one known; all where that one is forgotten already."""
    if not before:
        return after
    for index in range(len(after) - 1, -1, -1):
        if after[index] is before[-1]:
            return after[index + 1 :]
    return after


def _new_fills(before: History, after: History) -> Json:
    told: Json = {}
    for (account, symbol), history in after.symbols.items():
        known = before.symbols.get((account, symbol))
        new = history.filled - (known.filled if known is not None else 0)
        if new:
            told[symbol_key(account, symbol)] = [fill_picture(fill) for fill in history.fills[-new:]]
    return told

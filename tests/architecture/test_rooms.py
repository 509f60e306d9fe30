"""Which room may import which: the house's table, as a test.

Each room's ban says what to do instead.
"""

import ast
import sys
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOMS, imports_in, python_files, tree_of, within

# The most specific entry that a file lies in holds for it: (rooms, packages from outside); None: any.
MAY_IMPORT: dict[str, tuple[tuple[str, ...], tuple[str, ...] | None]] = {
    "messages": (("messages",), ()),
    "state": (("messages", "state"), ()),
    "state/store": (("messages", "state"), ("orjson",)),
    "exchange": (("messages", "exchange"), None),
    "exchange/bybit": (("messages", "exchange"), None),
    "exchange/venue": (("messages", "exchange.venue"), None),
    "actors": (("messages", "state", "exchange", "config", "actors"), None),
    "config": (("messages", "config"), None),
    "backtest": (("messages", "state", "exchange.venue", "config", "backtest"), None),
}
# Within exchange/ the client and the venue share nothing.
BUT_NOT = {"exchange/bybit": ("exchange.venue",)}
INSTEAD = {
    "messages": "messages are the vocabulary of all: put what is shared into messages/, plain and frozen",
    "state": "the core only decides: let it return an effect, and let an actor carry it out",
    "state/store": "the store takes and gives messages: let an actor call what lies outside",
    "exchange": "the outside knows only messages: take what it needs as an argument or by a port",
    "exchange/bybit": "the client knows Bybit, never the venue: put what both need into exchange/",
    "exchange/venue": "the venue must err on its own, not with the client: write it from Bybit's documents",
    "actors": "actors never need research: move what both use into state/ or messages/",
    "config": "config only says settings: let an actor or main.py turn them into things",
    "backtest": "the backtest drives state.step and the venue's core, without actors or a client",
}
# Packages that one room owns: (owners, what others do instead).
OWNED = {
    "pykka": (("actors",), "write a pure part in state/ and a thin shell in actors/"),
    "threading": (("actors",), "threads are the actors' matter: send a message, or give a port a callback"),
    "multiprocessing": (("actors",), "processes are started by actors/ or main.py"),
    "concurrent": (("actors",), "threads are the actors' matter: send a message, or give a port a callback"),
    "pybit": (("exchange/bybit",), "use the ports of exchange/ (exchange/bybit stands behind them)"),
    "grafana_foundation_sdk": (("config/dashboards",), "only development has it: declare a panel there"),
}
OURS = (*ROOMS, "main", "tests")


def rule_for(path: Path) -> str:
    return max((room for room in MAY_IMPORT if path.as_posix().startswith(f"{room}/")), key=len)


def forbidden_imports(tree: ast.AST, path: Path) -> list[str]:
    """Each import that leaves the room's directions, with the way that is open."""
    room = rule_for(path)
    ours, packages = MAY_IMPORT[room]
    found = []
    for line, name in imports_in(tree, path):
        top = name.partition(".")[0]
        if top in OURS:
            bad = not within(name, ours) or within(name, BUT_NOT.get(room, ()))
        else:
            bad = packages is not None and top not in sys.stdlib_module_names and top not in packages
        if bad:
            found.append(f"{path}:{line} imports {name}: {INSTEAD[room]}")
        owners, instead = OWNED.get(top, ((room,), ""))
        if not path.as_posix().startswith(tuple(f"{owner}/" for owner in owners)):
            found.append(f"{path}:{line} imports {name}, which belongs to {owners[0]}/: {instead}")
    return found


def test_every_room_imports_only_in_its_directions() -> None:
    found = [bad for path in python_files(*ROOMS) for bad in forbidden_imports(tree_of(path), path)]
    assert not found, "\n" + "\n".join(found)


def test_every_room_of_the_house_is_looked_at() -> None:
    looked_at = {path.parts[0] for path in python_files(*ROOMS)}
    assert looked_at >= {"messages", "state", "exchange", "actors", "config"}


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("messages/orders.py", "import pydantic"),
        ("messages/orders.py", "from state import ladder"),
        ("state/ladder.py", "from exchange.ports import Orders"),
        ("state/ladder.py", "def f():\n    import numpy"),
        ("state/store/journal.py", "import pykka"),
        ("exchange/bybit/wire.py", "from config import Config"),
        ("exchange/bybit/wire.py", "from ..venue import core"),
        ("exchange/venue/core.py", "from exchange.bybit.wire import decode"),
        ("exchange/venue/core.py", "import pybit.unified_trading"),
        ("exchange/clock.py", "from threading import Lock"),
        ("config/loader.py", "from actors.grid import GridActor"),
        ("config/loader.py", "import grafana_foundation_sdk"),
        ("actors/grid.py", "from backtest import sweep"),
        ("backtest/run.py", "from exchange import ports"),
    ],
)
def test_an_import_against_the_directions_is_caught(file: str, source: str) -> None:
    assert forbidden_imports(ast.parse(source), Path(file))


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("messages/orders.py", "from decimal import Decimal\nfrom messages.ids import OrderId"),
        ("state/ladder.py", "from messages.settings import GridSettings"),
        ("state/store/journal.py", "import os, json, pathlib"),
        ("config/dashboards/views.py", "from grafana_foundation_sdk.builders import stat"),
        ("exchange/bybit/rest.py", "from exchange.ports import Orders\nimport pybit"),
        ("exchange/venue/server.py", "from .core import Core\nimport aiohttp"),
        ("actors/grid.py", "import pykka, threading\nfrom state import grid\nimport config"),
    ],
)
def test_an_import_along_the_directions_is_let_pass(file: str, source: str) -> None:
    assert forbidden_imports(ast.parse(source), Path(file)) == []

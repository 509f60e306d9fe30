"""state/ decides and nothing else: no clock, no chance, no threads, no I/O, no log."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source_tree import dotted, imports_in, python_files, tree_of

NOTHING_OUTSIDE = "return an effect, and let an actor carry it out"
BANNED_EVERYWHERE = {
    "time": "time enters as an argument (now_ms: int)",
    "random": "derive ids from state; chance belongs to tests and the venue",
    "secrets": "derive ids from state; keys belong to config/secrets.py",
    "uuid": "derive ids from state (account, side, level, cycle, attempt)",
    "logging": "return an event that says it, and let an actor log",
    "threading": "one actor owns each state: send a message",
    "asyncio": "one actor owns each state: send a message",
    "queue": "one actor owns each state: send a message",
    "pykka": "write the thin shell in actors/",
    "socket": NOTHING_OUTSIDE,
    "subprocess": NOTHING_OUTSIDE,
    "urllib": NOTHING_OUTSIDE,
    "http": NOTHING_OUTSIDE,
}
# The store exists to write files, so it may use these.
BANNED_OUTSIDE_THE_STORE = dict.fromkeys(
    ("os", "io", "sys", "pathlib", "shutil", "tempfile", "fcntl"),
    "files belong to state/store/; " + NOTHING_OUTSIDE,
)
BANNED_CALLS = {
    "now": "time enters as an argument (now_ms: int)",
    "utcnow": "time enters as an argument (now_ms: int)",
    "today": "time enters as an argument (now_ms: int)",
}
BANNED_BUILTINS = {"print": "return an event that says it", "input": "take it as an argument"}
CLOCKS = ("datetime", "date")


def impurities(tree: ast.AST, path: Path) -> Iterator[str]:
    """What the pure core must not do, each with what to do instead."""
    in_store = path.as_posix().startswith("state/store/")
    modules = BANNED_EVERYWHERE | ({} if in_store else BANNED_OUTSIDE_THE_STORE)
    for line, name in imports_in(tree, path):
        top = name.partition(".")[0]
        if top in modules:
            yield f"{path}:{line} imports {name}: {modules[top]}"
    builtins = BANNED_BUILTINS | ({} if in_store else {"open": modules.get("io", "")})
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        owner, _, last = name.rpartition(".")
        if last in BANNED_CALLS and owner.rpartition(".")[2] in CLOCKS:
            yield f"{path}:{node.lineno} calls {name}(): {BANNED_CALLS[last]}"
        if name in builtins:
            yield f"{path}:{node.lineno} calls {name}(): {builtins[name]}"


def test_the_core_has_no_clock_chance_threads_or_io() -> None:
    found = [bad for path in python_files("state") for bad in impurities(tree_of(path), path)]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from time import monotonic as clock",
        "import datetime\nx = datetime.datetime.now()",
        "from datetime import datetime\nx = datetime.utcnow()",
        "def f():\n    import random",
        "from uuid import uuid4",
        "import logging.handlers",
        "import threading",
        "import pykka",
        "import socket",
        "import os",
        "from pathlib import Path",
        "open('file')",
        "print('here')",
    ],
)
def test_an_impure_core_is_caught(source: str) -> None:
    assert list(impurities(ast.parse(source), Path("state/grid.py")))


def test_the_store_may_write_files_but_not_look_at_clocks() -> None:
    path = Path("state/store/snapshot.py")
    assert not list(impurities(ast.parse("import os, json, pathlib, io\nopen('file')"), path))
    assert list(impurities(ast.parse("import time"), path))


def test_a_core_that_takes_time_as_an_argument_is_let_pass() -> None:
    source = "from decimal import Decimal\ndef step(now_ms: int) -> int:\n    return now_ms + 1"
    assert not list(impurities(ast.parse(source), Path("state/grid.py")))

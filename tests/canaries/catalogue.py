"""All canaries, from every file of this folder that has some."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tests.canaries.copies import Canary

_HERE = Path(__file__).parent
_OTHERS = {"__init__", "__main__", "catalogue", "child", "copies", "test_canaries"}


def _all() -> tuple[Canary, ...]:
    files = sorted({path.stem for path in _HERE.glob("*.py")} - _OTHERS)
    return tuple(canary for name in files for canary in import_module(f"tests.canaries.{name}").CANARIES)


CANARIES = _all()

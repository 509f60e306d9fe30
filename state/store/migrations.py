"""Earlier layouts of the state file, brought up to today's by one small step from each version to the next.

| from | what the next version knows                                                    |
|------|--------------------------------------------------------------------------------|
| 1    | legs say how far the stream and a read have told them; the file has a checksum |
| 2    | a flatten, frozen averaging, take profits that are withdrawn, forced openings  |
| 3    | when the stream lost something last, apart from since when it may lack some    |

A step changes a document in place. It leaves alone what it doesn't recognise: the codec refuses that with
its path. Whoever changes what a state holds adds a step, and a file of the version before to its tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Document = dict[str, Any]


def _legs_say_how_far_they_were_told(document: Document) -> None:
    """Nothing is known of it, so the first sync tells."""
    for side in _sides(document):
        if isinstance(side.get("leg"), dict):
            side["leg"] = {"heard_seq": -1, "read_seq": -1} | side["leg"]


def _guards_measures_are_known(document: Document) -> None:
    """No guard had taken any."""
    for symbol in _symbols(document):
        if "frozen_until_ms" in symbol:
            symbol.setdefault("flatten", None)
            symbol.setdefault("averaging_frozen", False)
            symbol.setdefault("must_stop", "")
    for side in _sides(document):
        if "wrong_tp_since_ms" in side:
            side.setdefault("tp_withdrawn", False)
        if isinstance(side.get("opening"), dict):
            side["opening"].setdefault("forced", False)


def _first_and_last_gap_are_two(document: Document) -> None:
    """One moment stood for both."""
    for symbol in _symbols(document):
        if "interrupted_ms" in symbol:
            symbol.setdefault("last_gap_ms", symbol["interrupted_ms"])


STEPS: Final[Mapping[int, Callable[[Document], None]]] = {
    1: _legs_say_how_far_they_were_told,
    2: _guards_measures_are_known,
    3: _first_and_last_gap_are_two,
}
VERSION: Final = max(STEPS) + 1


def migrate(document: Document, version: int) -> None:
    """Bring a document of an earlier ``version`` (of ``STEPS``) up to ``VERSION``, in place."""
    for step in range(version, VERSION):
        STEPS[step](document)
    document["version"] = VERSION


def _symbols(document: Document) -> Iterator[Document]:
    symbols = document.get("symbols")
    for symbol in symbols.values() if isinstance(symbols, dict) else ():
        if isinstance(symbol, dict):
            yield symbol


def _sides(document: Document) -> Iterator[Document]:
    for symbol in _symbols(document):
        for name in ("long", "short"):
            if isinstance(symbol.get(name), dict):
                yield symbol[name]

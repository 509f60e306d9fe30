"""Ways to spoil a JSON value as networks, disks, editors and other versions do; structure is known to them.

``choose`` picks one of several: hypothesis' draw in a property, a seeded ``Random.choice`` in a long run.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, Protocol

from hypothesis import strategies as st

Path = tuple[Any, ...]


class Choose(Protocol):
    """Picks one of several."""

    def __call__(self, options: Sequence[Any], /) -> Any: ...


#: What may stand where something else should.
ODD: tuple[Any, ...] = (
    None,
    "",
    " ",
    "0",
    "-1",
    "-0.0",
    "NaN",
    "Infinity",
    "1e400",
    "1e-400",
    "1e17",
    "9" * 40,
    "0.1" + "0" * 40 + "1",
    "1,5",
    "0x1F",
    "٣",
    "Buy",
    "Levitated",
    "\x00",
    "\u202e",
    True,
    False,
    0,
    -1,
    1.5,
    1e308,
    2**63,
    -(2**63) - 1,
    10**30,
    [],
    {},
    [[]],
    [None],
    {"list": []},
)
KEYS = ("symbol", "qty", "list", "result", "topic", "positionIdx", "neverHeardOf", "")


def _drop(holder: Any, key: Any, choose: Choose) -> None:
    del holder[key]


def _put_odd(holder: Any, key: Any, choose: Choose) -> None:
    holder[key] = copy.deepcopy(choose(ODD))


def _wrap(holder: Any, key: Any, choose: Choose) -> None:
    holder[key] = choose(([holder[key]], {"list": [holder[key]]}, str(holder[key])))


def _double(holder: Any, key: Any, choose: Choose) -> None:
    if isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    else:
        holder[f"{key}2"] = copy.deepcopy(holder[key])


def _shuffle(holder: Any, key: Any, choose: Choose) -> None:
    if isinstance(holder, list):
        holder.reverse()
    else:
        other = choose(list(holder))
        holder[key], holder[other] = holder[other], holder[key]


def _add(holder: Any, key: Any, choose: Choose) -> None:
    if isinstance(holder, list):
        holder.append(copy.deepcopy(choose(ODD)))
    else:
        holder[choose(KEYS)] = copy.deepcopy(choose(ODD))


Way = Callable[[Any, Any, Choose], None]
WAYS: tuple[Way, ...] = (_drop, _put_odd, _put_odd, _wrap, _double, _shuffle, _add)
#: Those after which every row is still there, whatever stands in it.
WITHIN_ROWS = (_put_odd, _wrap)


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The way to every value inside a document."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def spoil(value: Any, choose: Choose, *, times: int = 1, within: Path = ()) -> Any:
    """A copy of a document with so many things wrong in it, below ``within``."""
    spoilt = copy.deepcopy(value)
    for _ in range(times):
        open_to = [path for path in places(spoilt) if path[: len(within)] == within and path != within]
        if open_to:
            holder, key = _at(spoilt, choose(open_to))
            choose(WAYS)(holder, key, choose)
    return spoilt


def spoil_fields(value: Any, choose: Choose, within: Path) -> Any:
    """A copy in which one field of a row below ``within`` says something else; no row is missing."""
    spoilt = copy.deepcopy(value)
    depth = len(within)
    fields = [path for path in places(spoilt) if path[:depth] == within and len(path) > depth + 1]
    holder, key = _at(spoilt, choose(fields))
    choose(WITHIN_ROWS)(holder, key, choose)
    return spoilt


def to_bytes(value: Any) -> bytes:
    """The document as it would come: also what is no JSON (NaN) or beyond 64 bits."""
    return json.dumps(value).encode()


def spoil_bytes(raw: bytes, choose: Choose) -> bytes:
    """Bytes cut off, holed, of another encoding, or with a part twice."""
    at, to = sorted((choose(range(len(raw) + 1)), choose(range(len(raw) + 1))))
    return choose(
        (
            raw[:at],
            raw[:at] + raw[to:],
            raw[:to] + raw[at:],
            raw[:at] + b"\0" * (to - at) + raw[to:],
            raw[:at] + b"\xff\xfe" + raw[at:],
            raw[:at] + b"\xc3" + raw[to:],
            b"\xef\xbb\xbf" + raw,
            raw.decode("utf-8", "replace").encode("utf-16"),
            raw[:at] + b"[" * 100_000,
        )
    )


@st.composite
def choosing(draw: st.DrawFn) -> Choose:
    """A ``choose`` that hypothesis steers and shrinks."""
    return lambda options: options[draw(st.integers(0, len(options) - 1))]


def seeded(seed: int) -> Choose:
    """A ``choose`` that a seed decides."""
    return Random(seed).choice


def _at(value: Any, path: Path) -> tuple[Any, Any]:
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    return holder, path[-1]

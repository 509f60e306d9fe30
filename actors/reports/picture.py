"""The running bot at one instant, as the control socket gives it and as it is read again.

JSON with the fields of the dataclasses below and of what they hold; money and other exact numbers are text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import orjson

from actors.display.model import DisplayModel
from actors.reports.vitals import Vitals
from state.store.codec import decode
from state.store.scalars import CodecError


class PictureUnknown(Exception):
    """A picture that can't be read; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """``now_ms`` is the bot's clock, which is the exchange's: ``clock_offset_ms`` ahead of the machine's.

    ``mailboxes``: messages that wait at each address; ``undelivered``: those that found nobody since the
    start. ``refusals``: why accounts don't run, one sentence each.
    """

    pid: int
    now_ms: int
    clock_offset_ms: int
    mailboxes: Mapping[str, int]
    undelivered: int
    refusals: tuple[str, ...]
    model: DisplayModel
    vitals: Vitals


def to_bytes(picture: Picture) -> bytes:
    """The picture as JSON."""
    return orjson.dumps(picture, default=_exact, option=orjson.OPT_NON_STR_KEYS)


def from_bytes(payload: bytes) -> Picture:
    """The picture again; raises PictureUnknown for one that another version of the program has drawn."""
    try:
        return decode(Picture, orjson.loads(payload))
    except (CodecError, orjson.JSONDecodeError) as error:
        raise PictureUnknown(
            f"the running process draws another picture than this program reads ({error}): "
            "use the program that it was started with, or restart it with this one"
        ) from None


def _exact(value: object) -> str | list[str]:
    """Numbers as text. A function of Python's own, so that a long picture lets other threads in between."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{value!r} has no place in a picture")

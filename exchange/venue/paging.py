"""Pages of a list, newest first, with Bybit's cursors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import unquote

from exchange.venue.params import Params
from exchange.venue.refusals import bad

T = TypeVar("T")
WEEK_MS = 7 * 86_400_000


def page(
    items: Iterable[T],
    number: Callable[[T], int],
    row: Callable[[T], dict[str, Any]],
    params: Params,
    *,
    most: int,
    usual: int,
    always_cursor: bool,
) -> dict[str, Any]:
    """One page of ``items``, which come by falling ``number``; the cursor names the last one given."""
    limit = params.integer("limit", usual, 1, most)
    after = _read_cursor(params.text("cursor"))
    found: list[T] = []
    more = False
    for item in items:
        if after is not None and number(item) >= after:
            continue
        if len(found) == limit:
            more = True
            break
        found.append(item)
    cursor = f"page_args%3D{number(found[-1])}%26" if found and (more or always_cursor) else ""
    return {"category": "linear", "list": [row(item) for item in found], "nextPageCursor": cursor}


def _read_cursor(cursor: str) -> int | None:
    """The number in a cursor; clients hand it back as it was, decoded once, or encoded twice."""
    if not cursor:
        return None
    plain = unquote(unquote(cursor)).removeprefix("page_args=").removesuffix("&")
    if not plain.isdigit():
        raise bad(f"params error: cursor {cursor!r} is not one of ours")
    return int(plain)


def window(params: Params, now_ms: int) -> tuple[int, int]:
    """startTime and endTime in ms, at most 7 days apart; the last 7 days where neither is given."""
    start, end = params.integer("startTime", -1, 0), params.integer("endTime", -1, 0)
    if start < 0 and end < 0:
        return now_ms - WEEK_MS, now_ms
    if start < 0:
        start = end - WEEK_MS
    if end < 0:
        end = start + WEEK_MS
    if start > end or end - start > WEEK_MS:
        raise bad("params error: startTime and endTime must be at most 7 days apart")
    return start, end


def within(items: list[T], time_of: Callable[[T], int], start_ms: int, end_ms: int) -> Iterator[T]:
    """The items of a list in order of time whose time lies in [start_ms, end_ms], newest first."""
    for item in reversed(items):
        at = time_of(item)
        if at < start_ms:
            return
        if at <= end_ms:
            yield item

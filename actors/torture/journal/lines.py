"""The venue's journal, line by line, as frozen records.

A request carries one order or a batch; ``orders()`` gives each with the code that it got, so that no rule
has to know about batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the journal. ``number`` counts from 1, ``ts`` is in ms; ``op`` and codes are a request's."""

    number: int
    ts: int
    topic: str
    account: str
    data: Mapping[str, Any]
    op: str = ""
    code: int = 0
    item_codes: tuple[int, ...] = ()

    @property
    def is_request(self) -> bool:
        """Whether this was asked of the venue, rather than told by it."""
        return self.topic == "request"

    def orders(self, action: str) -> Iterator[tuple[Mapping[str, Any], int]]:
        """The orders that this request wants to ``create``, ``amend`` or ``cancel``, each with its code."""
        if self.op == f"order.{action}":
            yield self.data, self.code
        elif self.op == f"order.{action}-batch":
            items = self.data.get("request", [])
            yield from zip(items, self.item_codes or [self.code] * len(items), strict=True)

    def refusals(self) -> Iterator[int]:
        """Every code but 0 that this request was answered with."""
        yield from (code for code in (self.code, *self.item_codes) if code)


def read_journal(path: Path) -> list[Line]:
    """All whole lines of a journal. Raises ValueError, naming the line, for one that is no record."""
    lines = []
    for number, text in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        if not text.endswith(b"\n"):
            break  # the venue was killed while it wrote this one
        try:
            lines.append(to_line(number, orjson.loads(text)))
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"{path}, line {number}: no record of a journal: {error}") from error
    return lines


def to_line(number: int, record: Mapping[str, Any]) -> Line:
    """One parsed record as a line."""
    is_request = record["topic"] == "request"
    return Line(
        number=number,
        ts=record["ts"],
        topic=record["topic"],
        account=record["account"],
        data=record["data"],
        op=record["op"] if is_request else "",
        code=record["retCode"] if is_request else 0,
        item_codes=tuple(record.get("itemCodes", ())),
    )

"""How large a leg is, from position rows and executions that may come in any order (strategy, section 4).

Size = the last position row (at sequence seq) plus the size-changing executions with seq above it.

| what arrives                              | what counts                                             |
|-------------------------------------------|---------------------------------------------------------|
| execution, seq above the last row's       | on top of the row                                       |
| execution, seq equal to a stream row's    | executions on top of the last row of lower seq, if any  |
| row, seq below the newest seq seen        | dropped                                                 |
| row by REST, seq at or above the newest   | replaces everything up to its seq                       |
| a known exec_id                           | dropped (the grid remembers them)                       |
| a reduction of a closed leg               | changes nothing                                         |

A leg is closed when the size reaches zero, by whichever topic says so first; the walk over executions
also finds a zero that a later fill has already hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from state.numbers import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRow:
    """A position row reduced to what the size needs; ``final`` rows hold all executions up to seq."""

    seq: int
    size: Decimal
    updated_ms: int
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeChange:
    """An execution reduced to what the size needs; ``signed_qty`` above zero enlarges the leg."""

    seq: int
    signed_qty: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A leg's size and what it rests on: ``base`` below ``row``, and the changes above ``base``."""

    base: SizeRow | None = None
    row: SizeRow = field(default_factory=lambda: SizeRow(seq=-1, size=ZERO, updated_ms=0, final=True))
    changes: tuple[SizeChange, ...] = ()

    @property
    def newest_seq(self) -> int:
        """The newest seq seen on either topic."""
        return max(self.row.seq, max((change.seq for change in self.changes), default=-1))

    @property
    def size(self) -> Decimal:
        """The leg's size in base coin, never below zero."""
        start, after = self.row.size, self.row.seq
        if self.base is not None and not self.row.final and self._has_changes_at(self.row.seq):
            start, after = self.base.size, self.base.seq
        total = sum((change.signed_qty for change in self.changes if change.seq > after), start)
        return max(total, ZERO)

    @property
    def row_disagrees(self) -> bool:
        """True while the last row and the executions up to its seq tell different sizes."""
        if self.base is None or self.row.final:
            return False
        told = sum((c.signed_qty for c in self.changes if self.base.seq < c.seq <= self.row.seq), self.base.size)
        return told != self.row.size

    def _has_changes_at(self, seq: int) -> bool:
        return any(change.seq == seq for change in self.changes)

    def with_change(self, change: SizeChange) -> tuple[Leg, bool]:
        """Count one execution; the second value says that the leg reached zero through it."""
        if change.seq < self.row.seq and (self.base is None or change.seq <= self.base.seq):
            return self, False
        if self.row.final and change.seq <= self.row.seq:
            return self, False
        leg = replace(self, changes=(*self.changes, change))
        return leg, change.signed_qty < 0 and leg._walk_reaches_zero()

    def _walk_reaches_zero(self) -> bool:
        """Whether the size is zero after any execution, rows on the way taken as checkpoints."""
        start = self.base if self.base is not None else self.row
        size, row_due = start.size, self.base is not None
        for change in sorted(self.changes, key=lambda c: c.seq):
            if change.seq <= start.seq:
                continue
            if row_due and change.seq > self.row.seq:
                size, row_due = self.row.size, False
            size += change.signed_qty
            if size <= 0:
                return True
        return False

    def with_stream_row(self, row: SizeRow) -> Leg:
        """Take a pushed row, unless it is older than what is known."""
        if row.seq < self.newest_seq:
            return self
        if row.seq == self.row.seq:
            newer = row.updated_ms >= self.row.updated_ms and not self.row.final
            return replace(self, row=row) if newer else self
        base = self.row if self.row.seq >= 0 or self.row.final else None
        kept = tuple(c for c in self.changes if base is None or c.seq > base.seq)
        return Leg(base=base, row=row, changes=kept)

    def with_read_row(self, row: SizeRow) -> Leg:
        """Take a row read by REST: it holds every execution up to and including its seq."""
        if row.seq < self.newest_seq:
            return self
        return Leg(row=replace(row, final=True))

    def closed(self) -> Leg:
        """The leg after its close has been acted on: flat at the newest seq that brought it there.

        What was filled after the zero stays as changes above it.
        """
        start = self.base if self.base is not None else self.row
        size, at, row_due = start.size, start.seq, self.base is not None
        ordered = sorted((c for c in self.changes if c.seq > start.seq), key=lambda c: c.seq)
        for index, change in enumerate(ordered):
            if row_due and change.seq > self.row.seq:
                size, row_due = self.row.size, False
            size, at = size + change.signed_qty, change.seq
            if size <= 0:
                zero = SizeRow(seq=at, size=ZERO, updated_ms=self.row.updated_ms, final=True)
                if self.row.seq > at:
                    rest = tuple(c for c in ordered[index + 1 :] if c.seq > at)
                    return Leg(base=zero, row=self.row, changes=rest)
                return Leg(row=zero, changes=tuple(ordered[index + 1 :]))
        return Leg(row=SizeRow(seq=self.newest_seq, size=ZERO, updated_ms=self.row.updated_ms, final=True))
